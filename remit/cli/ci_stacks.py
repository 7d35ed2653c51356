"""`remit ci stacks`: the stacks of a run, as a matrix for CI."""

from __future__ import annotations

import json
import os

import click

from remit.cli.engine import EngineError, choose_engine
from remit.cli.held import held
from remit.cli.inputs import now, read_inputs, stack_file
from remit.cli.retire import exported_state
from remit.endings import endings
from remit.errors import CatalogError, Problem, Source
from remit.promotion import Applied, applied_in, stages


@click.command()
@click.option("--applied", is_flag=True, help="Those that got a catalog already, each with the commit it is of.")
@click.option("--ended", is_flag=True, help="Those of --applied in whose catalog something has ended.")
def stacks(applied: bool, ended: bool) -> None:
    """Print the stacks in the order of their promotion, as one line of JSON: a matrix for CI.

    The order is that of `promotion:` in organization.yaml.
    """
    found = [_entry(name, with_commit=applied or ended) for name in in_order()]
    kept = [entry for entry in found if entry and (not ended or _has_ended(entry["stack"]))]
    click.echo(json.dumps(kept))


@click.command()
@click.option("--stack", required=True, metavar="STACK", help="Reads Pulumi.STACK.yaml beside Pulumi.yaml.")
def commit(stack: str) -> None:
    """Print the commit of the catalog that a stack got last, to run that one again."""
    found = _entry(stack, with_commit=True)
    if not found:
        raise EngineError(f"no run of stack {stack} from a commit has succeeded yet")
    click.echo(found["commit"])


def in_order() -> list[str]:
    """Every stack that has a stage, the first stage first. Raises CatalogError when there is no order."""
    catalog = read_inputs(None, None).catalog
    folder = stack_file("").parent
    known = {path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml")}
    placed = stages(catalog.settings.promotion, known)
    if not placed:
        remedy = "write `promotion: [dev, prod]` in organization.yaml: a run goes from stack to stack in that order"
        raise CatalogError([Problem("the stacks have no order", remedy, Source(str(folder / "Pulumi.yaml"), 0))])
    return sorted(placed, key=lambda name: (placed[name], name))


def _entry(name: str, *, with_commit: bool) -> dict[str, str]:
    """Empty for a stack that has not got a catalog of a commit."""
    if not with_commit:
        return {"stack": name}
    found = _applied(name)
    if found is None or not found.revision.commit:
        click.echo(f"stack {name} has not got a catalog yet: left out", err=True)
        return {}
    return {"stack": name, "commit": found.revision.commit}


def _applied(name: str) -> Applied | None:
    try:
        return applied_in(exported_state(choose_engine(os.environ), name))
    except EngineError as error:
        raise EngineError(f"the state of stack {name} cannot be read: {error}") from error


def _has_ended(name: str) -> bool:
    moment = now()
    with held(name, None, work_tree=False) as found:
        return any(each.is_over(moment) for each in endings(found.catalog))
