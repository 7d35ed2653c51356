from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from remit.snapshot import read_snapshot
from sandbox.server import Sandbox
from tests.e2e.template import Template
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


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Template]]:
    """Of an engine: a project after its first `up`, made when the first test wants one."""
    made: dict[str, Template] = {}

    def template(engine: str) -> Template:
        if engine not in made:
            made[engine] = Template(tmp_path_factory.mktemp(f"template-{engine}"), engine)
        return made[engine]

    yield template
    for each in made.values():
        each.close()


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, tmp_path: Path, templates: Callable[[str], Template]) -> Iterator[World]:
    """A project after its first `up`."""
    template = templates(request.param)
    with template.copy() as sandbox:
        yield World(tmp_path, sandbox, request.param, template=template.folder)
