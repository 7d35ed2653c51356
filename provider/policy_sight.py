"""What a refresh sees of an account whose policies go through a provider alias, beyond what the stock plugin tells.

The stock plugin compares documents by their text, and knows no policy but its own. So the state of PolicyWatch keeps
the documents that somebody wrote in other words of the same meaning, for the program to write them so, too; and, where
the stack owns a path, the policies there that nobody manages.
"""

from __future__ import annotations

from typing import Any

from provider.inputs import Properties
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member
from remit.documents import in_other_words
from remit.errors import AwsError
from remit.managed_policy import by_name, strangers
from remit.spoke_role import SpokeRole


def look(iam: Iam, inputs: Properties, olds: Properties) -> Properties:
    """The new outputs. Two calls, AssumeRole included; where they fail, nothing new is known: the aliases say so."""
    try:
        live = iam.policies(Member.of(inputs["account"], SpokeRole.of(inputs)))
    except AwsError:
        return {"documents": {}, **olds}
    there, known = by_name(live), inputs.get("policies") or {}
    documents = {
        name: found.policy.document
        for name, shape in known.items()
        if (found := there.get(name.lower())) and in_other_words(shape.get("document", ""), found.policy.document)
    }
    places = [(each.name, each.policy.path) for each in live]
    strange = strangers(places, {*known, *(olds.get("left") or {})}, inputs.get("ownedPath") or "")
    return outputs(olds.get("left") or {}, documents, strange)


def outputs(left: Properties, documents: Properties, strange: dict[str, str]) -> Properties:
    """`documents` always: what a program does not find it takes for unknown in a preview."""
    told: dict[str, Any] = {"left": left, "unmanagedPolicies": strange}
    return {"documents": documents, **{name: value for name, value in told.items() if value}}


def still_strange(olds: Properties, news: Properties) -> dict[str, str]:
    """{name: path} of what the last refresh saw and the stack still does not know."""
    found = olds.get("unmanagedPolicies") or {}
    return strangers(found.items(), news["policies"], news.get("ownedPath") or "")
