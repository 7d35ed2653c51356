"""`remit prune`: what has ended leaves the files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from remit.cli.changed_files import print_diff
from remit.cli.inputs import catalog_folder, now, options, read_inputs
from remit.cli.problems import as_json as problem_json
from remit.cli.problems import warn
from remit.cli.tables import make_console, print_table
from remit.cli.words import counted
from remit.editing import write_texts
from remit.pruning import Pruning
from remit.pruning import prune as prune_catalog


@click.command()
@options("catalog", "stack", "at")
@click.option("--diff", "as_diff", is_flag=True, help="Show the changed lines too.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@options("json")
def prune(
    catalog: Path | None, stack: str | None, at: datetime | None, *, as_diff: bool, dry_run: bool, as_json: bool
) -> None:
    """Take what has ended out of the catalog's files, ready for a pull request; all else stays as it is written.

    What referred to it goes with it: the attachment of a policy, a permission set's name in a rule. The plan of this
    moment stays the same. With --at: what is over by then.
    """
    inputs = read_inputs(catalog, stack)
    directory = catalog or catalog_folder(inputs.stack)
    found = prune_catalog(directory, inputs.catalog, at or now())
    before = {path: path.read_text(encoding="utf-8") for path in found.texts}
    if not dry_run:
        write_texts(found.texts)
    if as_json:
        click.echo(json.dumps(_json(found), indent=2, ensure_ascii=False))
        return
    _print(found, dry_run=dry_run)
    if as_diff:
        print_diff(found.texts, before)
    warn(found.kept)


def _print(found: Pruning, *, dry_run: bool) -> None:
    console = make_console()
    if not found.removals:
        console.print("nothing has ended")
        return
    files = counted(len(found.texts), "file")
    console.print(f"{counted(len(found.removals), 'entry', 'entries')} {'would leave' if dry_run else 'left'} {files}")
    rows = [(each.what, each.why, str(each.source)) for each in found.removals]
    print_table(console, "Pruned", ("what", "why", "where"), rows)
    for path, text in found.texts.items():
        if text is None:
            console.print(f"\n{path} has no entry left, and {'would go' if dry_run else 'is gone'} too")


def _json(found: Pruning) -> dict[str, object]:
    return {
        "removed": [
            {"what": each.what, "why": each.why, "file": each.source.file, "line": each.source.line}
            for each in found.removals
        ],
        "kept": [problem_json(each) for each in found.kept],
        "files": {str(path): "changed" if text is not None else "removed" for path, text in found.texts.items()},
    }
