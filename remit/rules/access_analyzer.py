"""What AWS's own validator finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject

_SEVERITIES = {"ERROR": Severity.ERROR, "SECURITY_WARNING": Severity.WARNING, "SUGGESTION": Severity.INFO}


class AccessAnalyzer(Rule):
    id = "access-analyzer"
    title = "A finding of IAM Access Analyzer"
    severity = Severity.WARNING
    why = "AWS's own validator knows the newest services, and judges as IAM will"
    fix = "see the page that the finding names"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-validation.html"
    accounts = Accounts.ASKED
    more = (
        "An ERROR of AWS is an error, a SUGGESTION is info, all else a warning. Variables are replaced by placeholders "
        "before AWS is asked."
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        for analysis in subject.analyses or ():
            for remark in analysis.remarks:
                message = f"{analysis.policy}: {remark.details} ({remark.code})"
                found = self.finding(analysis.place(remark.path), message, f"see {remark.link}" if remark.link else "")
                yield replace(found, severity=_SEVERITIES.get(remark.kind, self.severity))
