"""`remit diff`: what a change does to people's access."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from remit.cli.inputs import Inputs, now, options, read_organization
from remit.cli.sides import WORKING_TREE, Side, Sides
from remit.cli.tables import make_console
from remit.diff import Diff, Direction, both_known, compare
from remit.diff.markdown import LIMIT, markdown
from remit.diff.shape import shape
from remit.diff.words import Line, lines_of, summary
from remit.naming_accounts import AccountNames
from remit.organization import Organization
from remit.snapshot import read_snapshot

_SECTIONS = (
    ("Widening", (Direction.WIDENS, Direction.EITHER)),
    ("Narrowing", (Direction.NARROWS,)),
    ("Neither", (Direction.NEUTRAL,)),
)
_STYLES = {Direction.WIDENS: "bold yellow", Direction.EITHER: "yellow", Direction.NARROWS: "green"}
_MARKS = {Direction.WIDENS: "+", Direction.EITHER: "?", Direction.NARROWS: "-", Direction.NEUTRAL: " "}


@click.command()
@click.argument("base")
@click.argument("head", required=False)
@options("catalog", "organization", "stack", "at")
@click.option("--verbose", "-v", is_flag=True, help="Every single grant, and whole statements.")
@options("json")
@click.option("--markdown", "as_markdown", is_flag=True, help="For a comment on a pull request.")
@click.option(
    "--limit", type=click.IntRange(min=2_000), default=LIMIT, show_default=True, help="Characters of --markdown."
)
def diff(
    base: str,
    head: str | None,
    catalog: Path | None,
    organization: Path | None,
    stack: str | None,
    at: datetime | None,
    limit: int,
    *,
    verbose: bool,
    as_json: bool,
    as_markdown: bool,
) -> None:
    """Show what a change of the catalog does to people's access: who gains and who loses what, and where.

    BASE and HEAD are git revisions, catalog folders, or plans that `remit plan --json` saved; without HEAD, the working
    tree. Of a revision also Pulumi.STACK.yaml is read. Both are planned for the same organization and moment.

    Widening comes first: a new grant or Allow, a wider Action or Resource, a Deny, Condition or boundary that is gone.
    What cannot be judged narrower stands there too, with a question mark.
    """
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown are two formats: choose one")
    reading = Sides(catalog, stack, at or now())
    before, after = reading.side(base), reading.side(head)
    known = _Organization(organization)
    views = before.view(known), after.view(known)
    names = AccountNames(known.found(needed=before.needs_organization or after.needs_organization))
    found = compare(*views, names.by_id)
    if not both_known(views):
        click.echo("A saved plan does not say when access ends: changes of `expires` are not compared.", err=True)
    if as_json:
        described = {"base": before.label, "head": after.label, "stack": stack, "at": reading.at.isoformat()}
        click.echo(json.dumps({**described, **shape(found, names)}, indent=2, ensure_ascii=False))
    elif as_markdown:
        title = f"Access: {_between(before, after)}{f', stack {stack}' if stack else ''}"
        click.echo(markdown(found, names, names.name, title=title, limit=limit), nl=False)
    else:
        _print(found, names, _between(before, after), verbose=verbose)


class _Organization:
    """The organization that both sides are planned for: read once, when the first of them needs it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._found: Organization | None = None

    def __call__(self, inputs: Inputs) -> Organization:
        if self._found is None or self._path is None:  # live, each side looks up what its own catalog names
            self._found = read_organization(self._path, inputs)
        return self._found

    def found(self, *, needed: bool) -> Organization | None:
        if self._found is None and self._path and not needed:
            self._found = read_snapshot(self._path)
        return self._found


def _between(before: Side, after: Side) -> str:
    return f"{before.label} → {after.label if after.label != WORKING_TREE else 'working tree'}"


def _print(found: Diff, names: AccountNames, between: str, *, verbose: bool) -> None:
    console = make_console()
    console.print(Text(f"{between}: {summary(found)}"), soft_wrap=not console.is_terminal)
    lines = lines_of(found, names)
    for title, directions in _SECTIONS:
        section = [line for line in lines if line.direction in directions]
        if section:
            console.print()
            console.print(Text(title, style="bold"))
            for line in section:
                _print_line(console, line, names, verbose=verbose)


def _print_line(console: Console, line: Line, names: AccountNames, *, verbose: bool) -> None:
    _put(console, f"{_MARKS[line.direction]} {line.text}", 0, _STYLES.get(line.direction, ""))
    if line.source:
        _put(console, line.source, 4, "dim")
    for detail in line.details:
        _put(console, f"{_MARKS[detail.direction]} {detail.text}", 4, _STYLES.get(detail.direction, ""))
    for text in _every_single(line, names) if verbose else ():
        _put(console, text, 6)


def _every_single(line: Line, names: AccountNames) -> Iterable[str]:
    for each in line.grants:
        mark = _MARKS[each.direction]
        for account in sorted(each.accounts, key=names.name):
            yield f"{mark} {each.grant.principal}  {each.grant.permission_set}  {names.name(account)} ({account})"
    for changed in line.documents:
        for mark, statement in (("-", changed.before), ("+", changed.after)):
            if statement is not None:
                yield f"{mark} {json.dumps(statement, ensure_ascii=False)}"


def _put(console: Console, text: str, indent: int, style: str = "") -> None:
    """A line, and what does not fit below it, two further in; in a pipe one line."""
    if not console.is_terminal:
        console.print(Text(" " * indent + text), soft_wrap=True)
        return
    wrapped = Text(text, style=style).wrap(console, console.width - indent - 2)
    for number, part in enumerate(wrapped):
        console.print(Padding(part, (0, 0, 0, indent + (2 if number else 0))))
