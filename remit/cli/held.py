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
from remit.cli.state import exported_state
from remit.drift.recorded import Recorded
from remit.errors import Source
from remit.kept_fan_out import with_way_in
from remit.promotion import applied_in, attempted_in, begun_in
from remit.revision import Revision, file_at, read_revision, write_folder_at
from remit.stack import Stack
from remit.stack_file import read_stack


@dataclass(frozen=True, slots=True)
class Held:
    """A stack and its catalog. `commit` is "" where nobody knows it; `applied`: the stack got just this catalog last.

    `stack_file` and `folder` are where they were read, `beneath` what stands before the paths that people know.
    `recorded`: what the state says that the stack gave; None where it was not read. `attempted`: what it says of the
    stack's last run.
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
    attempted: Revision | None = None

    def known(self, source: Source | None) -> Source | None:
        """The place as people know it."""
        if source is None or not self.beneath:
            return source
        return Source(source.file.removeprefix(self.beneath), source.line, source.column)


@contextmanager
def held(stack: str | None, catalog: Path | None, *, work_tree: bool, succeeded: bool = False) -> Iterator[Held]:
    """The catalog that the stack got last, unless a folder is named, or `work_tree`, or nobody knows; then says so.

    That of a run which did not make everything counts too, since what it took away is not to be given back; not with
    `succeeded`: then the last one of which all was made.

    Raises CatalogError, EngineError, and RevisionError when the commit is not in this clone.
    """
    if stack is None or catalog or work_tree:
        yield _of_work_tree(stack, catalog)
        return
    got = Got.of(stack, succeeded=succeeded)
    applied = got.revision
    if applied is None:
        click.echo(f"compared to the catalog in the work tree: {got.why_not}", err=True)
        yield _going_by(got, _of_work_tree(stack, None, got.why_not))
        return
    if got.partly:
        click.echo(
            f"compared to commit {applied.commit[:12]}, of which the last run of stack {stack} did not make everything",
            err=True,
        )
    file = stack_file(stack)
    here = read_revision(catalog_folder(read_stack(file)), file)
    if here and here.same_content(applied):
        found = read_inputs(None, stack)
        folder = catalog_folder(found.stack)
        yield _going_by(got, Held(found.stack, found.catalog, file, folder, applied.commit, applied=True))
        return
    with TemporaryDirectory(prefix="remit-") as kept:
        yield _going_by(got, _at_commit(applied.commit, file, Path(kept)))


def _going_by(got: Got, found: Held) -> Held:
    """With what the state says; the stack stays with the way that its policies have."""
    if got.exported is None:
        return found
    stack = with_way_in(found.stack, got.exported)
    return replace(found, stack=stack, recorded=Recorded.of(got.exported), attempted=got.attempted)


def _of_work_tree(stack: str | None, catalog: Path | None, why_not: str = "") -> Held:
    found = read_inputs(catalog, stack)
    folder, file = catalog or catalog_folder(found.stack), stack_file(found.stack.name)
    revision = read_revision(folder, file)
    commit = revision.commit if revision and not revision.dirty else ""
    return Held(found.stack, found.catalog, file, folder, commit, why_not_applied=why_not)


@dataclass(frozen=True, slots=True)
class Got:
    """What a stack got last; or no revision, and why nobody knows. `partly`: not everything of it was made.

    `exported` is its state, None where there is none. `attempted`: what that says of the last run.
    """

    revision: Revision | None
    why_not: str = ""
    exported: Mapping[str, Any] | None = None
    attempted: Revision | None = None
    partly: bool = False

    @classmethod
    def of(cls, stack: str, *, succeeded: bool = False) -> Got:
        """`succeeded`: of the last run that made everything. Raises EngineError when the state cannot be read."""
        try:
            exported = exported_state(choose_engine(os.environ), stack)
        except EngineError as error:
            if UNKNOWN_STACK not in str(error):
                raise EngineError(
                    f"the state of stack {stack} cannot be read, so nobody knows which catalog it has: {error} "
                    "(to go by the files here: --work-tree)"
                ) from error
            return cls(None, f"there is no stack {stack} yet")
        applied, begun = applied_in(exported), None if succeeded else begun_in(exported)
        if applied is None:
            return cls(None, f"no run of stack {stack} from a commit has succeeded yet", exported)
        revision = begun or applied.revision
        if not revision.commit or revision.dirty:
            why = f"stack {stack} got a catalog that is in no commit"
            if begun:
                why = (
                    f"the last run of stack {stack} was begun from a catalog that is in no commit, "
                    "and did not make everything"
                )
            return cls(None, why, exported)
        return cls(revision, "", exported, attempted_in(exported), partly=begun is not None)


def _at_commit(commit: str, file: Path, kept: Path) -> Held:
    old_file = kept / file.name
    old_file.write_bytes(file_at(commit, file))
    stack = read_stack(old_file)
    folder = kept / stack.catalog
    folder.mkdir(parents=True)
    write_folder_at(commit, catalog_folder(stack), folder)
    return Held(stack, load_catalog(folder), old_file, folder, commit, applied=True, beneath=f"{kept}/")
