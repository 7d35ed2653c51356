"""The proof of an import: the written files, read and planned again, give just what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from remit.catalog.load import load_catalog
from remit.errors import CatalogError, Problem
from remit.importing.comparing import Difference, compare
from remit.importing.found import Found
from remit.plan import make_plan
from remit.stack import Stack

EVERYWHERE = Stack("import", scope=("*", "management"))


def differences(files: Mapping[PurePosixPath, str], said: Found, at: datetime) -> list[Difference]:
    """Where the catalog of these files says otherwise than `Entries.said`; empty is the proof.

    Raises CatalogError when the files are no catalog.
    """
    with TemporaryDirectory() as folder:
        _write(files, Path(folder))
        try:
            plan = make_plan(load_catalog(Path(folder)), said.organization, at=at, stack=EVERYWHERE)
        except CatalogError as error:
            raise CatalogError(_within(folder, problem) for problem in error.problems) from error
    return compare(plan, said)


def _write(files: Mapping[PurePosixPath, str], folder: Path) -> None:
    for place, text in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _within(folder: str, problem: Problem) -> Problem:
    """The problem at its place in the catalog that would be written."""
    if problem.source is None:
        return problem
    return replace(problem, source=replace(problem.source, file=problem.source.file.removeprefix(f"{folder}/")))
