"""`remit validate`: is the catalog right?"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from remit.cli.inputs import Inputs, now, options, read_inputs
from remit.cli.problems import as_json as problem_json
from remit.cli.problems import warn
from remit.cli.words import counted
from remit.errors import CatalogError, Problem
from remit.plan import make_plan
from remit.snapshot import read_snapshot


@click.command()
@options("catalog", "organization", "stack", "at", "json")
def validate(
    catalog: Path | None, organization: Path | None, stack: str | None, at: datetime | None, *, as_json: bool
) -> None:
    """Check the catalog: its syntax, its fields, the names within it.

    With --organization also what only an organization can tell: accounts, units, groups, tags, where policies
    reach. Nothing is asked of AWS. Exits with 2 when something is wrong.
    """
    try:
        inputs = read_inputs(catalog, stack)
        warnings = _warnings(inputs, organization, at or now())
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


def _warnings(inputs: Inputs, organization: Path | None, at: datetime) -> tuple[Problem, ...]:
    if organization is None:
        return ()
    return make_plan(inputs.catalog, read_snapshot(organization), at=at, stack=inputs.stack).warnings


def _print_json(problems: tuple[Problem, ...], warnings: tuple[Problem, ...]) -> None:
    found = {
        "problems": [problem_json(each) for each in problems],
        "warnings": [problem_json(each) for each in warnings],
    }
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
