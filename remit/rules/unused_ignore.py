"""A comment that hides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.ignores import Ignore
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class UnusedIgnore(Rule):
    id = "unused-ignore"
    title = "An ignore that hides nothing"
    severity = Severity.WARNING
    why = "it would hide the next finding, which nobody has looked at"
    fix = "remove it"
    source = "docs/rules.md"

    def check(self, subject: Subject) -> Iterator[Finding]:
        yield from ()

    def about(self, ignore: Ignore, rule: str) -> Finding:
        return self.finding(ignore.source, f"{rule} finds nothing on line {ignore.line}")
