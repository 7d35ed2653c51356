"""Administrator access that never ends."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class AdministratorWithoutExpiry(Rule):
    id = "administrator-without-expiry"
    title = "Administrator access without an end"
    severity = Severity.WARNING
    why = "standing administrators are what an attacker looks for, and nobody asks again whether they are needed"
    fix = "give the rule an `expires`, or a permission set that allows less"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-use-aws-defined-policies"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for rule in subject.access:
            for name in rule.permission_sets:
                entry, reason = subject.permission_sets.get(name), subject.administrators.get(name)
                if reason and entry and rule.expires is None and entry.expires is None:
                    message = f"permission set {str(name)!r} makes administrators ({reason}), with no end"
                    yield self.finding(name.source, message)
