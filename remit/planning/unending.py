"""The plan of a catalog in which nothing ever ends: what of it a plan of today lacks has ended. Pure."""

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
    world = World(catalog, organization, _BEFORE_EVERYTHING, stack)
    return Plan(
        managed_policies=tuple(plan_policies(world).planned),
        permission_sets=tuple(plan_permission_sets(world)),
        assignments=tuple(plan_access(world).assignments()),
        references={},
        scope=tuple(sorted(world.scope)),
        warnings=(),
    )
