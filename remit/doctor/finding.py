"""What a check says: how bad it is, what it is, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from remit.errors import AwsError, Problem


class Grade(StrEnum):
    """`UNCHECKED`: what it needs could not be found out, so that nothing is known."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is an account, a file, a permission set: what it is about, where a check looks at several.

    `of_input`: what is wrong is a file of the project, not the world.
    """

    check: str
    grade: Grade
    message: str
    remedy: str = ""
    subject: str = ""
    of_input: bool = False


@dataclass(frozen=True, slots=True)
class Says:
    """Makes the findings of one check."""

    check: str

    def ok(self, message: str, subject: str = "") -> Finding:
        return Finding(self.check, Grade.OK, message, "", subject)

    def note(self, message: str, remedy: str = "", subject: str = "") -> Finding:
        return Finding(self.check, Grade.NOTE, message, remedy, subject)

    def warning(self, message: str, remedy: str = "", subject: str = "") -> Finding:
        return Finding(self.check, Grade.WARNING, message, remedy, subject)

    def error(self, message: str, remedy: str = "", subject: str = "") -> Finding:
        return Finding(self.check, Grade.ERROR, message, remedy, subject)

    def unchecked(self, message: str) -> Finding:
        return Finding(self.check, Grade.UNCHECKED, message)

    def refused(self, error: AwsError) -> Finding:
        """A call of AWS failed: its words, and what to do where they say so."""
        return self.error(error.message, error.remedy)

    def problems(self, problems: Iterable[Problem], most: int = 5) -> Iterator[Finding]:
        """What is wrong in files: the first of them, and how many more."""
        found = list(problems)
        for each in found[:most]:
            place = f"{each.source}: " if each.source else ""
            yield Finding(self.check, Grade.ERROR, f"{place}{each.message}", each.remedy, of_input=True)
        if len(found) > most:
            message = f"and {len(found) - most} problems more"
            yield Finding(self.check, Grade.ERROR, message, "remit validate says them all", of_input=True)


def exit_code(findings: Iterable[Finding]) -> int:
    """2 when a file of the project is wrong, else 1 when anything is, else 0."""
    errors = [each for each in findings if each.grade is Grade.ERROR]
    return 2 if any(each.of_input for each in errors) else int(bool(errors))


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """As `remit doctor --json` has it."""
    found = list(findings)
    counts = {grade.value: sum(each.grade is grade for each in found) for grade in Grade}
    shown = [
        {
            "check": each.check,
            "grade": each.grade.value,
            "subject": each.subject or None,
            "message": each.message,
            "remedy": each.remedy or None,
        }
        for each in found
    ]
    return {"version": 1, "summary": counts, "findings": shown}
