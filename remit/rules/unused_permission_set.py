"""A permission set that nobody is given."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class UnusedPermissionSet(Rule):
    id = "unused-permission-set"
    title = "A permission set that no access rule gives"
    severity = Severity.WARNING
    why = "it is kept, reviewed and provisioned for nobody"
    fix = "give it in an access rule, or remove it"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#remove-credentials"

    def check(self, subject: Subject) -> Iterator[Finding]:
        used = {str(name) for rule in subject.catalog.access for name in rule.permission_sets}
        for name, entry in subject.permission_sets.items():
            if name not in used:
                yield self.finding(entry.name.source, f"no access rule gives permission set {name!r}")
