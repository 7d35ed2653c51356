"""Managed policies → one document for each account that a policy reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from remit.catalog.models import ManagedPolicy, PolicyStatement
from remit.documents import Document, document, repeated_sids, size
from remit.errors import Source
from remit.expiry import expired
from remit.managed_policy import under
from remit.planning.rendering import Rendering
from remit.planning.values import PlannedPolicy
from remit.planning.world import World
from remit.selectors import describe_all
from remit.stack import auto_fan_out

LONGEST_POLICY = 6_144
LONGEST_DESCRIPTION = 1_000


@dataclass(slots=True)
class Policies:
    """The policies of all accounts, sorted, and where each of them is."""

    planned: list[PlannedPolicy] = field(default_factory=list)
    reach: dict[str, frozenset[str]] = field(default_factory=dict)
    """Accounts that have the policy, by its name."""


def plan_policies(world: World) -> Policies:
    """Every policy that has not ended, in the accounts of the stack's scope."""
    policies = Policies()
    for policy in world.catalog.managed_policies:
        if not expired(policy.expires, world.at):
            planned = list(_in_accounts(policy, world))
            policies.planned.extend(planned)
            policies.reach[str(policy.name)] = frozenset(entry.account for entry in planned)
    policies.planned.sort(key=lambda entry: (entry.account, entry.name))
    return policies


def check_owned_path(world: World, accounts: int) -> None:
    """Warn of settings that no run heeds. `accounts`: how many have policies."""
    stack = world.stack
    source = Source(f"Pulumi.{stack.name}.yaml", 0)
    if stack.unmanaged_policies == "remove" and not stack.owned_path:
        message = "remit:unmanagedPolicies: remove removes nothing without remit:ownedPath"
        world.findings.odd(message, "say which path is the stack's own, such as /remit/", source)
    elif stack.unmanaged_policies == "remove" and accounts and stack.fan_out_over(accounts) == "aliases":
        message = f"remit:fanOut is aliases: other policies under {stack.owned_path} are told, never removed"
        world.findings.odd(message, "set remit:fanOut: pooled, or delete them by hand", source)


def check_paths(world: World, policies: Policies) -> None:
    """Warn of policies that are not where the stack owns every policy."""
    owned = world.stack.owned_path
    for policy in world.catalog.managed_policies if owned else ():
        if policies.reach.get(str(policy.name)) and not under(str(policy.path), owned):
            message = f"policy {str(policy.name)!r} is at {policy.path}, outside of remit:ownedPath {owned}"
            remedy = (
                f"write `path: {owned}`: nobody is told of other policies beside it, and a spoke role may not reach it"
            )
            world.findings.odd(message, remedy, policy.source)


def check_fan_out(world: World, accounts: int) -> None:
    """Warn of a stack that stays with the way that it has. `accounts`: how many have policies."""
    stack = world.stack
    kept, new = stack.kept_fan_out, auto_fan_out(accounts)
    if accounts and stack.fan_out == "auto" and kept and kept != new:
        message = f"remit:fanOut auto means {new} for {accounts} accounts; this stack stays with {kept}, as it has been"
        remedy = f"`remit switch --to {new} --stack {stack.name}` moves it over, without a call to AWS"
        world.findings.odd(message, remedy, Source(f"Pulumi.{stack.name}.yaml", 0))


def accounts_at(policy: ManagedPolicy, world: World, at: datetime) -> frozenset[str]:
    """The accounts that have a policy at that time: those in which any statement of it applies."""
    if expired(policy.expires, at):
        return frozenset()
    among = _accounts(policy, world)
    return frozenset[str]().union(*(_statement_accounts(each, among, world, at) for each in policy.statements))


def _accounts(policy: ManagedPolicy, world: World) -> frozenset[str]:
    return world.select(policy.targets, policy.except_) & world.scope


def _statement_accounts(
    statement: PolicyStatement, among: frozenset[str], world: World, at: datetime
) -> frozenset[str]:
    """The accounts, of those of its policy, in which a statement applies; none once it has ended."""
    if expired(statement.expires, at):
        return frozenset()
    chosen = among if statement.targets is None else among & world.select(statement.targets)
    return chosen - world.left_out(statement.except_)


def _in_accounts(policy: ManagedPolicy, world: World) -> Iterator[PlannedPolicy]:
    among = _accounts(policy, world)
    applying: defaultdict[str, list[PolicyStatement]] = defaultdict(list)
    for statement in policy.statements:
        for account in _statement_accounts(statement, among, world, world.at):
            applying[account].append(statement)
    if bare := among - applying.keys():
        message = f"policy {str(policy.name)!r} has no statement left in {describe_all(world.index, bare)}"
        world.findings.odd(message, "it is not made there", policy.source)
    writer = _Writer(policy, world)
    for account in sorted(applying):
        written = writer.write(account, applying[account])
        yield PlannedPolicy(
            account,
            str(policy.name),
            str(policy.path),
            written.description,
            written.document,
            policy.source,
            bool(policy.detach_on_delete),
        )


@dataclass(frozen=True, slots=True)
class _Written:
    document: Document
    description: str
    size: int
    repeated_sids: tuple[str, ...]


class _Writer:
    """Writes the documents of a policy: one for all accounts with the same statements, unless variables differ."""

    def __init__(self, policy: ManagedPolicy, world: World) -> None:
        self.policy = policy
        self.world = world
        self._shared: dict[tuple[int, ...], _Written] = {}

    def write(self, account: str, statements: Sequence[PolicyStatement]) -> _Written:
        key = tuple(id(statement) for statement in statements)
        written = self._shared.get(key)
        rendering = Rendering(self.world.findings, self.world.variables(account), account)
        if written is None:
            written = self._render(statements, rendering)
            if not rendering.used:
                self._shared[key] = written
        self._check(written, rendering)
        return written

    def _render(self, statements: Sequence[PolicyStatement], rendering: Rendering) -> _Written:
        content = document([rendering.statement(statement) for statement in statements])
        return _Written(content, rendering(self.policy.description), size(content), repeated_sids(content))

    def _check(self, written: _Written, rendering: Rendering) -> None:
        policy, what = self.policy, f"policy {str(self.policy.name)!r}"
        if written.size > LONGEST_POLICY:
            message = f"{what} has {written.size:,} characters without white space"
            rendering.wrong(message, f"AWS allows {LONGEST_POLICY:,}: split it, or use wildcards", policy.source)
        for sid in written.repeated_sids:
            rendering.wrong(f"{what} has two statements with the Sid {sid!r}", "rename one", policy.source)
        rendering.check_characters(what, written.document, policy.source)
        source = policy.description.source
        rendering.check_length(f"the description of {what}", written.description, LONGEST_DESCRIPTION, source)
