"""Shards: every account has exactly one, and keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import BadValue
from remit.sharding import Shard, fewest_shards, moved, read_shard, shard_of, split

FLEET = tuple(f"{number:012}" for number in range(2000))
ACCOUNTS = st.sets(st.integers(0, 10**12 - 1).map(lambda number: f"{number:012}"), max_size=60)
COUNTS = st.integers(1, 30)


@given(ACCOUNTS, COUNTS)
def test_every_account_is_in_exactly_one_shard(accounts: set[str], count: int) -> None:
    shards = split(accounts, count)
    assert sorted(account for mine in shards.values() for account in mine) == sorted(accounts)
    assert list(shards) == [Shard(number, count) for number in range(1, count + 1)]
    assert all(account in shard for shard, mine in shards.items() for account in mine)


@given(ACCOUNTS, ACCOUNTS, COUNTS)
def test_an_account_keeps_its_shard_whoever_comes_and_goes(some: set[str], others: set[str], count: int) -> None:
    before, after = split(some | others, count), split(some, count)
    assert {shard: set(mine) & some for shard, mine in before.items()} == {s: set(mine) for s, mine in after.items()}


@given(ACCOUNTS, COUNTS, COUNTS)
def test_more_shards_take_accounts_from_the_old_ones_and_shuffle_none(accounts: set[str], few: int, more: int) -> None:
    for account in moved(accounts, few, few + more):
        assert shard_of(account, few + more) > few


@given(ACCOUNTS, st.integers(5, 60))
def test_the_fewest_shards_hold_no_more_than_asked(accounts: set[str], most: int) -> None:
    count = fewest_shards(accounts, most)
    assert count is not None
    assert max(len(mine) for mine in split(accounts, count).values()) <= most
    assert all(max(len(mine) for mine in split(accounts, fewer).values()) > most for fewer in range(1, count))


def test_shards_of_a_large_organization_are_about_alike() -> None:
    sizes = [len(mine) for mine in split(FLEET, 8).values()]
    assert (min(sizes), max(sizes)) == (231, 280)  # 250 on average; the same each time, since the ids say it all


def test_no_number_of_shards_does_for_a_bound_that_is_too_small() -> None:
    assert fewest_shards(FLEET[:200], 1) is None


@pytest.mark.parametrize("text", ["", "0/8", "9/8", "3", "3/8/9", "1/1001", "a/b", " 1/2"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="is no shard"):
        read_shard(text)


def test_a_shard_reads_as_it_is_written() -> None:
    assert read_shard("3/8") == Shard(3, 8)
    assert str(Shard(3, 8)) == "3/8"
