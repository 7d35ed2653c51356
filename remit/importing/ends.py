"""When what was found ends, and what of it is there at a time.

An end is text in UTC that sorts like time, 2027-05-19T14:37:00Z, and may stand in a catalog; empty: it never ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from remit.documents import statements_of
from remit.importing.found import Found, FoundPolicy, SetTerms
from remit.permission_set import LivePermissionSet

NEVER = ""


def end_text(moment: datetime) -> str:
    """An end at that time (with its zone). A part of a second is cut off, so that nothing lasts longer."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def moment_of(end: str) -> datetime:
    return datetime.fromisoformat(end)


def is_over(end: str, at: datetime) -> bool:
    return end != NEVER and end_text(at) >= end


def first(*ends: str) -> str:
    return min((end for end in ends if end != NEVER), default=NEVER)


def last(*ends: str) -> str:
    return NEVER if NEVER in ends else max(ends)


def attachment_key(policy: str | tuple[str, str]) -> str:
    """How `SetTerms.attached` names a policy: by its ARN, or (name, path) by path and name."""
    return policy if isinstance(policy, str) else f"{policy[1]}{policy[0]}"


def ends_of(found: Found) -> set[str]:
    """Every end of anything, NEVER excluded."""
    return {end for end in _ends(found) if end != NEVER}


def ends_of_policy(policy: FoundPolicy) -> Iterator[str]:
    """Of the policy and of its statements, NEVER included."""
    yield policy.expires
    yield from _of_document(policy.document)


def found_at(found: Found, at: datetime) -> Found:
    """What is there at a time, with the documents as IAM has them then."""
    if not found.with_terms:
        return found
    gone = {name for name, terms in found.set_terms.items() if is_over(terms.expires, at)}
    policies = (_policy_at(each, at) for each in found.policies if not is_over(each.expires, at))
    return replace(
        found,
        permission_sets=tuple(
            _set_at(each, found.terms_of(each.name), at) for each in found.permission_sets if each.name not in gone
        ),
        assignments=tuple(
            each for each in found.assignments if each.permission_set not in gone and not is_over(each.expires, at)
        ),
        policies=tuple(policy for policy in policies if policy.document["Statement"]),
    )


def _ends(found: Found) -> Iterator[str]:
    for policy in found.policies:
        yield from ends_of_policy(policy)
    for entry in found.permission_sets:
        yield from _of_document(entry.inline_policy or {"Statement": []})
    for terms in found.set_terms.values():
        yield terms.expires
        yield from terms.attached.values()
    for assignment in found.assignments:
        yield assignment.expires


def _of_document(document: Mapping[str, Any]) -> Iterator[str]:
    return (statement.get("expires", NEVER) for statement in statements_of(document))


def _policy_at(policy: FoundPolicy, at: datetime) -> FoundPolicy:
    return replace(policy, document=_document_at(policy.document, at))


def _document_at(document: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    alive = [each for each in statements_of(document) if not is_over(each.get("expires", NEVER), at)]
    return {**document, "Statement": [{k: v for k, v in each.items() if k != "expires"} for each in alive]}


def _set_at(entry: LivePermissionSet, terms: SetTerms, at: datetime) -> LivePermissionSet:
    over = {key for key, end in terms.attached.items() if is_over(end, at)}
    inline = _document_at(entry.inline_policy, at) if entry.inline_policy else None
    return replace(
        entry,
        aws_managed_policies=tuple(arn for arn in entry.aws_managed_policies if attachment_key(arn) not in over),
        customer_managed_policies=tuple(
            each for each in entry.customer_managed_policies if attachment_key(each) not in over
        ),
        inline_policy=inline if inline and inline["Statement"] else None,
    )
