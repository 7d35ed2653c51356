"""`import TYPE NAME ID`: take one existing resource into the state."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import click

from engine import urn as urns
from engine.commands.context import open_runner, open_workspace, stack_option
from engine.deploy import steps
from engine.deploy.defaults import DefaultProviders
from engine.deploy.deployment import Deployment
from engine.deploy.events import Step
from engine.deploy.goal import Goal
from engine.deploy.importing import read_for_import
from engine.deploy.options import Options
from engine.deploy.registration import register
from engine.errors import ConfigurationError, EngineError
from engine.run import Request
from engine.state.resource import Resource


@click.command("import")
@click.argument("type_", metavar="TYPE")
@click.argument("name")
@click.argument("id_", metavar="ID")
@stack_option
@click.option("--parent", "parent", default="", metavar="NAME=URN", help="Its parent; the stack by default.")
@click.option("--provider", "provider", default="", metavar="NAME=URN", help="Its provider; by default a default one.")
@click.option("--protect", type=bool, default=True, help="Protected, as with the Pulumi CLI; --protect=false: not.")
@click.option("--generate-code", type=click.Choice(["false"]), expose_value=False, help="It writes no code.")
@click.option("-f", "--skip-preview", is_flag=True, expose_value=False, hidden=True)
@click.option("--non-interactive", is_flag=True, expose_value=False, hidden=True)
@click.option("-y", "--yes", is_flag=True)
@click.option("-c", "--config", multiple=True, metavar="KEY=VALUE")
@click.option("--diff", is_flag=True)
def import_command(
    *,
    type_: str,
    name: str,
    id_: str,
    stack: str,
    parent: str,
    provider: str,
    protect: bool,
    yes: bool,
    config: Iterable[str],
    diff: bool,
) -> None:
    """Take an existing resource into the state. The program must then declare it, or the next `up` deletes it."""
    workspace = open_workspace()
    stack = workspace.stack(stack)
    if not yes:
        click.confirm(f"Do you want to import {type_} {name}?", abort=True)
    runner = open_runner(workspace, stack, config)
    goal = Goal(type=type_, name=name, custom=True, import_id=id_, protect=protect)
    runner.run(
        Request(
            kind="import",
            stack=stack,
            options=Options(preview=False),
            diff=diff,
            work=_importing(goal, parent=_urn(parent), provider=_urn(provider)),
        )
    )


def _urn(text: str) -> str:
    """The URN in NAME=URN; the Pulumi CLI uses the name in the code that it writes. A bare URN passes too."""
    name, equals, urn = text.partition("=")
    return urn if equals and not name.startswith("urn:") else text


def _importing(goal: Goal, *, parent: str, provider: str) -> Callable[[Deployment], None]:
    def work(run: Deployment) -> None:
        root = _root(run)
        above = parent or root
        if run.old(above) is None and above != root:
            raise ConfigurationError(f"there is no resource {above} in the stack")
        urn = urns.create(stack=run.stack, project=run.project, parent=above, type_=goal.type, name=goal.name)
        if run.old(urn) is not None:
            raise EngineError(f"resource '{urn}' already exists")
        reference = _reference(run, goal.type, provider)
        new = Resource(urn=urn, type=goal.type, custom=True, parent=above, provider=reference, protect=goal.protect)
        _take(run, new, goal.import_id)

    return work


def _root(run: Deployment) -> str:
    """The stack's own resource, made if the stack is empty."""
    name = f"{run.project}-{run.stack}"
    urn = urns.create(stack=run.stack, project=run.project, parent="", type_=urns.STACK_TYPE, name=name)
    if run.old(urn) is None:
        register(run, Goal(type=urns.STACK_TYPE, name=name, custom=False))
    return urn


def _reference(run: Deployment, type_: str, provider: str) -> str:
    if not provider:
        return DefaultProviders(run, {}).reference(type_, "")
    old = run.old(provider)
    if old is None:
        raise ConfigurationError(f"there is no provider {provider} in the stack")
    return urns.reference(provider, old.resource.id)


def _take(run: Deployment, new: Resource, id_: str) -> None:
    step = Step("import", None, new)
    start = time.monotonic()
    run.events.begin(step)
    operation = run.ledger.begin("importing", new)
    try:
        state = read_for_import(run, new, id_)
        checked = run.provider(state).check(state.urn, state.inputs, state.inputs)
    except EngineError as error:
        run.ledger.end(operation)
        run.failed(new.urn)
        run.events.fail(step, str(error), time.monotonic() - start)
        return
    for failure in checked.failures:
        run.events.log("warning", f"imported input '{failure.property}' failed to validate: {failure.reason}", new.urn)
    state = replace(state, import_id="")
    run.ledger.end(operation, add=state)
    run.events.end(steps.replace_step(step, state), time.monotonic() - start)
