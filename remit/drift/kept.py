"""What a run leaves as it is in AWS, and what the state goes on saying of it: the one way in which a run passes over
a difference. Pure.

`remit repair` keeps all that is not enforced; `remit up --scheduled` what is not enforced and was made by hand.
The program puts in its resources what the stack gave last, and names beside it what the plugin shall leave alone. So
nothing changes hands: the state still tells what is the stack's from what is somebody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from remit.delta import split_key
from remit.drift.ended import Ended, Lists
from remit.drift.live import Live
from remit.drift.recorded import Recorded
from remit.drift.unplanned import BY_HAND, Unplanned
from remit.drift.values import Finding
from remit.managed_policy import Policy
from remit.planning.values import Plan, PlannedAssignment, PlannedPermissionSet, PlannedPolicy

_FIELDS = {"inline": "inline_policy", "tag": "tags"}


@dataclass(frozen=True, slots=True)
class KeptSet:
    """A permission set. `fields` (of PlannedPermissionSet) stay as they are; of `lists` what has ended goes.

    `gone`: somebody deleted it, and it stays away with all that was assigned.
    """

    fields: frozenset[str] = frozenset()
    lists: Lists = field(default_factory=dict)
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """`assignments`: by permission set, key to the label that the state has; None: the stack did not give it.

    `policies`: by (account, name), as the stack gave them; None: it did not. `unplanned` needs a place all the same.
    `written`: what `Recorded` says of them, which the state goes on saying.
    """

    assignments: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    policies: Mapping[tuple[str, str], Policy | None] = field(default_factory=dict)
    permission_sets: Mapping[str, KeptSet] = field(default_factory=dict)
    unplanned: Unplanned = field(default_factory=Unplanned)
    written: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def keys(self, permission_set: str) -> list[str]:
        """Of assignments that the plugin leaves alone."""
        return sorted(self.assignments.get(permission_set, ()))

    def policy_names(self, account: str) -> list[str]:
        return sorted(name for where, name in self.policies if where == account)

    def permission_set(self, name: str) -> KeptSet:
        return self.permission_sets.get(name, _NOTHING)

    def applied_to(self, plan: Plan) -> Plan:
        """The plan as the program makes it: of what is kept it says what the stack gave."""
        others = (each for each in plan.assignments if each.key not in self.assignments.get(each.permission_set, ()))
        given = (
            _assignment(name, key, label)
            for name, keys in self.assignments.items()
            for key, label in keys.items()
            if label is not None
        )
        policies = (self._policy(each) for each in plan.managed_policies)
        adjusted = replace(
            plan,
            assignments=tuple(
                sorted([*others, *given], key=lambda each: (each.account, each.permission_set, each.key))
            ),
            managed_policies=tuple(each for each in policies if each is not None),
            permission_sets=tuple(map(self._permission_set, plan.permission_sets)),
        )
        return self.unplanned.added_to(adjusted)

    def _permission_set(self, planned: PlannedPermissionSet) -> PlannedPermissionSet:
        changes: dict[str, Any] = {**self.permission_set(planned.name).lists}
        return replace(planned, **changes)

    def _policy(self, planned: PlannedPolicy) -> PlannedPolicy | None:
        key = planned.account, planned.name
        if key not in self.policies:
            return planned
        given = self.policies[key]
        if given is None:
            return None
        return replace(
            planned, path=given.path, description=given.description_or(planned.description), document=given.document
        )


_NOTHING = KeptSet()


def _assignment(permission_set: str, key: str, label: str) -> PlannedAssignment:
    account, principal_type, principal_id = split_key(key)
    kind: Any = principal_type
    return PlannedAssignment(account, permission_set, kind, label, principal_id, BY_HAND, (BY_HAND,))


def kept(
    findings: Iterable[Finding],
    plan: Plan,
    live: Live,
    recorded: Recorded,
    *,
    ended: Ended | None = None,
    unplanned: Unplanned | None = None,
) -> Kept:
    """What a run has to be told to leave `findings` as they are, but for what has `ended`."""
    assignments: dict[str, dict[str, str | None]] = {}
    policies: dict[tuple[str, str], Policy | None] = {}
    permission_sets: dict[str, KeptSet] = {}
    for each in findings:
        if each.kind == "assignment":
            assignments.setdefault(each.name, {})[each.key] = recorded.gave(each.name).get(each.key)
        elif each.kind == "managed_policy":
            key = each.account, each.name
            leaves = each.change == "unmanaged" and recorded.has_policy(*key)
            if not leaves:  # what is the stack's own goes on leaving
                policies[key] = recorded.policy(*key)
        elif each.change != "unmanaged":
            permission_sets[each.name] = _kept_set(each, plan, live, ended)
    for name, each_set in permission_sets.items():
        if each_set.gone:
            assignments[name] = {key: recorded.gave(name).get(key) for key in _keys(plan, recorded, name)}
    written = {key: recorded.written[key] for key in policies if key in recorded.written}
    return Kept(assignments, policies, permission_sets, unplanned or Unplanned(), written)


def _kept_set(finding: Finding, plan: Plan, live: Live, ended: Ended | None) -> KeptSet:
    if finding.change == "missing":
        return KeptSet(gone=True)
    fields = {_FIELDS.get(word := each.field.partition(" ")[0], word) for each in finding.differences}
    if ended is None:
        return KeptSet(frozenset(fields))
    planned = next(each for each in plan.permission_sets if each.name == finding.name)
    found = live.permission_sets[finding.name]
    # Of another field the run brings what the catalog says, and with that what has ended goes too.
    lists = {name: left for name, left in ended.lists_without(planned, found).items() if name in fields}
    over = {"inline_policy"} if ended.in_inline_policy(planned, found) else set[str]()
    return KeptSet(frozenset(fields - lists.keys() - over), lists)


def _keys(plan: Plan, recorded: Recorded, permission_set: str) -> set[str]:
    planned = {each.key for each in plan.assignments if each.permission_set == permission_set}
    return planned | recorded.gave(permission_set).keys()
