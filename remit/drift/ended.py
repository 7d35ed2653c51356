"""What has ended, and is live all the same. Pure.

An end date is meant: what has ended goes in every run, whatever somebody did to it by hand and whatever `drift:` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from remit.drift.statements import survives
from remit.managed_policy import Policy
from remit.permission_set import LivePermissionSet
from remit.planning.values import Plan, PlannedPermissionSet, PlannedPolicy

Lists = dict[str, tuple[Any, ...]]
_LISTS = ("aws_managed_policies", "customer_managed_policies")


class Ended:
    """`unending` is what the same catalog would give if nothing ended (`remit.planning.unending`)."""

    def __init__(self, plan: Plan, unending: Plan) -> None:
        planned = {(each.permission_set, each.key) for each in plan.assignments}
        self._assignments = {(each.permission_set, each.key) for each in unending.assignments} - planned
        self._policies = {(each.account, each.name): each for each in unending.managed_policies}
        staying = {(each.account, each.name.lower()) for each in plan.managed_policies}
        self._over = {(each.account, each.name.lower()) for each in unending.managed_policies} - staying
        self._permission_sets = {each.name: each for each in unending.permission_sets}

    def has_policy(self, account: str, name: str) -> bool:
        """Whether a whole policy has ended, in whatever case somebody writes its name."""
        return (account, name.lower()) in self._over

    def has_assignment(self, permission_set: str, key: str) -> bool:
        return (permission_set, key) in self._assignments

    def in_policy(self, planned: PlannedPolicy, live: Policy) -> bool:
        """Whether a statement that has ended still stands there."""
        had = self._policies.get((planned.account, planned.name))
        return had is not None and survives(had.document, planned.document, live.document)

    def in_inline_policy(self, planned: PlannedPermissionSet, live: LivePermissionSet) -> bool:
        """The same of a permission set's inline policy."""
        return survives(self._inline(planned.name), planned.inline_policy, live.inline_policy)

    def attached(self, planned: PlannedPermissionSet, live: LivePermissionSet) -> set[tuple[str, Any]]:
        """(field, element) of what has ended and stands in its lists."""
        had = self._permission_sets.get(planned.name, planned)
        return {
            (name, each)
            for name in _LISTS
            for each in ({*getattr(had, name)} - {*getattr(planned, name)}) & {*getattr(live, name)}
        }

    def lists_without(self, planned: PlannedPermissionSet, live: LivePermissionSet) -> Lists:
        """The live lists that have what has ended, without it: by the name of the field."""
        over = self.attached(planned, live)
        return {
            name: tuple(sorted(each for each in getattr(live, name) if (name, each) not in over))
            for name in sorted({name for name, _ in over})
        }

    def without(self, planned: PlannedPermissionSet, live: LivePermissionSet) -> LivePermissionSet:
        """A live permission set as it is once what has ended is gone: a document is then written as planned."""
        over = self.in_inline_policy(planned, live)
        changes: dict[str, Any] = {**self.lists_without(planned, live)}
        return replace(live, inline_policy=planned.inline_policy if over else live.inline_policy, **changes)

    def _inline(self, name: str) -> Mapping[str, Any] | None:
        had = self._permission_sets.get(name)
        return had.inline_policy if had else None
