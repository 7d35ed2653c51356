"""An entry that has ended."""

from __future__ import annotations

from collections.abc import Iterator

from remit.expiry import expired
from remit.linting.expiries import expiring
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class ExpiredEntry(Rule):
    id = "expired-entry"
    title = "An expiry in the past"
    severity = Severity.WARNING
    why = "the entry gives nothing any more, and hides what does"
    fix = "remove it: `remit prune` does; or renew it"
    source = "docs/catalog.md"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for what, expiry, source in expiring(subject.catalog):
            if expired(expiry, subject.at):
                yield self.finding(source, f"{what} ended: expires {expiry}")
