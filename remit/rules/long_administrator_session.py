"""Administrator sessions that outlast a working day."""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog.fields import minutes_of
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject

_LONGEST = 8 * 60


class LongAdministratorSession(Rule):
    id = "long-administrator-session"
    title = "An administrator's session of more than eight hours"
    severity = Severity.WARNING
    why = "credentials that leak are worth most while the session lasts"
    fix = "set session_duration to 8h or less"
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for name in subject.administrators:
            entry = subject.permission_sets[name]
            minutes = minutes_of(entry.session_duration)
            if minutes > _LONGEST:
                message = f"sessions of permission set {name!r}, an administrator's, last {minutes / 60:g} hours"
                yield self.finding(entry.place("session_duration"), message)
