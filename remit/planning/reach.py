"""A permission set names customer managed policies; AWS wants each of them in every account where it is assigned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from remit.catalog.models import CustomerManagedPolicy, CustomerPolicy, ManagedPolicy, PermissionSet, PolicyStatement
from remit.errors import Problem, listed
from remit.expiry import expired
from remit.planning.access import Access
from remit.planning.permission_sets import living_references
from remit.planning.policies import Policies, accounts_at
from remit.planning.world import World
from remit.selectors import describe_all


@dataclass(frozen=True, slots=True)
class _Need:
    """A policy of the catalog, and the permission set that needs it wherever it is assigned."""

    permission_set: PermissionSet
    reference: CustomerPolicy
    policy: ManagedPolicy

    @property
    def what(self) -> str:
        return "policy" if self.is_attached else "permissions boundary"

    @property
    def is_attached(self) -> bool:
        return isinstance(self.reference, CustomerManagedPolicy)

    def is_over(self, at: datetime) -> bool:
        """A policy that ends is detached; a boundary is not, for without it the permission set would give more."""
        ends = [self.permission_set.expires]
        if isinstance(self.reference, CustomerManagedPolicy):
            ends += [self.reference.expires, self.policy.expires]
        return any(expired(end, at) for end in ends)

    def unmet(self, missing: frozenset[str], world: World, remedy: str, when: str = "") -> Problem:
        name, accounts = str(self.reference.name), describe_all(world.index, missing)
        return Problem(
            f"{when}{self.what} {name!r} does not reach account {accounts}, "
            f"where permission set {str(self.permission_set.name)!r} is assigned",
            remedy,
            self.reference.source,
        )


def check_reach(world: World, access: Access, policies: Policies) -> None:
    """Find every policy of the catalog that is missing where a permission set needs it."""
    for need in _needs(world):
        accounts = access.accounts.get(str(need.permission_set.name), ())
        missing = frozenset(accounts).difference(policies.reach.get(str(need.policy.name), ()))
        if missing:
            world.findings.refuse_all([need.unmet(missing, world, _why_missing(need.policy, missing, world))])


def missing_later(world: World, access: Access, policies: Policies) -> Iterator[Problem]:
    """What will be missing once something has ended, and is not yet.

    Nothing in a catalog begins, so access only shrinks: a policy can come to be missing at an end of itself or of one
    of its statements, and at no other time.
    """
    needs_by_policy: defaultdict[str, list[_Need]] = defaultdict(list)
    for need in _needs(world):
        needs_by_policy[str(need.policy.name)].append(need)
    for name, needs in needs_by_policy.items():
        before = policies.reach.get(name, frozenset())
        for at in _ends(needs[0].policy, world.at):
            reach = accounts_at(needs[0].policy, world, at)
            lost, before = before - reach, reach
            for need in needs if lost else ():
                missing = lost & access.accounts_at(str(need.permission_set.name), at)
                if missing and not need.is_over(at):
                    when = f"from {_instant(at)} on every run would refuse this: "
                    yield need.unmet(missing, world, _why_missing_later(need, at), when)


def references(world: World) -> dict[str, tuple[str, ...]]:
    """{permission set: the policies of the catalog that it refers to now}, for each that has not ended."""
    return {
        str(permission_set.name): tuple(sorted({str(each.name) for each in _references(permission_set, world)}))
        for permission_set in sorted(world.catalog.permission_sets, key=lambda entry: entry.name)
        if not expired(permission_set.expires, world.at)
    }


def _needs(world: World) -> Iterator[_Need]:
    """All that there are now."""
    for permission_set in world.catalog.permission_sets:
        if not expired(permission_set.expires, world.at):
            for reference in _references(permission_set, world):
                if policy := world.policies.get(reference.name):
                    yield _Need(permission_set, reference, policy)


def _ends(policy: ManagedPolicy, after: datetime) -> list[datetime]:
    """When there will be less of a policy than before."""
    ends = [policy.expires, *(each.expires for each in policy.statements)]
    return sorted({each.end for each in ends if each and each.end > after})


def _why_missing(policy: ManagedPolicy, missing: frozenset[str], world: World) -> str:
    """The remedy, by the reason."""
    if expired(policy.expires, world.at):
        return f"it expired on {policy.expires}: renew it at {policy.source}, or take it out here"
    if missing - world.select(policy.targets, policy.except_):
        return f"widen its targets at {policy.source}, or narrow those of the access rule"
    return f"no statement of it applies there: see {policy.source}"


def _why_missing_later(need: _Need, at: datetime) -> str:
    entries: tuple[ManagedPolicy | PolicyStatement, ...] = (need.policy, *need.policy.statements)
    ending = [entry.source for entry in entries if entry.expires and entry.expires.end == at]
    what = "this" if need.is_attached else "the permission set"
    return (
        f"`expires` at {listed(map(str, ending))} ends what is left of it there: renew that, or let {what} end with it"
    )


def _instant(at: datetime) -> str:
    """2027-01-01 for its midnight, UTC, as the end of 2026-12-31 is."""
    return f"{at:%Y-%m-%d}" if at.time() == time.min else f"{at:%Y-%m-%dT%H:%M}Z"


def _references(permission_set: PermissionSet, world: World) -> Iterator[CustomerPolicy]:
    yield from (each for each in living_references(permission_set, world) if not each.external)
    boundary = permission_set.permissions_boundary
    if boundary is not None and boundary.customer_managed is not None and not boundary.customer_managed.external:
        yield boundary.customer_managed
