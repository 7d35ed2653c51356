"""A running sandbox of a small organization, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.cloud import Cloud, running


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with running() as cloud:
        yield cloud
