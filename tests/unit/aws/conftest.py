"""Fixtures for look-ups: AWS in memory, and time that passes only by sleeping."""

from __future__ import annotations

import pytest

from remit.aws.session import Aws
from tests.unit.aws.fake_session import FakeSession, an_organization


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(an_organization())


@pytest.fixture
def aws(session: FakeSession) -> Aws:
    """AWS without waiting: its clock goes on by what is slept."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    return Aws("us-east-1", session=lambda: session, clock=lambda: now[0], sleep=sleep)
