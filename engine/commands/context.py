"""What every verb needs: the project, its backend, a stack's name and configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from engine.display.console import Lines
from engine.errors import ConfigurationError, StackNotFoundError
from engine.guard import require_loopback
from engine.project import Project, read_configuration, read_project
from engine.state.backend import Backend, backend_directory
from engine.state.secrets import Sealer, passphrase_of

if TYPE_CHECKING:
    from engine.run import Runner

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
stack_option = click.option("-s", "--stack", "stack", default="", help="The stack; the only one by default.")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The project in the current folder, and where its stacks lie."""

    project: Project
    backend: Backend

    def stack(self, name: str) -> str:
        """`name` (`ORGANIZATION/PROJECT/STACK` too), or the only stack that there is."""
        if name:
            name = name.rsplit("/", 1)[-1]
            if name not in self.backend.stacks():
                raise StackNotFoundError(name)
            return name
        stacks = self.backend.stacks()
        if len(stacks) != 1:
            raise ConfigurationError(
                f"no stack selected: use --stack; there are {', '.join(stacks) if stacks else 'none'}"
            )
        return stacks[0]


def open_workspace() -> Workspace:
    """The workspace of the current folder."""
    project = read_project(Path.cwd())
    sealer = Sealer(passphrase_of(os.environ))
    return Workspace(project, Backend(backend_directory(os.environ, project.directory), project.name, sealer))


def open_runner(workspace: Workspace, stack: str, config: Iterable[str] = ()) -> Runner:
    """What runs requests over a stack; NotLoopbackError if it would reach a real cloud."""
    from engine.run import Runner  # noqa: PLC0415  gRPC and the SDK, which a look at the state needs none of

    require_loopback(os.environ)
    overrides = dict(_pair(text) for text in config)
    configuration = read_configuration(workspace.project, stack, overrides)
    return Runner(workspace.project, workspace.backend, configuration, Lines())


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ConfigurationError(f"--config takes KEY=VALUE, not {text!r}")
    return key, value
