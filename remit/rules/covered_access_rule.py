"""An access rule whose every grant another rule gives as well."""

from __future__ import annotations

from collections.abc import Iterator

from remit.errors import listed
from remit.linting.overlap import overlaps
from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject


class CoveredAccessRule(Rule):
    id = "covered-access-rule"
    title = "An access rule that other rules cover"
    severity = Severity.WARNING
    why = "it gives nothing by itself: whoever removes it to take the access away will be surprised"
    fix = "remove it, or narrow the wider rule"
    source = "docs/catalog.md"
    accounts = Accounts.SHARPEN

    def check(self, subject: Subject) -> Iterator[Finding]:
        for overlap in overlaps(subject):
            if not overlap.same:
                by = listed(str(other.source) for other in overlap.by)
                yield self.finding(overlap.rule.source, f"all that this rule gives is given at {by} too")
