from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from remit.snapshot import read_snapshot
from sandbox.server import Sandbox
from tests.e2e.world import EXAMPLE, World

ENGINES = ["embedded", *(["pulumi"] if shutil.which("pulumi") else [])]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(read_snapshot(EXAMPLE / "organization.yaml")) as running:
        yield running


@pytest.fixture(params=ENGINES)
def fresh(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> World:
    """A project that has never run."""
    return World(tmp_path, sandbox, request.param)


@pytest.fixture
def world(fresh: World) -> World:
    """A project after its first `up`."""
    fresh.up()
    return fresh
