"""What can go wrong, as one tree. Each error teaches: where, which value, what to do.

RemitError                 exit code 1: a run failed
├── CatalogError           exit code 2: the catalog or the stack file is wrong; all problems at once
├── SnapshotError          exit code 2: an organization file cannot be read
├── NotProvenError         exit code 1: an imported catalog would not give what was read
└── AwsError               exit code 1: AWS refused or could not be reached
    └── AccessDeniedError     the caller lacks a permission; names the call

BadValue is no part of the tree: it is what a parser of one value raises, and whoever knows the place in the
file makes a Problem of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place in a file. `file` as the user can open it from where they stand; line and column count from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


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


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file, line and message."""
    unplaced = Source("", 0)
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.source or unplaced, p.message, p.remedy)))


class BadValue(ValueError):  # noqa: N818  it names what was found, and reads so where it is raised
    """One value cannot be what it should be. `str()` is the message."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(message)

    def at(self, source: Source | None) -> Problem:
        return Problem(self.message, self.remedy, source)


class RemitError(Exception):
    """Base of every error that a user is meant to read."""

    exit_code = 1


class CatalogError(RemitError):
    """The catalog, organization.yaml or a stack file is wrong. Carries every problem that was found."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SnapshotError(RemitError):
    """An organization file cannot be read."""

    exit_code = 2


class NotProvenError(RemitError):
    """An imported catalog would not give what was read. Nothing was written."""


class AwsError(RemitError):
    """AWS refused a call or could not be reached. `message` names the call, `remedy` says what to do."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message, self.remedy = message, remedy
        super().__init__(f"{message} ({remedy})" if remedy else message)


class AccessDeniedError(AwsError):
    """The caller lacks a permission for the call that the message names."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy that names the closest of the `known` words; empty when none is close."""
    by_folded = {candidate.casefold(): str(candidate) for candidate in known}
    close = get_close_matches(word.casefold(), by_folded, n=2, cutoff=0.7)
    return f"did you mean {' or '.join(repr(by_folded[match]) for match in close)}?" if close else ""


def listed(names: Iterable[str], most: int = 3) -> str:
    """'a, b, c and 4 more': enough to act on, short enough to read."""
    all_names = list(names)
    shown = ", ".join(all_names[:most])
    left = len(all_names) - most
    return f"{shown} and {left} more" if left > 0 else shown
