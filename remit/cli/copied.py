"""A copy of the catalog, for what is to be tried in its files: of the work tree, or of a commit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from remit.catalog import load_catalog
from remit.cli.held import Held
from remit.cli.inputs import catalog_folder, stack_file
from remit.errors import CatalogError, Source
from remit.revision import file_at, write_folder_at
from remit.stack import Stack
from remit.stack_file import read_stack


@dataclass(frozen=True, slots=True)
class Copied:
    """`folder` is the copy of `original`, below `beneath`; `commit` is "" for that of the work tree."""

    folder: Path
    original: Path
    stacks: Mapping[str, Stack]
    beneath: Path
    commit: str = ""

    def held(self, stack: str) -> Held:
        """A stack and the catalog as the copy has it now. Raises CatalogError, by the places that people know."""
        try:
            catalog = load_catalog(self.folder)
        except CatalogError as error:
            raise CatalogError(replace(each, source=self._known(each.source)) for each in error.problems) from error
        file = self.beneath / stack_file(stack).name
        return Held(self.stacks[stack], catalog, file, self.folder, self.commit, beneath=f"{self.beneath}/")

    def _known(self, source: Source | None) -> Source | None:
        return source and replace(source, file=source.file.removeprefix(f"{self.beneath}/"))


@contextmanager
def copied(names: Sequence[str], commit: str = "") -> Iterator[Copied]:
    """The catalog that the stacks share, as the work tree has it, or a commit. Raises CatalogError, RevisionError."""
    with TemporaryDirectory(prefix="remit-") as name:
        beneath = Path(name)
        for file in map(stack_file, names):
            if not commit:
                read_stack(file)  # what is wrong with it is told of the file itself
            (beneath / file.name).write_bytes(file_at(commit, file) if commit else file.read_bytes())
        stacks = {each: read_stack(beneath / stack_file(each).name) for each in names}
        if len({each.catalog for each in stacks.values()}) > 1:
            raise click.UsageError("these stacks have different catalogs (remit:catalog): take them one by one")
        one = next(iter(stacks.values()))
        original, folder = catalog_folder(one), beneath / one.catalog
        if commit:
            folder.mkdir(parents=True)
            write_folder_at(commit, original, folder)
        else:
            shutil.copytree(original, folder)
        yield Copied(folder, original, stacks, beneath, commit)
