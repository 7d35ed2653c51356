"""Access rules of a catalog that follow what was found: one stays, gives less, or goes; what no rule gives is new.

A rule that gives too much gives less, in its place or by another with the same end, mode and reason. Where the source
knows when things end, a rule is narrowed to the accounts where all of it is there, or goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from remit.catalog.load import Catalog
from remit.catalog.models import AccessRule
from remit.errors import Source
from remit.importing.changes import written_end
from remit.importing.editing import editing, write_or_drop
from remit.importing.edits import Edits
from remit.importing.ends import last
from remit.importing.entries import Entries, Entry, access_entries
from remit.importing.taking_away import Grant, forget_sets, take_away
from remit.narrowing import narrow
from remit.plan import Plan

TERMS = ("expires", "drift")
"""The catalog's own, beside what AWS knows: edited only where the source knows them, too."""

Terms = tuple[str, str]
"""When a grant ends, and its mode; the same for all of them where the source does not know."""


class Rules:
    """The access rules of a catalog before what was found."""

    def __init__(self, catalog: Catalog, plan: Plan, entries: Entries, edits: Edits) -> None:
        self._catalog, self._entries, self._edits = catalog, entries, edits
        self._found = {(each.permission_set, each.key): (each.expires, each.drift) for each in entries.said.assignments}
        self._given: defaultdict[Source, set[Grant]] = defaultdict(set)
        for each in plan.assignments:
            for source in each.sources:
                self._given[source].add((each.permission_set, each.key))
        self._until = self._last_ends()

    def merge(self, sets_gone: Collection[str]) -> Iterator[Entry]:
        """Edits the rules, and says which ones are new."""
        kept = self._kept() if self._entries.said.knows_its_own_alone else self._taken_away()
        self._forget(sets_gone)
        missing = [each for each in self._entries.said.assignments if (each.permission_set, each.key) not in kept]
        return access_entries(missing, self._catalog.settings, self._edits.sets)

    def _taken_away(self) -> set[Grant]:
        """What rules give and was not found they give no more, and all else as before."""
        given = set[Grant]().union(*self._given.values())
        if gone := given - self._found.keys():
            for rule in self._catalog.access:
                if self._given[rule.source] & gone:
                    with editing(rule.source):
                        self._edits.entry(rule.source)
            take_away(self._edits, gone)
        return given - gone

    def _forget(self, sets_gone: Collection[str]) -> None:
        """A rule that gives nothing now, as it has ended or has no account, names no permission set that goes."""
        for rule in self._catalog.access if sets_gone else ():
            if not self._given[rule.source]:
                with editing(rule.source):
                    forget_sets(self._edits, rule, sets_gone)

    def _kept(self) -> set[Grant]:
        kept: set[Grant] = set()
        for rule in self._catalog.access:
            if given := self._given[rule.source]:
                with editing(rule.source):
                    kept |= self._keep(rule, given)
        return kept

    def _keep(self, rule: AccessRule, given: set[Grant]) -> set[Grant]:
        """The grants that the rule still gives as they are to be, once it is edited or gone."""
        if all(name in self._entries.said.others for name, _ in given):
            return given
        terms = self._terms(rule)
        lacking = {grant for grant in given if not self._allows(grant, terms)}
        wanted = {self._found.get(grant) for grant in given}
        if not lacking and all(self._until[grant] == self._found[grant][0] for grant in given):
            return {grant for grant in given if self._found[grant] == terms}
        if None not in wanted and len(wanted) == 1:
            self._set(rule, dict(zip(TERMS, next(iter(wanted)) or (), strict=True)))
            return given
        accounts = frozenset(map(_account, given)) - {_account(grant) for grant in lacking}
        if not accounts:
            self._edits.leave(rule.source)
            return set()
        if lacking:
            file, address = self._edits.entry(rule.source)
            narrow(self._edits.sets, file, address, rule, {_account(grant) for grant in lacking})
        return {grant for grant in given if _account(grant) in accounts and self._found[grant] == terms}

    def _set(self, rule: AccessRule, values: Mapping[str, object]) -> None:
        file, address = self._edits.entry(rule.source)
        for key, value in values.items():
            write_or_drop(file, address, key, value)

    def _terms(self, rule: AccessRule) -> Terms:
        return written_end(rule), rule.drift or ""

    def _allows(self, grant: Grant, terms: Terms) -> bool:
        """Whether a rule with these terms gives no more than was found."""
        if grant not in self._found:
            return False
        expires, drift = self._found[grant]
        return drift == terms[1] and last(expires, terms[0]) == expires

    def _last_ends(self) -> Mapping[Grant, str]:
        """When the last rule of each grant ends."""
        ends: dict[Grant, str] = {}
        for rule in self._catalog.access:
            end = self._terms(rule)[0]
            for grant in self._given[rule.source]:
                ends[grant] = last(ends.get(grant, end), end)
        return ends


def _account(grant: Grant) -> str:
    return grant[1].partition("/")[0]
