"""Who puts right what was changed by hand. Pure.

The scheduled run takes it back (`enforce`), a person decides (`report`), or the catalog follows (`adopt`).
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.catalog.load import Catalog
from remit.drift.values import Mode
from remit.errors import Source
from remit.stack import Stack


class Modes:
    """What the entries of a catalog say, and the stack where they say nothing."""

    def __init__(self, catalog: Catalog, stack: Stack) -> None:
        self._stack = stack
        self._policies = {str(each.name): each.drift for each in catalog.managed_policies}
        self._permission_sets = {str(each.name): each.drift for each in catalog.permission_sets}
        self._rules = {each.source: each.drift for each in catalog.access}

    @property
    def adopt_something(self) -> bool:
        """Whether there is anything at all that the catalog may follow."""
        said = {*self._policies.values(), *self._permission_sets.values(), *self._rules.values()}
        return "adopt" in said or self._stack.drift == "adopt"

    @property
    def leave_something(self) -> bool:
        """Whether there is anything that a scheduled run may leave as somebody made it."""
        said = {*self._policies.values(), *self._permission_sets.values(), *self._rules.values()}
        return bool(said & {"adopt", "report"}) or self._stack.drift != "enforce"

    def of_policy(self, name: str) -> Mode:
        return self._policies.get(name) or self._stack.drift

    def of_permission_set(self, name: str) -> Mode:
        return self._permission_sets.get(name) or self._stack.drift

    def of_changed_policy(self, name: str) -> Mode:
        return self._unless_taken_over(self.of_policy(name))

    def of_changed_permission_set(self, name: str) -> Mode:
        return self._unless_taken_over(self.of_permission_set(name))

    def of_missing_assignment(self, rules: Iterable[Source]) -> Mode:
        """Enforced as soon as one of the rules that give it is; adopted only if all of them are."""
        found = {self._rules.get(source) or self._stack.drift for source in rules}
        return "enforce" if "enforce" in found else "adopt" if found == {"adopt"} else "report"

    def of_stranger(self, permission_set: str) -> Mode:
        """An assignment that somebody made by hand belongs to its permission set: no rule knows it."""
        mode = self.of_permission_set(permission_set)
        return "report" if mode == "enforce" and self._stack.unmanaged == "report" else mode

    def of_unmanaged_policy(self, *, pooled: bool) -> Mode:
        """Never adopted: what no entry of the catalog knows is brought in by `remit import`. With aliases no run ever
        removes one."""
        enforced = pooled and self._stack.drift == "enforce" and self._stack.unmanaged_policies != "report"
        return "enforce" if enforced else "report"

    def _unless_taken_over(self, mode: Mode) -> Mode:
        """With `remit:adopt` a run takes over what exists as it is: nothing of it is reverted."""
        return "report" if mode == "enforce" and self._stack.adopt else mode
