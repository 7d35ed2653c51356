"""Which catalog a stack is held against: the one that it got last, or the one in the work tree."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from remit.catalog import Catalog, load_catalog
from remit.cli.engine import UNKNOWN_STACK, EngineError, choose_engine
from remit.cli.inputs import catalog_folder, read_inputs, stack_file
from remit.cli.retire import exported_state
from remit.drift.recorded import Recorded
from remit.errors import Source
from remit.kept_fan_out import with_way_in
from remit.promotion import Applied, applied_in
from remit.revision import file_at, read_revision, write_folder_at
from remit.stack import Stack, read_stack


@dataclass(frozen=True, slots=True)
class Held:
    """A stack and its catalog. `commit` is "" where nobody knows it; `applied`: the stack got just this catalog last.

    `stack_file` and `folder` are where they were read, `beneath` what stands before the paths that people know.
    `recorded`: what the state says that the stack gave; None where it was not read.
    """

    stack: Stack
    catalog: Catalog
    stack_file: Path
    folder: Path
    commit: str = ""
    applied: bool = False
    beneath: str = ""
    why_not_applied: str = ""
    recorded: Recorded | None = None

    def known(self, source: Source | None) -> Source | None:
        """The place as people know it."""
        if source is None or not self.beneath:
            return source
        return Source(source.file.removeprefix(self.beneath), source.line, source.column)


@contextmanager
def held(stack: str | None, catalog: Path | None, *, work_tree: bool) -> Iterator[Held]:
    """The catalog that the stack got last, unless a folder is named, or `work_tree`, or nobody knows; then says so.

    Raises CatalogError, EngineError, and RevisionError when the commit is not in this clone.
    """
    if stack is None or catalog or work_tree:
        yield _of_work_tree(stack, catalog)
        return
    exported, why_not = _exported(stack)
    applied, why_not = _applied(stack, exported) if exported is not None else (None, why_not)
    if applied is None:
        click.echo(f"compared to the catalog in the work tree: {why_not}", err=True)
        yield _going_by(exported, _of_work_tree(stack, None, why_not))
        return
    file = stack_file(stack)
    here = read_revision(catalog_folder(read_stack(file)), file)
    if here and here.same_content(applied.revision):
        found = read_inputs(None, stack)
        folder = catalog_folder(found.stack)
        yield _going_by(exported, Held(found.stack, found.catalog, file, folder, applied.revision.commit, applied=True))
        return
    with TemporaryDirectory(prefix="remit-") as kept:
        yield _going_by(exported, _at_commit(applied.revision.commit, file, Path(kept)))


def _going_by(exported: Mapping[str, Any] | None, found: Held) -> Held:
    """With what the state says; the stack stays with the way that its policies have."""
    if exported is None:
        return found
    return replace(found, stack=with_way_in(found.stack, exported), recorded=Recorded.of(exported))


def _of_work_tree(stack: str | None, catalog: Path | None, why_not: str = "") -> Held:
    found = read_inputs(catalog, stack)
    folder, file = catalog or catalog_folder(found.stack), stack_file(found.stack.name)
    revision = read_revision(folder, file)
    commit = revision.commit if revision and not revision.dirty else ""
    return Held(found.stack, found.catalog, file, folder, commit, why_not_applied=why_not)


def _exported(stack: str) -> tuple[Mapping[str, Any] | None, str]:
    """The state; or None, and why there is none. Raises EngineError when it cannot be read."""
    try:
        return exported_state(choose_engine(os.environ), stack), ""
    except EngineError as error:
        if UNKNOWN_STACK not in str(error):
            raise EngineError(
                f"the state of stack {stack} cannot be read, so nobody knows which catalog it has: {error} "
                "(to go by the files here: --work-tree)"
            ) from error
        return None, f"there is no stack {stack} yet"


def _applied(stack: str, exported: Mapping[str, Any]) -> tuple[Applied | None, str]:
    """What the stack got last; or None, and why nobody knows."""
    found = applied_in(exported)
    if found is None:
        return None, f"no run of stack {stack} from a commit has succeeded yet"
    if found.revision.dirty:
        return None, f"stack {stack} got a catalog that is in no commit"
    return found, ""


def _at_commit(commit: str, file: Path, kept: Path) -> Held:
    old_file = kept / file.name
    old_file.write_bytes(file_at(commit, file))
    stack = read_stack(old_file)
    folder = kept / stack.catalog
    folder.mkdir(parents=True)
    write_folder_at(commit, catalog_folder(stack), folder)
    return Held(stack, load_catalog(folder), old_file, folder, commit, applied=True, beneath=f"{kept}/")
