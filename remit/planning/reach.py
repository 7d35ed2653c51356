"""A permission set names customer managed policies; AWS wants each of them in every account where it is assigned."""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog.models import CustomerPolicy, ManagedPolicy, PermissionSet
from remit.expiry import expired
from remit.planning.access import Access
from remit.planning.permission_sets import living_references
from remit.planning.policies import Policies
from remit.planning.world import World
from remit.selectors import describe_all


def check_reach(world: World, access: Access, policies: Policies) -> None:
    """Find every policy of the catalog that is missing where a permission set needs it."""
    for permission_set in world.catalog.permission_sets:
        if expired(permission_set.expires, world.at):
            continue
        accounts = access.accounts.get(str(permission_set.name), set())
        for what, reference in _references(permission_set, world):
            policy = world.policies.get(reference.name)
            if policy is None:
                continue
            missing = accounts - policies.reach.get(str(reference.name), frozenset())
            if missing:
                world.findings.wrong(
                    f"{what} {str(reference.name)!r} does not reach account {describe_all(world.index, missing)}, "
                    f"where permission set {str(permission_set.name)!r} is assigned",
                    why_missing(policy, missing, world),
                    reference.source,
                )


def references(world: World) -> dict[str, tuple[str, ...]]:
    """{permission set: the policies of the catalog that it refers to now}, for each that has not ended."""
    return {
        str(permission_set.name): tuple(sorted({str(each.name) for _, each in _references(permission_set, world)}))
        for permission_set in sorted(world.catalog.permission_sets, key=lambda entry: entry.name)
        if not expired(permission_set.expires, world.at)
    }


def why_missing(policy: ManagedPolicy, missing: set[str], world: World) -> str:
    """The remedy, by the reason."""
    if expired(policy.expires, world.at):
        return f"it expired on {policy.expires}: renew it at {policy.source}, or take it out here"
    if missing - world.select(policy.targets, policy.except_):
        return f"widen its targets at {policy.source}, or narrow those of the access rule"
    return f"no statement of it applies there: see {policy.source}"


def _references(permission_set: PermissionSet, world: World) -> Iterator[tuple[str, CustomerPolicy]]:
    for reference in living_references(permission_set, world):
        if not reference.external:
            yield "policy", reference
    boundary = permission_set.permissions_boundary
    if boundary is not None and boundary.customer_managed is not None and not boundary.customer_managed.external:
        yield "permissions boundary", boundary.customer_managed
