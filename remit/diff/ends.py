"""When access ends, which no plan of one moment shows: as a catalog says it, and what another says otherwise."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from remit.catalog.load import Catalog
from remit.diff.values import EndChange, Ends, Grant, GrantChange, View
from remit.endings import entries
from remit.errors import Source
from remit.expiry import Expiry, expired


def ends_of(catalog: Catalog, at: datetime, shown: Callable[[Source], str] = str) -> Ends:
    """What is there at that time, and when it ends. `shown` says a place in the words of the reader."""
    rules = {rule.source: rule.expires for rule in catalog.access if rule.expires}
    sets = {str(each.name): each.expires for each in catalog.permission_sets if each.expires}
    seen: Counter[tuple[str, str]] = Counter()
    others: dict[tuple[str, str, int], tuple[Expiry | None, str]] = {}
    for entry in entries(catalog):
        if entry.kind != "permission set" and not expired(entry.expires, at):
            seen[entry.kind, entry.subject] += 1
            key = (entry.kind, entry.subject, seen[entry.kind, entry.subject])
            others[key] = (entry.expires, shown(entry.source))
    return Ends(rules, sets, others)


def grants_that_end_otherwise(grant: Grant, before: View, after: View) -> Iterator[GrantChange]:
    """What a principal keeps, by the accounts that share how its end moves."""
    if not (_may_end(grant, before) or _may_end(grant, after)):
        return
    moved: defaultdict[tuple[Expiry | None, Expiry | None], set[str]] = defaultdict(set)
    for account in before.grants[grant] & after.grants[grant]:
        old, new = _end(grant, account, before), _end(grant, account, after)
        if not _same(old, new):
            moved[old, new].add(account)
    for (old, new), accounts in sorted(moved.items(), key=lambda item: min(item[1])):
        places = after.grant_sources.get(grant, {})
        sources = tuple(sorted(place for place, given in places.items() if given & accounts))
        yield GrantChange("changed", grant, frozenset(accounts), sources, old, new)


def entries_that_end_otherwise(before: Ends, after: Ends) -> Iterator[EndChange]:
    """Policies, statements and attached policies that both sides have."""
    for key in sorted(before.others.keys() & after.others.keys()):
        (old, _), (new, source) = before.others[key], after.others[key]
        if not _same(old, new):
            yield EndChange(key[0], key[1], old, new, source)


def _may_end(grant: Grant, view: View) -> bool:
    ends = view.ends or Ends()
    return grant.permission_set in ends.permission_sets or grant in view.grant_ends


def _end(grant: Grant, account: str, view: View) -> Expiry | None:
    """The last of the rules ends it, or the end of the permission set before that."""
    ends = view.ends or Ends()
    last = view.grant_ends.get(grant, {}).get(account)
    return min(
        (each for each in (last, ends.permission_sets.get(grant.permission_set)) if each), key=moment, default=None
    )


def moment(expiry: Expiry) -> datetime:
    """What ends are ordered by."""
    return expiry.end


def _same(one: Expiry | None, other: Expiry | None) -> bool:
    return (one and one.end) == (other and other.end)


def both_known(views: Iterable[View]) -> bool:
    """Whether both sides say when access ends."""
    return all(view.ends is not None for view in views)
