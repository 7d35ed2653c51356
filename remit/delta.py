"""Desired against live: what to create, what to remove. Pure set algebra on assignment keys.

A key is ACCOUNT/GROUP/PRINCIPAL-ID or ACCOUNT/USER/PRINCIPAL-ID. Keys of accounts outside the scope belong to
somebody else: they are neither created nor removed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

PrincipalType = Literal["GROUP", "USER"]
Labels = Mapping[str, str]
"""By the key of an assignment, what people read."""

STRANGER = "not in the catalog"
"""In the label of an assignment that somebody made by hand, and a refresh took into the state."""


@dataclass(frozen=True, slots=True)
class Delta:
    """Keys to create and keys to remove, each sorted."""

    create: tuple[str, ...]
    remove: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.create or self.remove)


def assignment_key(account: str, principal_type: PrincipalType, principal_id: str) -> str:
    """111122223333/GROUP/a1b2…"""
    return f"{account}/{principal_type}/{principal_id}"


def by_strangers(label: str) -> bool:
    """Whether the label is of an assignment that the state knows from a refresh alone."""
    return label.endswith(STRANGER)


def given(assignments: Labels, there: Labels | None, missing: Labels) -> dict[str, str]:
    """What a state says that the stack gave, there or not: key to label.

    `assignments` are the inputs in the state. `there`: what its outputs say of a partial failure, else None; the inputs
    are those of before then, or those that a first run did not come to, and say nothing. `missing`: what was given, and
    is known to be gone. With `unmanaged: remove` a refresh puts there what somebody made by hand: that is not ours.
    """
    known = {**missing, **(assignments if there is None else there)}
    return {key: label for key, label in known.items() if not by_strangers(label)}


def split_key(key: str) -> tuple[str, str, str]:
    """Account, GROUP or USER, principal id. Raises ValueError for what is no key."""
    account, principal_type, principal_id = key.split("/", 2)
    if principal_type not in {"GROUP", "USER"} or not principal_id:
        raise ValueError(f"{key!r} is not ACCOUNT/GROUP/PRINCIPAL-ID")
    return account, principal_type, principal_id


def delta(desired: AbstractSet[str], live: AbstractSet[str], scope: Collection[str]) -> Delta:
    """What turns `live` into `desired` in the accounts of `scope`."""
    accounts = frozenset(scope)
    return Delta(create=_within(desired - live, accounts), remove=_within(live - desired, accounts))


def _within(keys: Iterable[str], accounts: AbstractSet[str]) -> tuple[str, ...]:
    return tuple(sorted(key for key in keys if key.partition("/")[0] in accounts))
