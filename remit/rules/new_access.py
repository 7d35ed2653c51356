"""A policy that gives more than it did."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject


class NewAccess(Rule):
    id = "new-access"
    title = "A policy that allows what it did not allow before"
    severity = Severity.WARNING
    why = "IAM Access Analyzer proves it from both documents, whatever they look like: a reviewer should want it"
    fix = "if it is meant, say so in the review; else narrow the statement"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html"
    accounts = Accounts.ASKED

    def check(self, subject: Subject) -> Iterator[Finding]:
        for analysis in subject.analyses or ():
            for reason in analysis.new_access:
                path = () if reason.statement is None else ("Statement", reason.statement)
                yield self.finding(
                    analysis.place(path), f"{analysis.policy} gives more than before: {reason.description}"
                )
