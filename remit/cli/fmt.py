"""`remit fmt`: one layout for every catalog."""

from __future__ import annotations

from pathlib import Path

import click

from remit.catalog.load import files_of
from remit.cli.changed_files import print_diff
from remit.cli.inputs import catalog_folder, options, stack_file
from remit.cli.words import counted
from remit.editing import write_texts
from remit.editing.layout import laid_out
from remit.errors import CatalogError, Problem, Source
from remit.stack import Stack
from remit.stack_file import read_stack


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@options("catalog", "stack")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", "as_diff", is_flag=True, help="Show the changed lines.")
@click.pass_context
def fmt(
    context: click.Context,
    files: tuple[Path, ...],
    catalog: Path | None,
    stack: str | None,
    *,
    check: bool,
    as_diff: bool,
) -> None:
    """Lay out the catalog's files, or just FILES: the order of keys, indents, blank lines. Comments stay.

    What they say stays the same, or nothing is written. Exits with 0, with --check with 1 if a file would change,
    and with 2 if a file is not YAML.
    """
    paths = _paths(files, catalog, stack)
    before = {path: _read(path) for path in paths}
    changed = {path: text for path, text in _all_laid_out(before).items() if text != before[path]}
    if not check:
        write_texts(changed)
    if as_diff:
        print_diff(changed, before)
    for path in changed:
        click.echo(f"{'would change' if check else 'changed'} {path}", err=True)
    same = len(paths) - len(changed)
    click.echo(
        f"{counted(len(changed), 'file')} {'would change' if check else 'changed'}, {same} as they were", err=True
    )
    context.exit(1 if check and changed else 0)


def _paths(files: tuple[Path, ...], catalog: Path | None, stack: str | None) -> list[Path]:
    folder = catalog or catalog_folder(read_stack(stack_file(stack)) if stack else Stack("default"))
    given = files or (folder,)
    found = [path for each in given for path in (files_of(each) if each.is_dir() else [each])]
    if not found:
        raise CatalogError([Problem(f"there is no *.yaml file in {folder}", "name a folder with --catalog")])
    return list(dict.fromkeys(found))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError([Problem(f"cannot be read: {error}", "save it as UTF-8", Source(str(path), 0))]) from error


def _all_laid_out(texts: dict[Path, str]) -> dict[Path, str]:
    """Raises CatalogError with the problems of all files."""
    found: dict[Path, str] = {}
    problems: list[Problem] = []
    for path, text in texts.items():
        try:
            found[path] = laid_out(text.removeprefix("\ufeff"), path)
        except CatalogError as error:
            problems.extend(error.problems)
    if problems:
        raise CatalogError(problems)
    return found
