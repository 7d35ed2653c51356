"""What a plan has against the sound part of a catalog whose rest is wrong: so that one run tells all."""

from __future__ import annotations

from datetime import datetime

from remit.catalog.load import Catalog
from remit.catalog.models import AccessRule
from remit.errors import CatalogError, Problem
from remit.organization import Organization
from remit.plan import make_plan
from remit.stack import Stack


def problems_of_sound_part(
    catalog: Catalog, organization: Organization, *, at: datetime, stack: Stack
) -> tuple[Problem, ...]:
    """The problems of a plan of these entries. Permission sets that are not among them are nothing that it misses."""
    known = {str(entry.name) for entry in catalog.permission_sets}
    access = tuple(_with_known_sets(rule, known) for rule in catalog.access)
    part = Catalog(catalog.managed_policies, catalog.permission_sets, access, catalog.settings)
    try:
        make_plan(part, organization, at=at, stack=stack, looks_ahead=True)
    except CatalogError as error:
        return error.problems
    return ()


def _with_known_sets(rule: AccessRule, known: set[str]) -> AccessRule:
    names = tuple(name for name in rule.permission_sets if name in known)
    return rule if len(names) == len(rule.permission_sets) else rule.model_copy(update={"permission_sets": names})
