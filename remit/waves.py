"""Waves: in which order the accounts of a stack get their policies. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def wave_numbers(accounts: Iterable[str], waves: Sequence[frozenset[str]]) -> dict[str, int]:
    """{account: the number of its wave, from 1}. `waves` are the accounts that each wave selects, in order.

    The first wave that selects an account has it. Those that none selects come last, in a wave of their own.
    """
    return {
        account: next((number for number, wave in enumerate(waves, 1) if account in wave), len(waves) + 1)
        for account in sorted(accounts)
    }
