"""What a catalog comes to in the whole organization, in one spelling; and what it shall come to. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remit.catalog.fields import parse_duration
from remit.documents import Document, canonical
from remit.drift.live import Live
from remit.drift.values import Finding
from remit.managed_policy import by_name
from remit.permission_set import LivePermissionSet
from remit.plan import Plan
from remit.planning.values import PlannedPermissionSet
from remit.stack import Stack

Grant = tuple[str, str]
"""Permission set, and ACCOUNT/GROUP/PRINCIPAL-ID."""
Fields = Mapping[str, str]
"""Each field as JSON, so that equal values are equal texts."""


def everywhere(stack: Stack) -> Stack:
    """A stack that has all accounts: an edit must change nothing outside of the scope either."""
    return Stack(stack.environment, scope=("*", "management"), fan_out="pooled")


@dataclass(frozen=True, slots=True)
class Said:
    """`policies` by (account, name)."""

    permission_sets: Mapping[str, Fields]
    grants: frozenset[Grant]
    policies: Mapping[tuple[str, str], Fields]

    @classmethod
    def of(cls, plan: Plan) -> Said:
        return cls(
            {each.name: _permission_set(each) for each in plan.permission_sets},
            frozenset((each.permission_set, each.key) for each in plan.assignments),
            {
                (each.account, each.name): _policy(each.path, each.description, each.document)
                for each in plan.managed_policies
            },
        )

    def with_adopted(self, findings: Iterable[Finding], live: Live) -> Said:
        """The same, and of the findings what is live."""
        sets, grants, policies = dict(self.permission_sets), set(self.grants), dict(self.policies)
        for each in findings:
            if each.kind == "assignment":
                (grants.discard if each.change == "missing" else grants.add)((each.name, key_of(each)))
            elif each.kind == "permission_set" and each.change == "missing":
                del sets[each.name]
                grants = {grant for grant in grants if grant[0] != each.name}
            elif each.kind == "permission_set":
                sets[each.name] = _permission_set(live.permission_sets[each.name])
            elif each.change == "missing":
                del policies[each.account, each.name]
            else:
                found = by_name(live.policies[each.account])[each.name.lower()].policy
                policies[each.account, found.name] = _policy(found.path, found.description_or(""), found.document)
        return Said(sets, frozenset(grants), policies)

    def differences(self, other: Said) -> Iterator[str]:
        """What the other says otherwise, in words."""
        for grants, how in ((self.grants - other.grants, "lost"), (other.grants - self.grants, "new")):
            yield from (f"assignment {key} of permission set {name} would be {how}" for name, key in sorted(grants))
        yield from _differences("permission set", self.permission_sets, other.permission_sets)
        mine, theirs = (
            {f"{name} in {account}": fields for (account, name), fields in each.policies.items()}
            for each in (self, other)
        )
        yield from _differences("policy", mine, theirs)


def key_of(finding: Finding) -> str:
    """ACCOUNT/GROUP/PRINCIPAL-ID of an assignment's finding."""
    kind, id_, _ = finding.principal or ("", "", "")
    return f"{finding.account}/{kind}/{id_}"


def _differences(what: str, mine: Mapping[str, Fields], theirs: Mapping[str, Fields]) -> Iterator[str]:
    yield from (f"{what} {name} would be lost" for name in sorted(mine.keys() - theirs.keys()))
    yield from (f"{what} {name} would be new" for name in sorted(theirs.keys() - mine.keys()))
    for name in sorted(mine.keys() & theirs.keys()):
        for field, value in mine[name].items():
            if theirs[name][field] != value:
                yield f"{field} of {what} {name} would be {theirs[name][field]}, and is {value}"


def _permission_set(entry: PlannedPermissionSet | LivePermissionSet) -> Fields:
    inline = entry.inline_policy
    return {
        "description": _json(entry.description),
        "session_duration": _json(parse_duration(entry.session_duration)),
        "relay_state": _json(entry.relay_state),
        "aws_managed_policies": _json(sorted(entry.aws_managed_policies)),
        "customer_managed_policies": _json(sorted(entry.customer_managed_policies)),
        "inline_policy": _json(canonical(inline) if inline else None),
        "permissions_boundary": _json(entry.permissions_boundary and dict(entry.permissions_boundary)),
        "tags": _json(dict(entry.tags)),
    }


def _policy(path: str, description: str, document: Document) -> Fields:
    return {"path": _json(path), "description": _json(description), "document": _json(canonical(document))}


def _json(value: Any) -> str:  # noqa: ANN401  JSON
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
