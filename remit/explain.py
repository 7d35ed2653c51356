"""Why somebody has, or has not, a permission set in an account; and why a policy is there, or is not. Pure.

Says what the plan does, rule by rule, with the selector that decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from remit.catalog.load import Catalog
from remit.catalog.models import BY_ID, AccessRule, ManagedPolicy, PolicyStatement
from remit.errors import BadValue, CatalogError, Problem, Source, did_you_mean
from remit.expiry import Expiry, expired
from remit.organization import Account, AccountState, Organization
from remit.planning.values import PrincipalType
from remit.planning.world import World
from remit.selectors import describe
from remit.stack import Stack


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one entry of the catalog says about one account.

    An assignment has `permission_set`, `principal_type` and `principal`; a managed policy has `policy`; a statement
    has `policy` and, if it has one, its `sid`. `gives` is False when the entry withholds it, and `reason` says why.
    """

    kind: Literal["assignment", "managed_policy", "statement"]
    gives: bool
    account: str
    reason: str
    source: Source
    permission_set: str = ""
    principal_type: PrincipalType | Literal[""] = ""
    principal: str = ""
    policy: str = ""
    sid: str = ""

    def __str__(self) -> str:
        return f"{'gives' if self.gives else 'withholds'} {self.subject}: {self.reason} [{self.source}]"

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        if self.kind == "assignment":
            return f"{self.permission_set} to {self.principal_type.lower()} {self.principal}"
        return f"policy {self.policy}" + (
            f", statement {self.sid or 'without Sid'}" if self.kind == "statement" else ""
        )


def explain(
    catalog: Catalog,
    organization: Organization,
    *,
    at: datetime,
    stack: Stack,
    account: str,
    group: str | None = None,
    permission_set: str | None = None,
) -> list[Verdict]:
    """Every verdict on an account (a name or an id): access rules first, then managed policies and their statements.

    `group` (with or without the suffix) and `permission_set` narrow it down; with a group only access is told, with
    a permission set also the policies that it refers to. Raises CatalogError when there is no such account or set.
    """
    world = World(catalog, organization, at, stack)
    try:
        found = world.index.account(account)
    except BadValue as error:
        raise CatalogError([error.at(None)]) from error
    if permission_set is not None and permission_set not in world.permission_sets:
        remedy = did_you_mean(permission_set, world.permission_sets)
        raise CatalogError([Problem(f"no permission set {permission_set!r} in the catalog", remedy)])
    case = _Case(world, found)
    full_name = catalog.settings.full_group_name(group) if group else None
    return [*case.access(full_name, permission_set), *(case.policies(permission_set) if not group else ())]


