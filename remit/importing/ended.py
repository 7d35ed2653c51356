"""What has ended in a catalog and was found all the same: no `up` has taken it away yet, or somebody brought it back.

An import says what is there, so that it lives on; a person is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from remit.catalog.load import Catalog
from remit.catalog.models import AccessRule, ManagedPolicy, PermissionSet
from remit.expiry import expired, parse_expiry
from remit.importing.ends import NEVER, is_over
from remit.importing.entries import Entries, Entry
from remit.importing.known_ends import Elements
from remit.importing.proof import EVERYWHERE
from remit.plan import Plan
from remit.planning.unending import plan_without_refusals

KINDS = ("managed_policies", "permission_sets")
"""Of entries that have a name."""
_TOLD = "ended in the catalog, and there all the same"
_UNSURE = "new, or one that was to end, in other words"
_Named = TypeVar("_Named", ManagedPolicy, PermissionSet)


def still_there(catalog: Catalog, entries: Entries, at: datetime) -> Mapping[str, Collection[str]]:
    """The names, by kind, of policies and permission sets that have ended in the catalog and were found."""
    return {
        "managed_policies": _alive(catalog.managed_policies, entries.managed_policies, at),
        "permission_sets": _alive(catalog.permission_sets, entries.permission_sets, at),
    }


def _alive(there: Iterable[_Named], found: Iterable[Entry], at: datetime) -> list[str]:
    alive = {str(entry["name"]) for entry in found if not is_over(entry.get("expires", NEVER), at)}
    return [str(each.name) for each in there if expired(each.expires, at) and str(each.name) in alive]


def ending_as_found(catalog: Catalog, entries: Entries, names: Mapping[str, Collection[str]]) -> Catalog:
    """The catalog whose entries of these names, by kind, end when they were found to."""
    return replace(
        catalog,
        managed_policies=_ending(catalog.managed_policies, entries.managed_policies, names["managed_policies"]),
        permission_sets=_ending(catalog.permission_sets, entries.permission_sets, names["permission_sets"]),
    )


def _ending(there: Iterable[_Named], found: Iterable[Entry], names: Collection[str]) -> tuple[_Named, ...]:
    ends = {str(entry["name"]): entry.get("expires", NEVER) for entry in found}
    return tuple(
        each.model_copy(update={"expires": parse_expiry(end) if (end := ends[str(each.name)]) else None})
        if str(each.name) in names and str(each.name) in ends
        else each
        for each in there
    )


def remarks_of_ended(
    catalog: Catalog, entries: Entries, elements: Elements, at: datetime
) -> Mapping[str, tuple[str, ...]]:
    """By kind of remark, what it is about. `catalog` is the one before."""
    over = still_there(catalog, entries, at)
    told = [
        *(f"policy {name}" for name in over["managed_policies"]),
        *(f"permission set {name}" for name in over["permission_sets"]),
        *elements.over,
        *_rules(ending_as_found(catalog, entries, over), entries, at),
    ]
    return {kind: about for kind, about in ((_TOLD, tuple(told)), (_UNSURE, elements.unsure)) if about}


def _rules(catalog: Catalog, entries: Entries, at: datetime) -> Iterator[str]:
    """Rules that have ended, whose access nobody gives any more and is there; where no source says when it ends."""
    over = [rule for rule in catalog.access if expired(rule.expires, at)]
    if not over or entries.said.knows_its_own_alone:
        return
    found = {(each.permission_set, each.key) for each in entries.said.assignments}
    alive = {(each.permission_set, each.key) for each in _plan(catalog, entries, at).assignments}
    brought_back = tuple(rule.model_copy(update={"expires": None}) for rule in over)
    plan = _plan(replace(catalog, access=brought_back), entries, at)
    there = {
        source
        for each in plan.assignments
        if (each.permission_set, each.key) in found - alive
        for source in each.sources
    }
    yield from (_words(rule) for rule in over if rule.source in there)


def _plan(catalog: Catalog, entries: Entries, at: datetime) -> Plan:
    return plan_without_refusals(catalog, entries.said.organization, at=at, stack=EVERYWHERE)


def _words(rule: AccessRule) -> str:
    principals = map(str, (*(rule.groups or ()), *(rule.users or ())))
    return f"{', '.join(principals)}: {', '.join(map(str, rule.permission_sets))}"
