"""`remit validate`: is the catalog right?"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from remit.cli.inputs import Inputs, now, options, read_inputs, stack_file
from remit.cli.problems import as_json as problem_json
from remit.cli.problems import warn
from remit.cli.words import counted
from remit.errors import CatalogError, Problem, in_order
from remit.plan import make_plan
from remit.snapshot import read_snapshot
from remit.territory import StackFile, territory_problems


@click.command()
@options("catalog", "organization")
@click.option(
    "--stack",
    "stacks",
    metavar="STACK",
    multiple=True,
    help="Reads Pulumi.STACK.yaml beside Pulumi.yaml. Several: those that are used together.",
)
@options("at", "json")
def validate(
    catalog: Path | None, organization: Path | None, stacks: tuple[str, ...], at: datetime | None, *, as_json: bool
) -> None:
    """Check the catalog: its syntax, its fields, the names within it.

    With --organization also what only an organization can tell: accounts, units, groups, tags, where policies
    reach. With several --stack also that one of them owns the permission sets, and that no account is in two of
    their scopes. Nothing is asked of AWS. Exits with 2 when something is wrong.
    """
    try:
        names = tuple(dict.fromkeys(stacks))
        all_inputs = [read_inputs(catalog, stack, organization=organization, at=at) for stack in names or (None,)]
        inputs = all_inputs[0]
        warnings = in_order(each for one in all_inputs for each in _warnings(one, organization, at or now()))
        _check_together(names, all_inputs, organization)
    except CatalogError as error:
        if as_json:
            _print_json(error.problems, ())
        raise
    if as_json:
        _print_json((), warnings)
        return
    warn(warnings)
    found = inputs.catalog
    click.echo(
        f"{counted(len(found.managed_policies), 'managed policy', 'managed policies')}, "
        f"{counted(len(found.permission_sets), 'permission set')}, {counted(len(found.access), 'access rule')}: "
        f"nothing wrong{f' in {organization}' if organization else ''}"
    )


def _check_together(stacks: tuple[str, ...], inputs: list[Inputs], organization: Path | None) -> None:
    files = [
        StackFile(stack_file(name), each.stack) for name, each in zip(stacks, inputs if stacks else (), strict=True)
    ]
    problems = territory_problems(files, read_snapshot(organization) if organization else None)
    if problems:
        raise CatalogError(problems)


def _warnings(inputs: Inputs, organization: Path | None, at: datetime) -> tuple[Problem, ...]:
    if organization is None:
        return ()
    found = read_snapshot(organization)
    return make_plan(inputs.catalog, found, at=at, stack=inputs.stack, looks_ahead=True).warnings


def _print_json(problems: tuple[Problem, ...], warnings: tuple[Problem, ...]) -> None:
    found = {
        "problems": [problem_json(each) for each in problems],
        "warnings": [problem_json(each) for each in warnings],
    }
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
