"""Assignments → the fewest access rules that give just them.

A rule is a block: every one of its principals holds every one of its permission sets in every one of its accounts. The
assignments are covered by blocks, largest first, where blocks may overlap; a rule for each distinct set of accounts is
what any cover has to beat. To find the fewest is NP-hard (it is Boolean tensor factorization), so this is a good
cover, not always the best one. The same assignments always give the same rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

MOST_COMPARISONS = 2_000_000
"""Of sets of accounts with cells, in one component: beyond it, only sets that somebody holds become those of a rule."""

Cell = tuple[str, str]
"""A principal and a permission set."""


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """Every principal holds every permission set in every account."""

    principals: tuple[str, ...]
    permission_sets: tuple[str, ...]
    accounts: frozenset[str] = field(compare=False)


def fold(held: Mapping[Cell, Collection[str]]) -> list[Block]:
    """Blocks that cover just what is held, by principals and permission sets. `held`: account ids by cell."""
    accounts = sorted({account for each in held.values() for account in each})
    bit = {account: 1 << number for number, account in enumerate(accounts)}
    masks = {cell: reduce(or_, (bit[account] for account in each)) for cell, each in sorted(held.items()) if each}
    blocks = [block for part in _components(masks) for block in _fold_component(part)]
    return sorted(
        Block(
            tuple(sorted(block.principals)),
            tuple(sorted(block.permission_sets)),
            frozenset(accounts[number] for number in _bits(block.mask)),
        )
        for block in blocks
    )


@dataclass(frozen=True, slots=True)
class _Block:
    principals: frozenset[str]
    permission_sets: frozenset[str]
    mask: int

    def cells(self) -> Iterator[Cell]:
        return ((principal, name) for principal in self.principals for name in self.permission_sets)


def _components(masks: Mapping[Cell, int]) -> list[dict[Cell, int]]:
    """The cells apart that share neither principal nor permission set, not even by way of others: folded each alone."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = node = parent[above]
        return node

    for principal, name in masks:
        parent[root(("principal", principal))] = root(("permission set", name))
    parts: defaultdict[tuple[str, str], dict[Cell, int]] = defaultdict(dict)
    for cell, mask in masks.items():
        parts[root(("principal", cell[0]))][cell] = mask
    return list(parts.values())


def _fold_component(masks: Mapping[Cell, int]) -> list[_Block]:
    apart = _by_equal_accounts(masks)
    covering = _needed(_cover(masks, _candidates(masks)), masks)
    return min(apart, covering, key=len)


def _by_equal_accounts(masks: Mapping[Cell, int]) -> list[_Block]:
    """The plain way: a set of accounts at a time, the principals with the same permission sets there together."""
    names_by_mask: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for (principal, name), mask in masks.items():
        names_by_mask[principal, mask].add(name)
    principals: defaultdict[tuple[frozenset[str], int], set[str]] = defaultdict(set)
    for (principal, mask), names in names_by_mask.items():
        principals[frozenset(names), mask].add(principal)
    return [_Block(frozenset(people), names, mask) for (names, mask), people in principals.items()]


def _candidates(masks: Mapping[Cell, int]) -> list[_Block]:
    """Blocks that cannot grow: for a set of accounts, principals that hold the same permission sets in all of it."""
    found: set[_Block] = set()
    for mask in _account_sets(masks):
        rows: defaultdict[str, set[str]] = defaultdict(set)
        for (principal, name), held in masks.items():
            if mask & ~held == 0:
                rows[principal].add(name)
        for names in _with_intersections({frozenset(row) for row in rows.values()}):
            people = frozenset(principal for principal, row in rows.items() if names <= row)
            common = reduce(and_, (masks[principal, name] for principal in people for name in names))
            found.add(_Block(people, names, common))
    return sorted(found, key=_order)


def _account_sets(masks: Mapping[Cell, int]) -> list[int]:
    """What somebody holds, and what two cells of one principal or one permission set have in common."""
    lines: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for (principal, name), mask in masks.items():
        lines[0, principal].add(mask)
        lines[1, name].add(mask)
    whole = set(masks.values())
    pairs = sum(len(line) ** 2 // 2 for line in lines.values())
    if (len(whole) + pairs) * len(masks) <= MOST_COMPARISONS:
        for line in lines.values():
            whole |= {one & other for one in line for other in line}
    return sorted(whole - {0})


def _with_intersections(rows: set[frozenset[str]]) -> list[frozenset[str]]:
    pairs = {one & other for one in rows for other in rows} if len(rows) <= 40 else rows
    return sorted((row for row in pairs | rows if row), key=sorted)


def _cover(masks: Mapping[Cell, int], candidates: Sequence[_Block]) -> list[_Block]:
    """Takes the block that covers most of what is not covered yet, until all is."""
    left = dict(masks)
    gains = [(_gain(block, left), number) for number, block in enumerate(candidates)]
    chosen = []
    while left:
        gains.sort(key=lambda entry: (-entry[0], entry[1]))
        best = _settle_first(gains, candidates, left)
        chosen.append(candidates[best])
        _take(candidates[best], left)
        gains = [entry for entry in gains if entry[1] != best]
    return chosen


def _settle_first(gains: list[tuple[int, int]], candidates: Sequence[_Block], left: Mapping[Cell, int]) -> int:
    """The number of the best candidate. Gains only fall, so one that is still ahead when counted again is the best."""
    best, most = -1, 0
    for place, (known, number) in enumerate(gains):
        if known <= most:
            break
        gain = _gain(candidates[number], left)
        gains[place] = (gain, number)
        if gain > most:
            best, most = number, gain
    return best


def _gain(block: _Block, left: Mapping[Cell, int]) -> int:
    return sum((left.get(cell, 0) & block.mask).bit_count() for cell in block.cells())


def _take(block: _Block, left: dict[Cell, int]) -> None:
    for cell in block.cells():
        if cell in left:
            left[cell] &= ~block.mask
            if not left[cell]:
                del left[cell]


def _needed(blocks: Sequence[_Block], masks: Mapping[Cell, int]) -> list[_Block]:
    """The blocks without those that others cover: the smallest go first."""
    kept = list(blocks)
    for block in sorted(blocks, key=lambda block: (_gain(block, masks), _order(block))):
        without = [other for other in kept if other is not block]
        left = dict(masks)
        for other in without:
            _take(other, left)
        if not left:
            kept = without
    return kept


def _order(block: _Block) -> tuple[list[str], list[str], int]:
    return sorted(block.principals), sorted(block.permission_sets), block.mask


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
