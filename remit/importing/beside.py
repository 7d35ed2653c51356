"""What was found, beside a catalog that is there: what nobody could look at, or say, stays as the catalog has it.

Else an account that could not be read, a document that the catalog has no words for, a narrower --policy-path, or a
tool that knows only what it made itself would take entries away, and the next `up` what is in AWS.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path

from remit.catalog.load import Catalog
from remit.errors import Source
from remit.importing.entries import Entries, entries_of, label
from remit.importing.found import Found, FoundAssignment, FoundPolicy, LeftOut, PolicyFilter
from remit.importing.known_ends import with_ends_of
from remit.importing.per_stack import policies_per_stack, with_fields_per_stack
from remit.importing.policies import beyond_words
from remit.importing.proof import EVERYWHERE
from remit.permission_set import LivePermissionSet
from remit.plan import Plan, make_plan

_STAYS = "the catalog's own stays as it is"
_AS_A_WHOLE = f"{_STAYS}, not compared in any other account either"


def entries_beside(catalog: Catalog, found: Found, wanted: PolicyFilter, origin: str, at: datetime) -> Entries:
    """The entries of what was found, ending as the catalog has them. `wanted`: which policies were read.

    `origin`: the line that begins the files of this source. Raises CatalogError as `entries_of` does, and when the
    catalog has no plan.
    """
    paths = {str(policy.name): str(policy.path) for policy in catalog.managed_policies}
    untouched = {name: path for name, path in paths.items() if not wanted.takes(name, path)}
    elsewhere = _elsewhere(found, untouched)
    per_stack = {name: left for name, left in policies_per_stack(catalog).items() if name not in untouched}
    untouched |= {name: paths[name] for name in per_stack}
    plan = make_plan(catalog, found.organization, at=at, stack=EVERYWHERE)
    found, fields_per_stack = with_fields_per_stack(catalog, plan, found)
    if found.knows_its_own_alone:
        others = Others(catalog, found, origin)
        untouched |= {name: paths[name] for name in others.policies}
        found = _with_others(others, catalog, plan, found, at)
    there = {(each.account, each.name.casefold()) for each in plan.managed_policies}
    odd = _odd(found, paths, untouched, there)
    seen = _with_own(found, plan, odd.keys())
    seen = replace(with_ends_of(catalog, seen, at), untouched=untouched)
    entries = entries_of(seen, catalog.settings)
    named = {each.policy.casefold() for each in entries.left_out if each.policy}
    left = {name: path for name, path in paths.items() if name.casefold() in named}
    if left:
        again = entries_of(replace(seen, untouched={**untouched, **left}), catalog.settings)
        entries = replace(again, left_out=tuple(_staying(entries.left_out, left)))
    apart = (*odd.values(), *entries.left_out, *elsewhere, *per_stack.values(), *fields_per_stack)
    return replace(entries, left_out=apart)


class Others:
    """Entries that do not come from a source which knows its own alone: it has none of their name, and has not written
    the files that they stand in.
    """

    def __init__(self, catalog: Catalog, found: Found, origin: str) -> None:
        self._first_line, self._seen = f"# {origin}", dict[str, bool]()
        known = {each.name.casefold() for each in found.policies}
        self.policies = tuple(
            str(each.name)
            for each in catalog.managed_policies
            if each.name.casefold() not in known and not self._is_its_own(each.source)
        )
        sets = {each.name for each in found.permission_sets}
        self.permission_sets = tuple(
            str(each.name)
            for each in catalog.permission_sets
            if str(each.name) not in sets and not self._is_its_own(each.source)
        )

    def _is_its_own(self, source: Source) -> bool:
        if source.file not in self._seen:
            lines = Path(source.file).read_text("utf-8-sig").splitlines()
            self._seen[source.file] = lines[:1] == [self._first_line]
        return self._seen[source.file]


def _with_others(others: Others, catalog: Catalog, plan: Plan, found: Found, at: datetime) -> Found:
    """With the permission sets that others have written, and the access to them, as the catalog has both."""
    names = [each.name for each in fields(LivePermissionSet) if each.compare]
    theirs = Found(
        found.organization,
        tuple(
            LivePermissionSet(**{name: getattr(each, name) for name in names})
            for each in plan.permission_sets
            if each.name in others.permission_sets
        ),
        tuple(
            FoundAssignment(each.account, each.permission_set, each.principal_type, each.principal_id, each.principal)
            for each in plan.assignments
            if each.permission_set in others.permission_sets
        ),
    )
    theirs = with_ends_of(catalog, theirs, at)
    modes = {rule.source: rule.drift or "" for rule in catalog.access}
    drift = {(each.permission_set, each.key): modes[each.source] for each in plan.assignments}
    given = (replace(each, drift=drift[each.permission_set, each.key]) for each in theirs.assignments)
    return replace(
        found,
        permission_sets=(*found.permission_sets, *theirs.permission_sets),
        assignments=(*found.assignments, *given),
        set_terms={**found.set_terms, **theirs.set_terms},
        others=frozenset(others.permission_sets),
    )


def _odd(
    found: Found, paths: Mapping[str, str], untouched: Collection[str], there: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], LeftOut]:
    """Policies of the catalog that it cannot say as they are in one account, by account and folded name."""
    own = {name.casefold(): (name, path) for name, path in paths.items() if name not in untouched}
    as_known = {(each.name, each.path) for each in found.policies} & set(own.values())
    active = {each.id for each in found.organization.active_accounts}
    odd: dict[tuple[str, str], LeftOut] = {}
    for each in found.policies:
        known = own.get(each.name.casefold())
        if known is None or each.account not in active:
            continue
        reason = beyond_words(each)
        if not reason and known in as_known and known != (each.name, each.path):
            reason = f"the catalog has it as {known[1]}{known[0]}, and has one policy of a name"
        if reason:
            key = each.account, each.name.casefold()
            odd[key] = LeftOut(label(each), f"{reason}; {_STAYS}" if key in there else reason, each.name)
    return odd


def _with_own(found: Found, plan: Plan, odd: Collection[tuple[str, str]]) -> Found:
    """With the catalog's own policies in accounts that could not be read, and in place of the odd ones."""
    own = (
        FoundPolicy(each.account, each.name, each.path, each.description, each.document)
        for each in plan.managed_policies
        if each.account in found.unread or (each.account, each.name.casefold()) in odd
    )
    kept = (each for each in found.policies if (each.account, each.name.casefold()) not in odd)
    return replace(found, policies=(*kept, *own))


def _staying(left_out: Iterable[LeftOut], left: Mapping[str, str]) -> Iterator[LeftOut]:
    names = {name.casefold() for name in left}
    for each in left_out:
        yield replace(each, reason=f"{each.reason}; {_AS_A_WHOLE}") if each.policy.casefold() in names else each


def _elsewhere(found: Found, unread: Mapping[str, str]) -> tuple[LeftOut, ...]:
    """Policies that were read under the path that was asked for, and that the catalog has at another."""
    paths = {name.casefold(): path for name, path in unread.items()}
    return tuple(
        LeftOut(label(each), f"the catalog has it at {path}, where nothing was read; {_STAYS}", each.name)
        for each in found.policies
        if (path := paths.get(each.name.casefold()))
    )
