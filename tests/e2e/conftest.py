from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from remit.snapshot import read_snapshot
from sandbox.server import Sandbox
from tests.e2e.ledger import LEDGER
from tests.e2e.roles import judge
from tests.e2e.template import Template
from tests.e2e.world import EXAMPLE, World

ENGINES = ["embedded", *(["pulumi"] if shutil.which("pulumi") else [])]


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A test that is parametrized indirectly has options of its own."""
    with Sandbox(read_snapshot(EXAMPLE / "organization.yaml"), **getattr(request, "param", {})) as running:
        yield running


@pytest.fixture(params=ENGINES)
def fresh(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox, warm: Path | None) -> Iterator[World]:
    """A project that has never run."""
    world = World(tmp_path, sandbox, request.param, warm=_of(request.param, warm))
    yield world
    _judge(world, request.config)


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
def world(
    request: pytest.FixtureRequest, tmp_path: Path, templates: Callable[[str], Template], warm: Path | None
) -> Iterator[World]:
    """A project after its first `up`."""
    template = templates(request.param)
    with template.copy() as sandbox:
        world = World(tmp_path, sandbox, request.param, template=template.folder, warm=_of(request.param, warm))
        yield world
        _judge(world, request.config)


def _of(engine: str, warm: Path | None) -> Path | None:
    """The Pulumi CLI wants a virtual environment that is one."""
    return warm if engine == "embedded" else None


def _judge(world: World, config: pytest.Config) -> None:
    """Whatever Remit's roles asked for in this scenario, their policies allow."""
    found = judge(world.asked(), world.features, world.paths)
    config.stash[LEDGER].note(found.used)
    assert found.refused == []
