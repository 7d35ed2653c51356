"""Plans to look things up in, that refuse nothing: of a time, or of a catalog in which nothing ever ends. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from remit.catalog.load import Catalog
from remit.organization import Organization
from remit.plan import Plan
from remit.planning.access import plan_access
from remit.planning.permission_sets import plan_permission_sets
from remit.planning.policies import plan_policies
from remit.planning.world import World
from remit.stack import Stack

_BEFORE_EVERYTHING = datetime.min.replace(tzinfo=UTC)


def unending(catalog: Catalog, organization: Organization, stack: Stack) -> Plan:
    """Only to look things up in: nobody checks it, as an entry and its renewal may be too much together for AWS."""
    return plan_without_refusals(catalog, organization, at=_BEFORE_EVERYTHING, stack=stack)


def plan_without_refusals(catalog: Catalog, organization: Organization, *, at: datetime, stack: Stack) -> Plan:
    """What a catalog comes to at a time, whatever is wrong with it: a name that nobody has gives nothing."""
    world = World(catalog, organization, at, stack)
    return Plan(
        managed_policies=tuple(plan_policies(world).planned),
        permission_sets=tuple(plan_permission_sets(world)),
        assignments=tuple(plan_access(world).assignments()),
        references={},
        scope=tuple(sorted(world.scope)),
        warnings=(),
    )
