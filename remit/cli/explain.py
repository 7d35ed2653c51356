"""`remit explain`: why somebody has something, or has not."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path

import click

from remit.cli.inputs import now, options, read_inputs, read_organization
from remit.cli.problems import warn
from remit.cli.tables import make_console, print_table
from remit.cli.words import counted
from remit.errors import Problem, did_you_mean
from remit.explain import Verdict
from remit.explain import explain as explain_account


@click.command()
@click.option("--account", metavar="NAME|ID", required=True, help="The account that it is about.")
@click.option("--group", metavar="NAME", help="Only what this group gets; the suffix may be left out.")
@click.option("--permission-set", metavar="NAME", help="Only this permission set, and its policies.")
@options("catalog", "organization", "stack", "at", "json")
def explain(
    account: str,
    group: str | None,
    permission_set: str | None,
    catalog: Path | None,
    organization: Path | None,
    stack: str | None,
    at: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Say which rule, at which file and line, gives or withholds something in an account."""
    inputs = read_inputs(catalog, stack, organization=organization, at=at)
    verdicts = explain_account(
        inputs.catalog,
        read_organization(organization, inputs),
        at=at or now(),
        stack=inputs.stack,
        account=account,
        group=group,
        permission_set=permission_set,
    )
    if as_json:
        click.echo(json.dumps([_as_json(verdict) for verdict in verdicts], indent=2, ensure_ascii=False))
        return
    _print(verdicts, account)
    known, _ = inputs.catalog.principal_names()
    if group and (name := inputs.catalog.settings.full_group_name(group)) not in known:
        warn([Problem(f"no access rule names group {name!r}", did_you_mean(name, known))])


def _print(verdicts: list[Verdict], account: str) -> None:
    console = make_console()
    given = [verdict for verdict in verdicts if verdict.gives]
    withheld = [verdict for verdict in verdicts if not verdict.gives]
    if not verdicts:
        console.print(f"Nothing in the catalog speaks of this in {account}.")
        return
    withholding = counted(len(withheld), "entry withholds", "entries withhold")
    console.print(f"{account}: {counted(len(given), 'entry gives', 'entries give')}, {withholding}")
    columns = ("what", "because", "where")
    for title, each in (("Given", given), ("Withheld", withheld)):
        print_table(
            console, title, columns, ((verdict.subject, verdict.reason, str(verdict.source)) for verdict in each)
        )


def _as_json(verdict: Verdict) -> dict[str, object]:
    values = dataclasses.asdict(verdict)
    source = verdict.source
    return {**values, "source": {"file": source.file, "line": source.line}}
