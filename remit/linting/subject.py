"""What the rules look at: a catalog at a moment, and the organization where one is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from remit.catalog.load import Catalog
from remit.catalog.models import AccessRule, ManagedPolicy, PermissionSet
from remit.errors import Source
from remit.expiry import expired
from remit.linting.administrators import why_administrator
from remit.linting.analysis import Analysis
from remit.linting.statements import StatementList, statement_lists
from remit.planning.access import Access, Holding
from remit.planning.world import World

Grant = tuple[str, str, str]
"""GROUP or USER, the name as the catalog has it, the permission set."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The plan's own values, for rules that ask for accounts: `world` resolves selectors, `access` has who gets what.

    `unreached` are policies of the catalog that are missing where a permission set needs them: place, what, remedy.
    """

    world: World
    access: Access
    unreached: tuple[tuple[Source, str, str], ...] = ()


class Subject:
    """A catalog at a time (with its zone). Everything that several rules ask for is worked out once."""

    analyses: Sequence[Analysis] | None = None
    """What IAM Access Analyzer says of `statement_lists`; None when it was not asked."""

    def __init__(self, catalog: Catalog, at: datetime, ground: Ground | None = None) -> None:
        self.catalog = catalog
        self.at = at
        self.ground = ground
        self._accounts: dict[int, frozenset[str]] = {}

    @cached_property
    def policies(self) -> Mapping[str, ManagedPolicy]:
        return {str(policy.name): policy for policy in self.catalog.managed_policies}

    @cached_property
    def permission_sets(self) -> Mapping[str, PermissionSet]:
        """Those that have not ended, by name."""
        return {str(entry.name): entry for entry in self.catalog.permission_sets if not expired(entry.expires, self.at)}

    @cached_property
    def access(self) -> tuple[AccessRule, ...]:
        """The access rules that have not ended, in the order of the files."""
        alive = (rule for rule in self.catalog.access if not expired(rule.expires, self.at))
        return tuple(sorted(alive, key=lambda rule: rule.source))

    @cached_property
    def statement_lists(self) -> tuple[StatementList, ...]:
        return tuple(statement_lists(self.catalog, self.at))

    @cached_property
    def administrators(self) -> Mapping[str, str]:
        """{permission set: why it is an administrator's}, of those that have not ended."""
        found = {name: why_administrator(entry, self.policies) for name, entry in self.permission_sets.items()}
        return {name: why for name, why in found.items() if why}

    @cached_property
    def rules_by_grant(self) -> Mapping[Grant, tuple[AccessRule, ...]]:
        """The living rules that give a principal a permission set, in the order of the files."""
        found: defaultdict[Grant, list[AccessRule]] = defaultdict(list)
        for rule in self.access:
            for grant in grants_of(rule):
                found[grant].append(rule)
        return {grant: tuple(rules) for grant, rules in found.items()}

    def attached(self, entry: PermissionSet) -> int:
        """How many policies a permission set attaches, of those that have not ended."""
        expiries = [policy.expires for policy in entry.aws_managed_policies]
        expiries += [policy.expires for policy in entry.customer_managed_policies]
        return sum(not expired(expires, self.at) for expires in expiries)

    def accounts_of(self, rule: AccessRule) -> frozenset[str]:
        """The accounts of a rule, inside the stack's scope. Empty without an organization."""
        if self.ground is None:
            return frozenset()
        if id(rule) not in self._accounts:
            world = self.ground.world
            self._accounts[id(rule)] = world.select(rule.targets, rule.except_) & world.scope
        return self._accounts[id(rule)]

    @cached_property
    def accounts_by_group(self) -> Mapping[str, frozenset[str]]:
        """The accounts in which a group has anything, by its full name. Empty without an organization."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        grants = self.ground.access.grants if self.ground else {}
        for holding, given in grants.items():
            if _is_group(holding):
                found[holding.principal].update(*(accounts for _, accounts in given))
        return {group: frozenset(accounts) for group, accounts in found.items()}


def grants_of(rule: AccessRule) -> tuple[Grant, ...]:
    """Every principal of a rule with each of its permission sets, each pair once."""
    principals = [*(("GROUP", str(name)) for name in rule.groups or ())]
    principals += [("USER", str(name)) for name in rule.users or ()]
    pairs = ((kind, name, str(entry)) for kind, name in principals for entry in rule.permission_sets)
    return tuple(dict.fromkeys(pairs))


def _is_group(holding: Holding) -> bool:
    return holding.principal_type == "GROUP"
