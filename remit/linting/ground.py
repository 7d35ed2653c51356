"""The accounts under a lint: the plan's own steps, without its documents' texts."""

from __future__ import annotations

from datetime import datetime

from remit.catalog.load import Catalog
from remit.errors import CatalogError, Source
from remit.linting.subject import Ground
from remit.organization import Organization
from remit.planning.access import plan_access
from remit.planning.permission_sets import plan_permission_sets
from remit.planning.policies import plan_policies
from remit.planning.reach import check_reach, missing_later
from remit.planning.world import World
from remit.stack import Stack


def ground_of(catalog: Catalog, organization: Organization, *, at: datetime, stack: Stack) -> Ground:
    """The catalog in an organization. Raises CatalogError for what a plan refuses, less policies that do not reach."""
    world = World(catalog, organization, at, stack)
    world.check_scope()
    world.check_account_vars()
    access = plan_access(world)
    policies = plan_policies(world)
    plan_permission_sets(world)
    if problems := world.findings.problems:
        raise CatalogError(problems)
    check_reach(world, access, policies)
    world.findings.refuse_all(missing_later(world, access, policies))
    unreached = ((each.source or Source("", 0), each.message, each.remedy) for each in world.findings.problems)
    return Ground(world, access, tuple(unreached))
