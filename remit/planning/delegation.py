"""The permission sets in two halves: those of the management account, and the rest.

AWS lets a delegated administrator manage neither access to the management account nor a permission set that is
provisioned there. So where one stack runs in the management account (`remit:permissionSets: own-management`) and
another in the delegated administrator's (`own-members`), each permission set belongs to one of them: to the first if
any rule gives it in the management account. A rule that has ended counts too, so that no permission set changes hands
by the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from remit.catalog.models import AccessRule
from remit.errors import BadValue, Problem, Source
from remit.planning.world import World
from remit.yaml_places import Text

_DOCS = "docs/operations.md#management-account-or-delegated-administrator"
HALVES = ("own-management", "own-members")


@dataclass(frozen=True, slots=True)
class _Given:
    """Where the catalog gives each permission set first: in the management account, and in any other one."""

    management: dict[str, Source]
    members: dict[str, Source]


class Delegation:
    """What of the permission sets is a stack's, whoever runs it. `organization.caller` says who that is, if known."""

    def __init__(self, world: World) -> None:
        self._world, self._stack = world, world.stack
        self._management = world.organization.management_account
        self._caller = world.organization.caller
        self._delegated = self._caller not in {"", self._management}

    def owned(self, names: Iterable[str]) -> frozenset[str]:
        """Those of these permission sets that the stack makes."""
        mode = self._stack.permission_sets
        if mode not in HALVES:
            return frozenset(names if mode == "own" else ())
        of_management = self._given.management
        return frozenset(name for name in names if (name in of_management) is (mode == "own-management"))

    @cached_property
    def left_alone(self) -> frozenset[str]:
        """The permission sets that the stack may not touch, since a delegated administrator runs it.

        Not those that are its own: who looks at them with other credentials must see what their owner would.
        """
        mode = self._stack.permission_sets
        if mode == "own-members" or (self._delegated and mode != "own-management"):
            return frozenset(self._given.management)
        return frozenset()

    def problems(self) -> Iterator[Problem]:
        """What AWS would refuse. In the management account everything goes, unless a stack is one of two halves."""
        mode = self._stack.permission_sets
        if mode in HALVES:
            yield from self._of_stack()
        elif self._delegated:
            yield from self._of_access()
        if mode in HALVES or self._delegated:
            yield from self._of_both_halves()

    def of_caller(self) -> Iterator[Problem]:
        """Who may look and not write: a pull request's preview has the delegated administrator's credentials."""
        if self._stack.permission_sets == "own-management" and self._delegated:
            message = (
                f"remit:permissionSets: own-management, and the caller is in {self._caller}, which may change nothing "
                "in the management account"
            )
            remedy = f"`up` needs credentials of {self._management}; {_DOCS}"
            yield Problem(message, remedy, Source(f"Pulumi.{self._stack.name}.yaml", 0))

    def _of_stack(self) -> Iterator[Problem]:
        mode, source = self._stack.permission_sets, Source(f"Pulumi.{self._stack.name}.yaml", 0)
        inside = self._management in self._world.scope
        if mode == "own-members" and inside:
            message = "remit:permissionSets: own-members, and the management account is in the scope"
            yield Problem(message, "take `management` out of remit:scope", source)
        if mode == "own-management" and not inside:
            message = "remit:permissionSets: own-management, and the management account is not in the scope"
            yield Problem(message, "write `remit:scope: [management]`", source)

    def _of_access(self) -> Iterator[Problem]:
        """What a delegated administrator cannot give, or would make and could not change."""
        remedy = "no `management` in remit:scope"
        if self._stack.permission_sets == "own":
            remedy = f"remit:permissionSets: own-members, and {remedy}"
        elif self._management not in self._world.scope:
            return
        for name, source in self._given.management.items():
            yield Problem(
                f"permission set {name!r} is given in the management account, and the caller, {self._caller}, is a "
                "delegated administrator, who cannot do that",
                f"write {remedy} in Pulumi.{self._stack.name}.yaml, and have a stack with own-management that runs in "
                f"{self._management}; {_DOCS}",
                source,
            )

    def _of_both_halves(self) -> Iterator[Problem]:
        given = self._given
        for name in sorted(given.management.keys() & given.members.keys()):
            yield Problem(
                f"permission set {name!r} is given in the management account, and in others ({given.members[name]}): a "
                "delegated administrator cannot change such a one",
                f"make another permission set for the management account, and give that here; {_DOCS}",
                given.management[name],
            )

    @cached_property
    def _given(self) -> _Given:
        """By every rule, wherever the stack's scope ends."""
        found = _Given({}, {})
        for rule in sorted(self._world.catalog.access, key=lambda rule: rule.source):
            accounts = self._accounts(rule)
            for name in rule.permission_sets:
                if self._management in accounts:
                    found.management.setdefault(str(name), name.source)
                if accounts - {self._management}:
                    found.members.setdefault(str(name), name.source)
        return found

    def _accounts(self, rule: AccessRule) -> frozenset[str]:
        found = frozenset[str]().union(*map(self._matched, rule.targets))
        return found.difference(*map(self._matched, rule.except_ or ()))

    def _matched(self, selector: Text) -> frozenset[str]:
        """What is wrong with a selector is told where the rule is planned."""
        try:
            return self._world.index.match(selector).accounts
        except BadValue:
            return frozenset()