@dataclass(frozen=True, slots=True)
class _Case:
    """One account before the catalog."""

    world: World
    account: Account

    def access(self, group: str | None, permission_set: str | None) -> Iterator[Verdict]:
        for rule in sorted(self.world.catalog.access, key=lambda rule: rule.source):
            for name in dict.fromkeys(rule.permission_sets):
                if permission_set in {None, str(name)}:
                    yield from self._rule(rule, str(name), group)

    def policies(self, permission_set: str | None) -> Iterator[Verdict]:
        wanted = self._policies_of(permission_set) if permission_set else None
        for policy in sorted(self.world.catalog.managed_policies, key=lambda policy: policy.source):
            if wanted is None or policy.name in wanted:
                yield from self._policy(policy)

    def _rule(self, rule: AccessRule, permission_set: str, group: str | None) -> Iterator[Verdict]:
        gives, reason = self._judge_rule(rule, permission_set)
        full_name = self.world.catalog.settings.full_group_name
        principals: list[tuple[PrincipalType, str]] = [("GROUP", full_name(name)) for name in rule.groups or ()]
        principals += [("USER", str(name)) for name in rule.users or ()]
        for principal_type, principal in dict.fromkeys(principals):
            if group is None or (principal_type, principal) == ("GROUP", group):
                known = self._is_known(principal_type, principal)
                yield Verdict(
                    "assignment",
                    gives and known,
                    self.account.id,
                    reason if known else f"there is no such {principal_type.lower()} in the identity store",
                    rule.source,
                    permission_set=permission_set,
                    principal_type=principal_type,
                    principal=principal,
                )

    def _is_known(self, principal_type: PrincipalType, name: str) -> bool:
        organization = self.world.organization
        known = organization.groups if principal_type == "GROUP" else organization.users
        return name.startswith(BY_ID) or any(principal.name == name for principal in known)

    def _judge_rule(self, rule: AccessRule, permission_set: str) -> tuple[bool, str]:
        entry = self.world.permission_sets.get(permission_set)
        if entry is None:
            return False, f"there is no permission set {permission_set!r} in the catalog"
        if expired(entry.expires, self.world.at):
            return False, f"the permission set expired on {entry.expires}, at {entry.source}"
        return self._judge(rule.targets, rule.except_, rule.expires)

    def _policy(self, policy: ManagedPolicy) -> Iterator[Verdict]:
        reaches, reason = self._judge(policy.targets, policy.except_, policy.expires)
        statements = [(statement, *self._judge_statement(statement)) for statement in policy.statements]
        is_made = reaches and any(applies for _, applies, _ in statements)
        if reaches and not is_made:
            reason = "no statement of it applies here"
        name, here = str(policy.name), self.account.id
        yield Verdict("managed_policy", is_made, here, reason, policy.source, policy=name)
        for statement, applies, why in statements if reaches else ():
            yield Verdict("statement", applies, here, why, statement.source, policy=name, sid=str(statement.sid or ""))

    def _judge_statement(self, statement: PolicyStatement) -> tuple[bool, str]:
        return self._judge(statement.targets, statement.except_, statement.expires)

    def _judge(
        self, targets: tuple[str, ...] | None, without: tuple[str, ...] | None, expires: Expiry | None
    ) -> tuple[bool, str]:
        """Whether an entry with these keys is there in the account, and why."""
        until = f", until {expires}" if expires else ""
        if expired(expires, self.world.at):
            return False, f"expired on {expires}"
        if self.account.state is not AccountState.ACTIVE:
            return False, f"account {describe(self.account)} is {self.account.state}"
        if targets is None:
            target: str | None = None
        elif (target := self._deciding(targets)) is None:
            return False, f"no target selects the account ({', '.join(targets)}{self._unreadable(targets)})"
        if left_out := self._left_out(without or ()):
            return False, left_out
        if self.account.id not in self.world.scope:
            return False, f"outside the scope of stack {self.world.stack.name} ({', '.join(self.world.stack.scope)})"
        return True, f"selected by {target}{until}" if target else f"applies wherever its policy goes{until}"

    def _left_out(self, without: tuple[str, ...]) -> str:
        """Why an `except` leaves the account out; empty when it does not."""
        if (exception := self._deciding(without)) is not None:
            return f"left out by except {exception}"
        unreadable = self._unreadable(without)
        return f"nothing is planned while its except is wrong{unreadable}" if unreadable else ""

    def _deciding(self, selectors: tuple[str, ...]) -> str | None:
        """The first selector that has the account."""
        return next((text for text in selectors if self.account.id in self._selected(text)), None)

    def _selected(self, text: str) -> frozenset[str]:
        try:
            return self.world.index.match(text).accounts
        except BadValue:
            return frozenset()

    def _unreadable(self, selectors: tuple[str, ...]) -> str:
        errors = []
        for text in selectors:
            try:
                self.world.index.match(text)
            except BadValue as error:
                errors.append(error.message)
        return "".join(f"; {message}" for message in errors)

    def _policies_of(self, permission_set: str) -> set[str]:
        entry = self.world.permission_sets.get(permission_set)
        if entry is None:
            return set()
        boundary = entry.permissions_boundary.customer_managed if entry.permissions_boundary else None
        names = {str(reference.name) for reference in entry.customer_managed_policies if not reference.external}
        return names | ({str(boundary.name)} if boundary else set())
