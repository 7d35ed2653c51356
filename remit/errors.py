"""What can go wrong, as one tree. Each error teaches: where, which value, what to do.

RemitError                 exit code 1: a run failed
├── CatalogError           exit code 2: the catalog or the stack file is wrong; all problems at once
├── SnapshotError          exit code 2: an organization file cannot be read
└── AwsError               exit code 1: AWS refused or could not be reached
    └── AccessDeniedError     the caller lacks a permission; names the call
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place in a file. `file` as the user can open it from where they stand; line and column count from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong (or, in `Plan.warnings`, one thing odd).

    `message` says what and names the value; `remedy` says what to write instead.
    """

    message: str
    remedy: str = ""
    source: Source | None = None

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{where}{self.message}{remedy}"


class RemitError(Exception):
    """Base of every error that a user is meant to read."""

    exit_code = 1


class CatalogError(RemitError):
    """The catalog, organization.yaml or a stack file is wrong. Carries every problem that was found."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(
            sorted(problems, key=lambda p: (p.source or Source("", 0), p.message)),
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SnapshotError(RemitError):
    """An organization file cannot be read."""

    exit_code = 2


class AwsError(RemitError):
    """AWS refused a call or could not be reached. The message names the call and what to do."""


class AccessDeniedError(AwsError):
    """The caller lacks a permission for the call that the message names."""
