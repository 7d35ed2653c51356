"""The `stack` verbs, and `cancel`. They touch files only, so they run whatever AWS_ENDPOINT_URL says."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from engine import urn as urns
from engine.commands.context import open_workspace, stack_option
from engine.errors import EngineError, StateError
from engine.state.checkpoint import deployment_json, parse_deployment


@click.group()
def stack() -> None:
    """Look after stacks."""


@stack.command("ls")
@click.option("--json", "as_json", is_flag=True)
def ls(*, as_json: bool) -> None:
    """List the project's stacks."""
    workspace = open_workspace()
    rows = [(name, len(workspace.backend.load(name).resources)) for name in workspace.backend.stacks()]
    if as_json:
        click.echo(json.dumps([{"name": name, "resourceCount": count} for name, count in rows], indent=2))
        return
    width = max([len("NAME"), *(len(name) for name, _ in rows)])
    for name, count in [("NAME", "RESOURCE COUNT"), *rows]:
        click.echo(f"{name.ljust(width)}  {count}")


@stack.command("init")
@click.argument("name")
def init(name: str) -> None:
    """Make an empty stack."""
    open_workspace().backend.create(name)
    click.echo(f"Created stack '{name}'")


@stack.command("rm")
@click.argument("name")
@click.option("-y", "--yes", is_flag=True)
@click.option("-f", "--force", is_flag=True, help="Even if it still has resources: they are forgotten, not deleted.")
def rm(name: str, *, yes: bool, force: bool) -> None:
    """Remove a stack that has no resources."""
    workspace = open_workspace()
    name = workspace.stack(name)
    if not yes:
        click.confirm(f"This will permanently remove the '{name}' stack!", abort=True)
    workspace.backend.remove(name, force=force)
    click.echo(f"Stack '{name}' has been removed!")


@stack.command("export")
@stack_option
@click.option("--file", "path", type=click.Path(path_type=Path), default=None)
@click.option("--show-secrets", is_flag=True, help="In the clear.")
def export(stack: str, path: Path | None, *, show_secrets: bool) -> None:
    """Print the state, as the Pulumi CLI's `stack import` takes it."""
    workspace = open_workspace()
    name, backend = workspace.stack(stack), workspace.backend
    deployment = None if show_secrets else backend.export(name)
    if deployment is None:
        deployment = deployment_json(backend.load(name), datetime.now(UTC))
        deployment = deployment if show_secrets else backend.sealer.seal(deployment)
    text = json.dumps({"version": 3, "deployment": deployment}, indent=4)
    if path is None:
        click.echo(text)
    else:
        path.write_text(text + "\n", encoding="utf-8")


@stack.command("import")
@stack_option
@click.option("--file", "path", type=click.Path(path_type=Path), default=None)
def import_(stack: str, path: Path | None) -> None:
    """Replace the state by one that `stack export` printed."""
    workspace = open_workspace()
    name = workspace.stack(stack)
    text = path.read_text(encoding="utf-8") if path else sys.stdin.read()
    try:
        document = json.loads(text)
        snapshot = parse_deployment(workspace.backend.sealer.unseal(document["deployment"] or {}))
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(f"{path or 'stdin'} is not an exported state: {error}") from error
    strangers = [r.urn for r in snapshot.resources if not r.urn.startswith(f"urn:pulumi:{name}::")]
    if strangers:
        raise StateError(f"{path or 'stdin'} is the state of another stack: {strangers[0]}")
    for operation in snapshot.pending:  # as the Pulumi CLI does
        urn = operation.resource.urn
        click.echo(f"warning: removing pending operation '{operation.type}' on '{urn}' from snapshot", err=True)
    with workspace.backend.lock(name):
        workspace.backend.save(name, replace(snapshot, pending=()))
    click.echo("Import complete.")


@stack.command("output")
@stack_option
@click.argument("property_name", default="")
@click.option("-j", "--json", "as_json", is_flag=True)
def output(stack: str, property_name: str, *, as_json: bool) -> None:
    """Print the stack's outputs, or one of them."""
    workspace = open_workspace()
    snapshot = workspace.backend.load(workspace.stack(stack))
    outputs: dict[str, Any] = next((dict(r.outputs) for r in snapshot.resources if r.type == urns.STACK_TYPE), {})
    if property_name:
        if property_name not in outputs:
            raise EngineError(f"current stack does not have output property '{property_name}'")
        value = outputs[property_name]
        click.echo(value if isinstance(value, str) and not as_json else json.dumps(value))
    elif as_json:
        click.echo(json.dumps(outputs, indent=2))
    else:
        click.echo(f"Current stack outputs ({len(outputs)}):")
        for key, value in sorted(outputs.items()):
            click.echo(f"    {key}  {value if isinstance(value, str) else json.dumps(value)}")


@click.command()
@click.argument("name", default="")
@click.option("-y", "--yes", is_flag=True)
def cancel(name: str, *, yes: bool) -> None:
    """Delete the locks of a stack whose run is gone."""
    workspace = open_workspace()
    name = workspace.stack(name)
    if not yes:
        click.confirm(f"This will irreversibly cancel the currently running update for '{name}'!", abort=True)
    click.echo(f"{workspace.backend.unlock(name)} lock(s) of '{name}' deleted")
