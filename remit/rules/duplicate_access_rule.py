"""Two access rules that say the same."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.overlap import overlaps
from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject


class DuplicateAccessRule(Rule):
    id = "duplicate-access-rule"
    title = "Two access rules that give the same"
    severity = Severity.WARNING
    why = "who changes one of them will forget the other"
    fix = "keep one of them"
    source = "docs/catalog.md"
    accounts = Accounts.SHARPEN

    def check(self, subject: Subject) -> Iterator[Finding]:
        for overlap in overlaps(subject):
            if overlap.same:
                message = f"this rule gives the same as the one at {overlap.by[0].source}"
                yield self.finding(overlap.rule.source, message)
