"""Which catalog a stack is held against: the one that it got last, or the one in the work tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from remit.catalog import Catalog, load_catalog
from remit.cli.engine import UNKNOWN_STACK, EngineError, choose_engine
from remit.cli.inputs import catalog_folder, read_inputs, stack_file
from remit.cli.retire import exported_state
from remit.errors import Source
from remit.kept_fan_out import keeping, way_in
from remit.promotion import Applied, applied_in
from remit.revision import file_at, read_revision, write_folder_at
from remit.stack import FanOut, Stack, read_stack


@dataclass(frozen=True, slots=True)
class Held:
    """A stack and its catalog. `commit` is "" where nobody knows it; `applied`: the stack got just this catalog last.

    `stack_file` and `folder` are where they were read, `beneath` what stands before the paths that people know.
    """

    stack: Stack
    catalog: Catalog
    stack_file: Path
    folder: Path
    commit: str = ""
    applied: bool = False
    beneath: str = ""
    why_not_applied: str = ""

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
    applied, why_not, way = _applied(stack)
    if applied is None:
        click.echo(f"compared to the catalog in the work tree: {why_not}", err=True)
        yield _staying(_of_work_tree(stack, None, why_not), way)
        return
    file = stack_file(stack)
    here = read_revision(catalog_folder(read_stack(file)), file)
    if here and here.same_content(applied.revision):
        found = read_inputs(None, stack)
        folder = catalog_folder(found.stack)
        yield _staying(Held(found.stack, found.catalog, file, folder, applied.revision.commit, applied=True), way)
        return
    with TemporaryDirectory(prefix="remit-") as kept:
        yield _staying(_at_commit(applied.revision.commit, file, Path(kept)), way)


def _staying(found: Held, way: FanOut | None) -> Held:
    """Whose stack stays with the way that its policies have."""
    return replace(found, stack=keeping(found.stack, way))


def _of_work_tree(stack: str | None, catalog: Path | None, why_not: str = "") -> Held:
    found = read_inputs(catalog, stack)
    folder, file = catalog or catalog_folder(found.stack), stack_file(found.stack.name)
    revision = read_revision(folder, file)
    commit = revision.commit if revision and not revision.dirty else ""
    return Held(found.stack, found.catalog, file, folder, commit, why_not_applied=why_not)


def _applied(stack: str) -> tuple[Applied | None, str, FanOut | None]:
    """What the stack got last; or None, and why nobody knows; and the way that its policies have.

    Raises EngineError when the state cannot be read.
    """
    try:
        exported = exported_state(choose_engine(os.environ), stack)
    except EngineError as error:
        if UNKNOWN_STACK not in str(error):
            raise EngineError(
                f"the state of stack {stack} cannot be read, so nobody knows which catalog it has: {error} "
                "(to go by the files here: --work-tree)"
            ) from error
        return None, f"there is no stack {stack} yet", None
    found, way = applied_in(exported), way_in(exported)
    if found is None:
        return None, f"no run of stack {stack} from a commit has succeeded yet", way
    if found.revision.dirty:
        return None, f"stack {stack} got a catalog that is in no commit", way
    return found, "", way


def _at_commit(commit: str, file: Path, kept: Path) -> Held:
    old_file = kept / file.name
    old_file.write_bytes(file_at(commit, file))
    stack = read_stack(old_file)
    folder = kept / stack.catalog
    folder.mkdir(parents=True)
    write_folder_at(commit, catalog_folder(stack), folder)
    return Held(stack, load_catalog(folder), old_file, folder, commit, applied=True, beneath=f"{kept}/")
