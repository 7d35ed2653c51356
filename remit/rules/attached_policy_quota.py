"""More policies on a permission set than a new account takes."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject
from remit.planning.permission_sets import MOST_POLICIES

_DEFAULT = 10


class AttachedPolicyQuota(Rule):
    id = "attached-policy-quota"
    title = "More policies than a role takes by default"
    severity = Severity.WARNING
    why = "a permission set becomes a role, and an account takes ten policies on a role until its quota is raised"
    fix = "merge policies, or raise the quota of IAM in each account and ignore this"
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for name, entry in subject.permission_sets.items():
            count = subject.attached(entry)
            if _DEFAULT < count <= MOST_POLICIES:
                yield self.finding(entry.source, f"permission set {name!r} has {count} policies")
