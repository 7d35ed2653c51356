"""Statements that were found → those of the catalog that they are, be it in other words or changed by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import TypeVar

from remit.catalog.load import Catalog
from remit.catalog.models import InlineStatement, ManagedPolicy, PermissionSet, PolicyStatement
from remit.documents import Document, meaning, statements_of
from remit.errors import Source
from remit.expiry import Expiry, expired
from remit.importing.found import Found
from remit.importing.policies import Statement
from remit.importing.proof import EVERYWHERE
from remit.planning.rendering import Rendering
from remit.planning.world import World

_One = TypeVar("_One")
_Other = TypeVar("_Other")


@dataclass(frozen=True, slots=True)
class Known:
    """A statement of the catalog as IAM reads it in one account. `place`: its position in the entry, from 0."""

    place: int
    entry: PolicyStatement | InlineStatement
    statement: Statement
    is_over: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement that was found, less when it ends, and the catalog's; None for one that is new.

    `is_sure`: by what it says or by its Sid, and not by its place alone.
    """

    found: Statement
    known: Known | None
    is_sure: bool = False

    @property
    def is_the_same(self) -> bool:
        return self.known is not None and meaning(self.found) == meaning(self.known.statement)

    @property
    def expires(self) -> Expiry | None:
        return self.known.entry.expires if self.known else None


class Statements:
    """The statements of a catalog, those that have ended among them, in each account."""

    def __init__(self, catalog: Catalog, found: Found, at: datetime) -> None:
        self._world = World(catalog, found.organization, at, EVERYWHERE)
        self._at = at
        self._chosen: dict[Source, frozenset[str]] = {}

    def of_policy(self, policy: ManagedPolicy, account: str) -> Iterator[Known]:
        """Those that the policy would have in an account, if it were in it."""
        rendering = Rendering(self._world.findings, self._world.variables(account), account)
        for place, entry in enumerate(policy.statements):
            if account in self.accounts(entry):
                yield self._known(place, entry, rendering)

    def accounts(self, entry: PolicyStatement) -> frozenset[str]:
        """Where a statement applies, if its policy is there."""
        if entry.source not in self._chosen:
            chosen = self._world.scope if entry.targets is None else self._world.select(entry.targets)
            self._chosen[entry.source] = chosen - self._world.left_out(entry.except_)
        return self._chosen[entry.source]

    def description(self, policy: ManagedPolicy, account: str) -> str:
        """What the policy's description says in an account."""
        return Rendering(self._world.findings, self._world.variables(account), account)(policy.description)

    def of_permission_set(self, entry: PermissionSet) -> Iterator[Known]:
        rendering = Rendering(self._world.findings, self._world.instance_variables)
        for place, statement in enumerate(entry.inline_policy.statements if entry.inline_policy else ()):
            yield self._known(place, statement, rendering)

    def _known(self, place: int, entry: PolicyStatement | InlineStatement, rendering: Rendering) -> Known:
        return Known(place, entry, rendering.statement(entry), expired(entry.expires, self._at))


def pairs(known: Sequence[Known], document: Document | None) -> list[Pair]:
    """Each statement of a document that was found, in its order.

    What means the same is the same; of two that do, the one that lasts longer is there. Of the others, those with one
    Sid, those that mean the same but for the Sid (the console makes some up), or those without any at the same place
    are one that was changed: it goes on to end when it was to.
    """
    found = [{k: v for k, v in each.items() if k != "expires"} for each in statements_of(document)]
    alive = [each for each in known if not each.is_over]
    left = sorted(known, key=_longest_first)
    places, sids = list(range(len(found))), [each.get("Sid") or "" for each in found]

    def same_meaning(*, with_sid: bool) -> Callable[[int, Known], bool]:
        meanings = [meaning(each, with_sid=with_sid) for each in found]
        meant = {id(each): meaning(each.statement, with_sid=with_sid) for each in known}
        return lambda place, it: meanings[place] == meant[id(it)]

    sure = dict(
        pair_off(
            places,
            left,
            same_meaning(with_sid=True),
            lambda place, it: sids[place] != "" and not it.is_over and sids[place] == it.statement.get("Sid"),
            same_meaning(with_sid=False),
        )
    )
    by_place = dict(
        pair_off(
            places,
            left,
            lambda place, it: not (sids[place] or it.statement.get("Sid")) and alive[place : place + 1] == [it],
        )
    )
    return [Pair(each, sure.get(place) or by_place.get(place), place in sure) for place, each in enumerate(found)]


def pair_off(
    ones: list[_One], others: list[_Other], *ways: Callable[[_One, _Other], bool]
) -> Iterator[tuple[_One, _Other]]:
    """Each of `ones` with the first of `others` that it is like, in one way after the other. Whoever finds nobody stays
    in its list."""
    for alike in ways:
        for one in list(ones):
            for place, other in enumerate(others):
                if alike(one, other):
                    ones.remove(one)
                    del others[place]
                    yield one, other
                    break


def unsure(known: Sequence[Known], found: Sequence[Pair]) -> Iterator[Statement]:
    """What was found without an end where a statement that ends is gone: a person has to say whether it is that one."""
    sure = {id(each.known) for each in found if each.is_sure}
    for effect in ("Allow", "Deny"):
        gone = [each for each in known if not each.is_over and id(each) not in sure and each.entry.effect == effect]
        come = [each for each in found if not each.is_sure and each.found.get("Effect") == effect]
        if is_undecided((each.entry.expires for each in gone), (each.expires for each in come)):
            yield from (each.found for each in come if not each.expires)


def is_undecided(gone: Iterable[Hashable], come: Iterable[Hashable]) -> bool:
    """Whether statements of these ends may be gone for good, or be there in other words, among those that have come."""
    were, are = Counter(gone), Counter(come)
    return bool(were and are and not were <= are and were.keys() != are.keys())


def _longest_first(known: Known) -> tuple[bool, float]:
    return known.is_over, -known.entry.expires.end.timestamp() if known.entry.expires else -inf
