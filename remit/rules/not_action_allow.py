"""NotAction with Allow."""

from __future__ import annotations

from collections.abc import Iterator

from remit.errors import listed
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class NotActionAllow(Rule):
    id = "not-action-allow"
    title = "NotAction with Allow"
    severity = Severity.WARNING
    why = "it allows every action but those named, and every action that AWS adds from now on"
    fix = "name what is allowed under Action; or keep the Allow wide and deny with a statement of its own"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for policy in subject.statement_lists:
            for statement in policy.statements:
                if statement.effect == "Allow" and statement.not_action:
                    message = f"{policy} allows everything but {listed(statement.not_action)}"
                    yield self.finding(statement.not_action[0].source, message)
