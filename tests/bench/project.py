"""A project folder with one of the two programs, and the commands of one engine in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.bench.process import Cost, measured
from tests.bench.shape import Shape

Way = Literal["remit", "stock"]
Engine = Literal["embedded", "pulumi"]
Verb = Literal["up", "preview", "refresh"]

ROOT = Path(__file__).parents[2]
_PROGRAMS = Path(__file__).parent / "programs"
_PARTS: Mapping[Way, tuple[str, ...]] = {"remit": ("components", "engine", "provider", "remit"), "stock": ("engine",)}
COMMANDS: Mapping[Engine, tuple[str, ...]] = {"embedded": (sys.executable, "-m", "engine"), "pulumi": ("pulumi",)}
# Both preview and refresh would fail if they found a change: what is measured is a run that has nothing to do.
_ARGUMENTS: Mapping[Verb, tuple[str, ...]] = {
    "up": ("up", "--yes", "--skip-preview"),
    "preview": ("preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
}
STACK = "bench"
_TIMEOUT = 3600.0


@dataclass(frozen=True)
class Project:
    """Made by `make_project`."""

    folder: Path
    engine: Engine
    environment: Mapping[str, str]

    def run(self, verb: Verb) -> Cost:
        """Raises CommandError."""
        command = [*COMMANDS[self.engine], *_ARGUMENTS[verb], "--stack", STACK, "--non-interactive"]
        return measured(command, cwd=self.folder, environment=self.environment, timeout=_TIMEOUT)

    def state_bytes(self) -> int:
        """The size of the checkpoint on disk."""
        return (self.folder / "state" / ".pulumi" / "stacks" / "bench" / f"{STACK}.json").stat().st_size


def make_project(
    folder: Path, *, way: Way, engine: Engine, shape: Shape, aws: Mapping[str, str], request_rate: int
) -> Project:
    """`aws`: the environment that reaches the sandbox. `request_rate` is the remit provider's own limit."""
    shutil.copytree(_PROGRAMS / way, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    for part in _PARTS[way]:
        (folder / part).symlink_to(ROOT / part)
    (folder / "grants.json").write_text(json.dumps(shape.grants()), encoding="utf-8")
    config = {"bench:requestRate": request_rate} if way == "remit" else {}
    (folder / f"Pulumi.{STACK}.yaml").write_text(json.dumps({"config": config}), encoding="utf-8")
    (folder / "state").mkdir()
    project = Project(folder, engine, environment_of(folder, aws))
    subprocess.run(
        [*COMMANDS[engine], "stack", "init", STACK],
        cwd=folder,
        env=project.environment,
        check=True,
        capture_output=True,
    )
    return project


def environment_of(folder: Path, aws: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "REMIT_"))}
    return {
        **inherited,
        **aws,
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
