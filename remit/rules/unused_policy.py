"""A managed policy that no permission set refers to."""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog.references import customer_references
from remit.expiry import expired
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class UnusedPolicy(Rule):
    id = "unused-policy"
    title = "A managed policy that no permission set uses"
    severity = Severity.WARNING
    why = "it is made in every account that it targets, and gives nobody anything through Remit"
    fix = "refer to it in a permission set, or remove it; if roles outside of Remit use it, ignore this and say which"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#remove-credentials"

    def check(self, subject: Subject) -> Iterator[Finding]:
        sets = subject.catalog.permission_sets
        used = {str(reference.name) for entry in sets for reference in customer_references(entry)}
        for policy in subject.catalog.managed_policies:
            if policy.name not in used and not expired(policy.expires, subject.at):
                yield self.finding(policy.name.source, f"no permission set uses policy {str(policy.name)!r}")
