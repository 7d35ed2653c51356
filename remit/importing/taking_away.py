"""Assignments that are gone leave the access rules that give them.

A group, a permission set or a whole rule goes where nothing is left of it, else the accounts, by `except`. What such a
rule gave besides in those accounts is said by a new rule with the same end, mode and reason; if that is in all of its
accounts, with the same `targets`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from remit.account_sets import Selection
from remit.catalog.models import BY_ID, AccessRule
from remit.errors import Source
from remit.importing.access import fold
from remit.importing.edits import Edits, own_words
from remit.importing.entries import access_entries
from remit.importing.found import FoundAssignment
from remit.importing.meant import MeantAccounts
from remit.narrowing import narrow
from remit.planning.values import PlannedAssignment

Grant = tuple[str, str]
"""Permission set, and the key of the assignment: ACCOUNT/GROUP/PRINCIPAL-ID."""
Who = tuple[str, str]
"""GROUP or USER, and the id."""


def take_away(edits: Edits, gone: Collection[Grant]) -> None:
    """No rule gives these any more, and each gives all else that it gave."""
    given: dict[Source, list[PlannedAssignment]] = {}
    for each in edits.plan.assignments:
        for source in each.sources:
            given.setdefault(source, []).append(each)
    for rule in edits.catalog.access:
        cells = given.get(rule.source, ())
        if any((each.permission_set, each.key) in gone for each in cells):
            _Part(edits, rule, cells, gone).take_away()


def forget_sets(edits: Edits, rule: AccessRule, sets: Collection[str]) -> None:
    """The rule goes on without these permission sets; one that has no other goes."""
    places = [place for place, name in enumerate(rule.permission_sets) if str(name) in sets]
    if len(places) == len(rule.permission_sets):
        edits.leave(rule.source)
    elif places:
        file, address = edits.entry(rule.source)
        for place in reversed(places):
            file.remove((*address, "permission_sets", place))


@dataclass(slots=True)
class _Part:
    """One rule, what it gives, and what is gone."""

    edits: Edits
    rule: AccessRule
    cells: Collection[PlannedAssignment]
    gone: Collection[Grant]

    def take_away(self) -> None:
        left = [each for each in self.cells if not self._is_gone(each)]
        sets = {each.permission_set for each in left}
        people = {_who(each) for each in left}
        accounts = {
            each.account
            for each in self.cells
            if self._is_gone(each) and each.permission_set in sets and _who(each) in people
        }
        if {each.account for each in self.cells} <= accounts:
            sets, people = self._largest_part(left)
            accounts = set()
        if not sets:
            self.edits.leave(self.rule.source)
            self._say_apart(left)
            return
        self._drop("permission_sets", (str(name) not in sets for name in self.rule.permission_sets))
        for key, kind, names in (("groups", "GROUP", self.rule.groups), ("users", "USER", self.rule.users)):
            self._drop(key, ((kind, self._id(kind, str(name))) not in people for name in names or ()))
        if accounts:
            file, address = self.edits.entry(self.rule.source)
            narrow(self.edits.sets, file, address, self.rule, accounts)
        self._say_apart(
            each
            for each in left
            if each.account in accounts or each.permission_set not in sets or _who(each) not in people
        )

    def _largest_part(self, left: Iterable[PlannedAssignment]) -> tuple[set[str], set[Who]]:
        """The permission sets and principals that the rule may go on with in all of its accounts; empty if none."""
        held: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for each in left:
            held["/".join(_who(each)), each.permission_set].add(each.account)
        everywhere = {each.account for each in self.cells}
        parts = [block for block in fold(held) if block.accounts == everywhere]
        part = max(parts, key=lambda block: len(block.principals) * len(block.permission_sets), default=None)
        if part is None:
            return set(), set()
        people = (each.partition("/") for each in part.principals)
        return set(part.permission_sets), {(kind, id_) for kind, _, id_ in people}

    def _is_gone(self, each: PlannedAssignment) -> bool:
        return (each.permission_set, each.key) in self.gone

    def _say_apart(self, left: Iterable[PlannedAssignment]) -> None:
        found = [
            FoundAssignment(each.account, each.permission_set, each.principal_type, each.principal_id, each.principal)
            for each in left
        ]
        words = Selection(tuple(map(str, self.rule.targets)), tuple(map(str, self.rule.except_ or ())))
        sets = MeantAccounts(self.edits.index, (frozenset(each.account for each in self.cells), words))
        for rule in access_entries(found, self.edits.catalog.settings, sets):
            self.edits.add_rule({**rule, **own_words(self.rule)}, self.rule.source)

    def _drop(self, key: str, needless: Iterable[bool]) -> None:
        file, address = self.edits.entry(self.rule.source)
        places = [place for place, goes in enumerate(needless) if goes]
        for place in reversed(places):
            listed = file.count((*address, key)) > 0
            file.remove((*address, key, place) if listed else (*address, key))

    def _id(self, kind: str, name: str) -> str:
        full = self.edits.catalog.settings.full_group_name(name) if kind == "GROUP" else name
        known = self.edits.organization.groups if kind == "GROUP" else self.edits.organization.users
        return full.removeprefix(BY_ID) if full.startswith(BY_ID) else next(e.id for e in known if e.name == full)


def _who(each: PlannedAssignment) -> Who:
    return each.principal_type, each.principal_id
