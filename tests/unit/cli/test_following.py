"""What a merge leaves as it is, and what it says it cannot."""

from __future__ import annotations

import pytest

from remit.cli.following import forgotten, tell_unread
from remit.drift.values import Unread


def test_an_account_that_could_not_be_read_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    tell_unread([Unread("200000000001", "shop-prod", "no spoke role")])
    told = capsys.readouterr().err
    assert told.startswith("account shop-prod (200000000001) could not be read, so changes by hand")
    assert told.endswith("no spoke role\n")


def test_a_policy_of_its_own_that_somebody_deleted_is_forgotten_by_a_refresh() -> None:
    assert forgotten(pooled=True) == {"permission_set"}
    assert forgotten(pooled=False) == {"permission_set", "managed_policy"}
