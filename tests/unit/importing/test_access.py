"""Assignments fold into rules that give just them, about as few as the rules that they came from."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.importing.access import Block, Cell, fold

GROUPS = st.sampled_from(["admins", "engineers", "sre", "support", "auditors"])
PERMISSION_SETS = st.sampled_from(["Read", "Write", "Operate", "Break"])
ACCOUNTS = st.sampled_from([f"{number:012}" for number in range(8)])
HELD = st.dictionaries(st.tuples(GROUPS, PERMISSION_SETS), st.frozensets(ACCOUNTS), max_size=20)


def given_by(blocks: Iterable[Block]) -> dict[Cell, set[str]]:
    held: defaultdict[Cell, set[str]] = defaultdict(set)
    for block in blocks:
        for principal in block.principals:
            for name in block.permission_sets:
                held[principal, name] |= block.accounts
    return dict(held)


@given(HELD)
def test_the_rules_give_just_what_is_held_and_are_never_more_than_one_a_grant(
    held: dict[Cell, frozenset[str]],
) -> None:
    blocks = fold(held)
    assert given_by(blocks) == {cell: accounts for cell, accounts in held.items() if accounts}
    assert len(blocks) <= sum(len(accounts) for accounts in held.values())


@given(HELD, st.randoms())
def test_the_order_in_which_assignments_are_read_changes_nothing(
    held: dict[Cell, frozenset[str]], chance: random.Random
) -> None:
    shuffled = list(held.items())
    chance.shuffle(shuffled)
    assert fold(dict(shuffled)) == fold(held)


def test_groups_with_the_same_access_stand_together() -> None:
    both = {(group, name): {"1", "2"} for group in ("sre", "engineers") for name in ("Read", "Operate")}
    assert fold(both) == [Block(("engineers", "sre"), ("Operate", "Read"), frozenset({"1", "2"}))]


def test_rules_that_overlap_are_found_again() -> None:
    # {a, b} in 1 and 2, {b, c} in 2 and 3: by equal accounts it would take three.
    held = {("a", "Read"): {"1", "2"}, ("b", "Read"): {"1", "2", "3"}, ("c", "Read"): {"2", "3"}}
    assert [(block.principals, sorted(block.accounts)) for block in fold(held)] == [
        (("a", "b"), ["1", "2"]),
        (("b", "c"), ["2", "3"]),
    ]


@pytest.mark.parametrize("seed", range(100))
def test_the_rules_are_at_most_half_more_than_those_of_the_catalog(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  a seed, not a secret
    held: defaultdict[Cell, set[str]] = defaultdict(set)
    rules = chance.randint(2, 30)
    for _ in range(rules):
        accounts = {f"{account:012}" for account in chance.sample(range(20), chance.randint(1, 20))}
        groups = chance.sample(["a", "b", "c", "d", "e", "f", "g", "h"], chance.randint(1, 3))
        for name in chance.sample(["Break", "Operate", "Read", "Support", "Write"], chance.randint(1, 2)):
            for group in groups:
                held[group, name] |= accounts
    assert len(fold(held)) <= 1.5 * rules
