"""An expiry so far ahead that it means never."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from remit.linting.expiries import expiring
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject

FURTHEST = timedelta(days=366)


class DistantExpiry(Rule):
    id = "distant-expiry"
    title = "An expiry more than a year ahead"
    severity = Severity.WARNING
    why = "access that ends in some years is access for ever: nobody will remember to ask"
    fix = "choose a day within a year, and renew it when it comes"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-use-aws-defined-policies"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for what, expiry, source in expiring(subject.catalog):
            if expiry.end - subject.at > FURTHEST + timedelta(days=1):
                yield self.finding(source, f"{what} ends more than a year from now: expires {expiry}")
