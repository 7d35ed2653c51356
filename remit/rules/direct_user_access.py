"""Access for a single user."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class DirectUserAccess(Rule):
    id = "direct-user-access"
    title = "Access that is given to a user"
    severity = Severity.WARNING
    why = "it stays when the person changes teams: only groups follow the directory"
    fix = "give it to a group"
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/howtoviewandchangepermissionset.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for rule in subject.access:
            for user in rule.users or ():
                yield self.finding(user.source, f"access is given to a user, {str(user)!r}")
