"""Order: everything waits for its policies, and depends on those that were made."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pulumi.runtime import settings

from components.order import settled


class Arn:
    """An output: known or not."""

    def __init__(self, *, known: bool) -> None:
        self._known = known

    async def is_known(self) -> bool:
        return self._known


class Policy:
    def __init__(self, *, made: bool) -> None:
        self.policy_arn = Arn(known=made)


@pytest.fixture(params=[False, True])
def preview(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(settings.SETTINGS, "dry_run", request.param)
    return bool(request.param)


def test_a_policy_that_failed_is_no_dependency_and_one_that_is_to_be_made_is(preview: bool) -> None:
    made, failed = Policy(made=True), Policy(made=False)

    async def resolved() -> list[Any]:
        policies: list[Any] = [made, failed]
        return list(await settled(policies))

    assert asyncio.run(resolved()) == ([made, failed] if preview else [made])
