"""`remit stacks`: which commit of the catalog each stack has, what waits, and whose turn it is."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from remit.catalog import load_catalog
from remit.cli.engine import UNKNOWN_STACK, Engine, EngineError, choose_engine
from remit.cli.inputs import catalog_folder, options, stack_file
from remit.cli.state import exported_state
from remit.cli.tables import make_console, print_table
from remit.cli.words import counted
from remit.promotion import Applied, StackStatus, applied_in, begun_in, refuse_to_jump, stages, state_of, waits_for
from remit.revision import Revision, commits_since, is_older, read_revision
from remit.stack import Stack
from remit.stack_file import read_stack

_AT_ONCE = 4  # engines that export a state
_MOST_COMMITS = 10


@click.command()
@options("catalog", "json")
def stacks(catalog: Path | None, *, as_json: bool) -> None:
    """Show which commit of the catalog each stack has, and what waits for it.

    A stack has a commit when a run of it made everything. Stages are those of `promotion:` in organization.yaml.
    """
    head, found = read_statuses(catalog)
    if as_json:
        click.echo(json.dumps(_json(head, found), indent=2, ensure_ascii=False))
    else:
        _print(head, found)


def refuse_jump(stack: str) -> None:
    """What `remit up --promote` asks first. Raises PromotionRefusedError, and CatalogError."""
    file = stack_file(stack)
    found = read_stack(file)
    folder = catalog_folder(found)
    _, all_stacks = read_statuses(folder)
    refuse_to_jump(found.name, read_revision(folder, file), all_stacks)


def read_statuses(catalog: Path | None) -> tuple[Revision | None, list[StackStatus]]:
    """The revision of the work tree, and every stack that has a file, in the order of promotion, then by name."""
    files = sorted(stack_file("*").parent.glob("Pulumi.*.yaml"))
    names = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in files]
    folder = catalog or catalog_folder(Stack("default"))
    order = stages(load_catalog(folder).settings.promotion, names)
    engine = choose_engine(os.environ)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda name: _status(engine, name, order.get(name, 0), catalog), names))
    head = read_revision(folder, folder / "organization.yaml")
    return head, sorted(found, key=lambda each: (not each.stage, each.stage, each.name))


def _status(engine: Engine, name: str, stage: int, catalog: Path | None) -> StackStatus:
    file = stack_file(name)
    folder = catalog or catalog_folder(read_stack(file))
    head = read_revision(folder, file)
    if head is None:
        return StackStatus(name, "unknown", stage, problem=f"{folder} is in no git repository")
    try:
        exported = exported_state(engine, name)
    except EngineError as error:
        if UNKNOWN_STACK in str(error):
            return StackStatus(name, "never", stage, waiting=None)
        return StackStatus(name, "unknown", stage, problem=" ".join(str(error).split()))
    applied, begun = applied_in(exported), begun_in(exported)
    if begun and not head.same_content(begun) and is_older(head.commit, begun.commit, folder):
        return StackStatus(name, "ahead", stage, applied, (), begun=begun)
    state = state_of(head, applied, newer=bool(applied and is_older(head.commit, applied.revision.commit, folder)))
    if applied is None:
        return StackStatus(name, state, stage)
    waiting = commits_since(applied.revision.commit, folder, file) if state in {"waiting", "dirty"} else ()
    return StackStatus(name, state, stage, applied, waiting)


def _print(head: Revision | None, found: Sequence[StackStatus]) -> None:
    console = make_console()
    if head:
        unsaved = ", and changes that are in no commit" if head.dirty else ""
        console.print(Text(f"The catalog is at {head.commit[:12]}{unsaved}."))
    rows = (
        (each.name, str(each.stage or ""), _state(each, found), _when(each.applied), _commit(each)) for each in found
    )
    print_table(console, "Stacks", ("stack", "stage", "state", "since", "commit"), rows)
    for each in found:
        if each.waiting:
            commits = each.waiting[:_MOST_COMMITS]
            rest = len(each.waiting) - len(commits)
            console.print()
            console.print(Text(f"{each.name} has not got", style="bold"))
            for commit in commits:
                console.print(Text(f"  {commit.id[:12]} {commit.subject}"))
            if rest:
                console.print(f"  and {rest} more")


def _state(status: StackStatus, found: Sequence[StackStatus]) -> str:
    words = {
        "current": "up to date",
        "waiting": "waiting",
        "ahead": f"has {'a part of ' if status.begun else ''}a newer catalog",
        "dirty": "has changes that are in no commit",
        "never": "never applied",
        "unknown": f"unknown: {status.problem}",
    }[status.state]
    if status.state == "waiting" and status.waiting:
        words = f"waiting for {counted(len(status.waiting), 'commit')}"
    missing = waits_for(status, found) if status.state != "current" else ()
    return f"{words}, after {', '.join(each.name for each in missing)}" if missing else words


def _when(applied: Applied | None) -> str:
    return applied.at[:16].replace("T", " ") if applied else ""


def _commit(status: StackStatus) -> str:
    return status.applied.revision.commit[:12] if status.applied else ""


def _json(head: Revision | None, found: Sequence[StackStatus]) -> dict[str, Any]:
    return {
        "commit": head.commit if head else None,
        "dirty": bool(head and head.dirty),
        "stacks": [
            {
                "name": each.name,
                "stage": each.stage or None,
                "state": each.state,
                "commit": each.applied.revision.commit if each.applied else None,
                "since": each.applied.at or None if each.applied else None,
                "waiting": None
                if each.waiting is None
                else [{"commit": commit.id, "subject": commit.subject} for commit in each.waiting],
                "after": [other.name for other in waits_for(each, found)],
                "problem": each.problem or None,
            }
            for each in found
        ],
    }
