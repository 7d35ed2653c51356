"""preview, up, refresh and destroy."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from engine.commands.context import open_runner, open_workspace, stack_option
from engine.deploy.options import Options
from engine.errors import CancelledError, ConfigurationError
from engine.run import Request
from engine.values import Value

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags that all four share."""

    stack: str
    yes: bool
    skip_preview: bool
    diff: bool
    refresh: bool
    target: tuple[str, ...]
    target_dependents: bool
    replace: tuple[str, ...]
    expect_no_changes: bool
    parallel: int
    continue_on_error: bool
    config: tuple[str, ...]
    clear_pending_creates: bool
    non_interactive: bool
    json: bool
    event_log: Path | None

    def request(self, kind: str, stack: str, *, preview: bool) -> Request:
        """The request that they make."""
        return Request(
            kind=kind,
            stack=stack,
            options=Options(
                preview=preview,
                parallel=max(self.parallel, 1),
                targets=self.target,
                target_dependents=self.target_dependents,
                replace=self.replace,
                continue_on_error=self.continue_on_error,
            ),
            diff=self.diff,
            refresh_first=self.refresh,
            expect_no_changes=self.expect_no_changes,
            clear_pending_creates=self.clear_pending_creates,
            event_log=self.event_log,
        )


_OPTIONS = (
    stack_option,
    click.option("-y", "--yes", is_flag=True, help="Go on without asking."),
    click.option("-f", "--skip-preview", is_flag=True, help="Without a preview first."),
    click.option("--diff", is_flag=True, help="Show what changes in each resource."),
    click.option("-r", "--refresh", is_flag=True, help="Look at what is really there first."),
    click.option("-t", "--target", multiple=True, metavar="URN", help="Touch these only; globs allowed."),
    click.option("--target-dependents", is_flag=True, help="And what depends on the targets."),
    click.option("--replace", multiple=True, metavar="URN", help="Replace these."),
    click.option("--expect-no-changes", is_flag=True, help="Fail if anything changes, or would."),
    click.option("-p", "--parallel", default=16, metavar="N", help="So many operations at once."),
    click.option(
        "--continue-on-error/--stop-on-error",
        default=True,
        help="After a failure go on with what does not depend on it (the default here).",
    ),
    click.option("-c", "--config", multiple=True, metavar="KEY=VALUE", help="Configuration for this run."),
    click.option("--clear-pending-creates", is_flag=True, help="Refresh: forget creates whose end nobody saw."),
    click.option("--non-interactive", is_flag=True, help="Never ask."),
    click.option("--json", is_flag=True, hidden=True),
    click.option("--event-log", type=click.Path(path_type=Path, dir_okay=False), hidden=True),
)


def _flagged(function: F) -> F:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command()
@_flagged
def preview(**flags: Value) -> None:
    """Show what `up` would do."""
    _operate("up", Flags(**flags), preview_only=True)


@click.command()
@_flagged
def up(**flags: Value) -> None:
    """Run the program, and bring the stack to what it asks for."""
    _operate("up", Flags(**flags))


@click.command()
@_flagged
@click.option("--preview-only", is_flag=True, help="Show only what would be taken into the state.")
def refresh(*, preview_only: bool, **flags: Value) -> None:
    """Look at what is really there, and take it into the state."""
    _operate("refresh", Flags(**flags), preview_only=preview_only)


@click.command()
@_flagged
@click.option("--preview-only", is_flag=True, help="Show only what would be deleted.")
def destroy(*, preview_only: bool, **flags: Value) -> None:
    """Delete everything in the stack, without running the program."""
    flagged = Flags(**flags)
    stack = _operate("destroy", flagged, preview_only=preview_only)
    if not preview_only and not flagged.target:
        click.echo(
            "The resources in the stack have been deleted, but the configuration associated with the stack is still "
            f"maintained.\nIf you want to remove the stack completely, run `python -m engine stack rm {stack}`."
        )


def _operate(kind: str, flags: Flags, *, preview_only: bool = False) -> str:
    if flags.json:
        raise ConfigurationError("--json is not there: `stack export` prints the state, PULUMI's CLI the plan")
    if flags.event_log and os.environ.get("PULUMI_DEBUG_COMMANDS") != "true":
        raise ConfigurationError("--event-log is a debug flag, as in the Pulumi CLI: set PULUMI_DEBUG_COMMANDS=true")
    workspace = open_workspace()
    stack = workspace.stack(flags.stack)
    runner = open_runner(workspace, stack, flags.config)
    interactive = sys.stdin.isatty() and not flags.non_interactive
    if not (preview_only or flags.yes or interactive):
        raise ConfigurationError("--yes or --skip-preview must be passed in to proceed when running non-interactively")
    if preview_only or not (flags.yes or flags.skip_preview):
        request = flags.request(kind, stack, preview=True)
        runner.run(request if preview_only else replace(request, expect_no_changes=False))
    if preview_only:
        return stack
    if not (flags.yes or flags.skip_preview) and not click.confirm(f"Do you want to perform this {kind}?"):
        raise CancelledError(f"confirmation declined, not proceeding with the {kind}")
    runner.run(flags.request(kind, stack, preview=False))
    return stack
