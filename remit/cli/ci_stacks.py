"""`remit ci stacks`: the stacks of a run, as a matrix for CI."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from remit.cli.engine import EngineError
from remit.cli.held import Got, held
from remit.cli.inputs import now, read_inputs, stack_file
from remit.endings import endings
from remit.errors import CatalogError, Problem, RemitError, Source, listed
from remit.promotion import applied_in, stages


@click.command()
@click.option("--applied", is_flag=True, help="Those that got a catalog already, each with the commit it is of.")
@click.option("--ended", is_flag=True, help="Those of --applied in whose catalog something has ended.")
def stacks(applied: bool, ended: bool) -> None:
    """Print the stacks in the order of their promotion, as one line of JSON: a matrix for CI.

    The order is that of `promotion:` in organization.yaml.
    """
    names = in_order()
    entries = _with_commits(names) if applied or ended else [{"stack": name} for name in names]
    click.echo(json.dumps([entry for entry in entries if not ended or _has_ended(entry["stack"])]))


@click.command()
@click.option("--stack", required=True, metavar="STACK", help="Reads Pulumi.STACK.yaml beside Pulumi.yaml.")
def commit(stack: str) -> None:
    """Print the commit of the catalog that a stack got last, to run that one again."""
    got = Got.of(stack)
    if got.revision is None:
        raise EngineError(f"{got.why_not} (apply a commit first by remit up)")
    click.echo(got.revision.commit)


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


def _with_commits(names: Sequence[str]) -> list[dict[str, str]]:
    """Without those that got no catalog of a commit yet, by name: one that is new must not hold up the others.

    Raises EngineError where not one of them is there: that is another backend.
    """
    found = {name: Got.of(name) for name in names}
    if all(got.exported is None for got in found.values()):
        raise EngineError(f"the backend has no stack {listed(names)} (is PULUMI_BACKEND_URL right?)")
    commits = {name: _commit(got) for name, got in found.items()}
    for name in (name for name, commit in commits.items() if not commit):
        click.echo(f"stack {name} is left out: {found[name].why_not}", err=True)
    return [{"stack": name, "commit": commit} for name, commit in commits.items() if commit]


def _commit(got: Got) -> str:
    """Also of a catalog with changes that are in no commit: the stack's run fails, and says so."""
    applied = applied_in(got.exported or {})
    return got.revision.commit if got.revision else applied.revision.commit if applied else ""


def _has_ended(name: str) -> bool:
    """True also where that cannot be told: the stack's own run says why, and the others have theirs."""
    moment = now()
    try:
        with held(name, None, work_tree=False) as found:
            return any(each.is_over(moment) for each in endings(found.catalog))
    except RemitError as error:
        click.echo(f"stack {name}: {error}", err=True)
        return True
