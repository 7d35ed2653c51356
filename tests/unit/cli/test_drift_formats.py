"""Drift, for people."""

from __future__ import annotations

import pytest

from remit.cli.drift_formats import markdown
from remit.drift.values import Drift, Unread
from tests.unit.small_world import AT


@pytest.mark.parametrize(
    ("unread", "headline"),
    [
        ((), "No drift in stack prod (policies)."),
        (
            (Unread("200000000001", "shop-prod", "no role"),),
            "No drift in stack prod, as far as it could be read (policies).",
        ),
    ],
)
def test_where_an_account_could_not_be_read_nobody_is_told_that_nothing_differs(
    unread: tuple[Unread, ...], headline: str
) -> None:
    told = markdown(Drift("prod", AT, "policies", (), unread)).splitlines()
    assert told[0] == headline
    assert [line for line in told if "shop-prod (200000000001)" in line and "no role" in line] == told[-1:] * len(
        unread
    )
