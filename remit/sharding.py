"""Shards: the accounts of one scope, dealt out to stacks of their own so that several machines share the work. Pure.

Which shard an account is in hangs on its id and on the number of shards, and on nothing else: no account moves when
others come or go. With more shards, the accounts that move all go to the new ones (rendezvous hashing: each shard
bids for each account, the highest bid has it, and a new shard changes no other's bid).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b

from remit.errors import BadValue

MOST_SHARDS = 1000
IDENTITY_CENTER = "identity-center"
_SHARD = re.compile(r"(\d{1,4})/(\d{1,4})")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """The `number`th of `count`, from 1."""

    number: int
    count: int

    def __contains__(self, account: str) -> bool:
        return shard_of(account, self.count) == self.number

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def read_shard(text: str) -> Shard:
    """`3/8`. Raises BadValue."""
    found = _SHARD.fullmatch(text)
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= MOST_SHARDS:
        raise BadValue(
            f"{text!r} is no shard",
            f"write such as 3/8 (the third of eight, {MOST_SHARDS:,} at most) or {IDENTITY_CENTER}",
        )
    return Shard(int(found[1]), int(found[2]))


def shard_of(account: str, count: int) -> int:
    """The number of the shard, of `count`, that has the account."""
    return max(range(1, count + 1), key=lambda number: _bid(account, number))


def split(accounts: Iterable[str], count: int) -> dict[Shard, tuple[str, ...]]:
    """Every shard with its accounts, sorted; a shard may have none."""
    found: dict[int, list[str]] = {number: [] for number in range(1, count + 1)}
    for account in sorted(accounts):
        found[shard_of(account, count)].append(account)
    return {Shard(number, count): tuple(mine) for number, mine in found.items()}


def fewest_shards(accounts: Collection[str], most: int) -> int | None:
    """The smallest number of shards of which none has more than `most` accounts; None where MOST_SHARDS do not do."""
    best = dict.fromkeys(accounts, (b"", 0))
    for count in range(1, MOST_SHARDS + 1):
        sizes = [0] * (count + 1)
        for account, bid in best.items():
            best[account] = max(bid, (_bid(account, count), count))
            sizes[best[account][1]] += 1
        if max(sizes) <= most:
            return count
    return None


def moved(accounts: Iterable[str], before: int, after: int) -> tuple[str, ...]:
    """The accounts that another number of shards moves, sorted."""
    return tuple(account for account in sorted(accounts) if shard_of(account, before) != shard_of(account, after))


def _bid(account: str, number: int) -> bytes:
    return blake2b(f"{account}/{number}".encode(), digest_size=8).digest()
