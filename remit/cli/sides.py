"""The two sides of `remit diff`: a git revision, a folder or a saved plan → a view of its plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from remit.catalog import load_catalog
from remit.cli.git import commit_of, extract, file_at
from remit.cli.inputs import Inputs, catalog_folder, project_folder, read_inputs, stack_file
from remit.diff import ends_of, saved_view, view_of
from remit.diff.values import View
from remit.errors import CatalogError, Problem, Source
from remit.organization import Organization
from remit.plan import make_plan
from remit.stack import Stack
from remit.stack_file import read_stack

WORKING_TREE = "the working tree"
OrganizationFor = Callable[[Inputs], Organization]


@dataclass(frozen=True, slots=True)
class Side:
    """One side: what to call it, and its plan once there is an organization. `needs_organization` tells whether."""

    label: str
    needs_organization: bool
    view: Callable[[OrganizationFor], View]


@dataclass(frozen=True, slots=True)
class Sides:
    """How a side is read: the options that both share."""

    catalog: Path | None
    stack: str | None
    at: datetime

    def side(self, named: str | None) -> Side:
        """A saved plan (a file), a catalog (a folder), a git revision; None: the working tree. Raises BadParameter."""
        if named is None:
            return Side(WORKING_TREE, needs_organization=True, view=self._working_tree)
        path = Path(named)
        if path.is_file():
            return Side(named, needs_organization=False, view=lambda _: _saved(path))
        if path.is_dir():
            return Side(named, needs_organization=True, view=lambda find: self._folder(path, find))
        commit = commit_of(named, project_folder())
        return Side(named, needs_organization=True, view=lambda find: self._revision(named, commit, find))

    def _working_tree(self, find: OrganizationFor) -> View:
        return self._view(read_inputs(self.catalog, self.stack), find, str)

    def _folder(self, folder: Path, find: OrganizationFor) -> View:
        return self._view(read_inputs(folder, self.stack), find, str)

    def _revision(self, named: str, commit: str, find: OrganizationFor) -> View:
        with TemporaryDirectory() as name:
            temporary = Path(name)

            def shown(source: Source) -> str:
                return str(_moved(source, temporary, named))

            try:
                stack = self._stack_at(commit, temporary)
                wanted = self.catalog or catalog_folder(stack)
                path = wanted.resolve().relative_to(project_folder().resolve()).as_posix()
                if not extract(commit, path, project_folder(), temporary):
                    return View()
                return self._view(Inputs(load_catalog(temporary / path), stack), find, shown)
            except ValueError as error:
                raise click.UsageError(f"the catalog {self.catalog} is not in the project of Pulumi.yaml") from error
            except CatalogError as error:
                raise CatalogError(_moved_problem(each, temporary, named) for each in error.problems) from error

    def _stack_at(self, commit: str, temporary: Path) -> Stack:
        """The stack as the revision has it; as the working tree has it, where the revision has none."""
        if self.stack is None:
            return Stack("default")
        path = stack_file(self.stack)
        content = file_at(commit, path.name, project_folder())
        if content is None:
            return read_stack(path)
        copy = temporary / path.name
        copy.write_bytes(content)
        return read_stack(copy)

    def _view(self, inputs: Inputs, find: OrganizationFor, shown: Callable[[Source], str]) -> View:
        plan = make_plan(inputs.catalog, find(inputs), at=self.at, stack=inputs.stack)
        return view_of(plan, shown, ends_of(inputs.catalog, self.at, shown))


def _saved(path: Path) -> View:
    try:
        return saved_view(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        remedy = "save one with `remit plan --json`"
        raise CatalogError([Problem(f"is no saved plan: {error}", remedy, Source(str(path), 0))]) from error


def _moved(source: Source, temporary: Path, named: str) -> Source:
    """main:policies/access.yaml:3, as git writes it."""
    try:
        return replace(source, file=f"{named}:{Path(source.file).relative_to(temporary).as_posix()}")
    except ValueError:
        return source


def _moved_problem(problem: Problem, temporary: Path, named: str) -> Problem:
    source = _moved(problem.source, temporary, named) if problem.source else None
    prefix = f"{temporary}/"
    return Problem(problem.message.replace(prefix, f"{named}:"), problem.remedy.replace(prefix, f"{named}:"), source)
