"""Action "*" on Resource "*"."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Finding, Rule, Severity
from remit.linting.statements import allows_everything, is_every_action
from remit.linting.subject import Subject


class WildcardAdministrator(Rule):
    id = "wildcard-administrator"
    title = 'Allow of Action "*" on Resource "*"'
    severity = Severity.ERROR
    why = "it is administrator access, under a name that does not say so"
    fix = "name the actions; or attach AdministratorAccess, so that everybody sees what it is"
    source = "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-1"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for policy in subject.statement_lists:
            for statement in policy.statements:
                if allows_everything(statement):
                    stars = filter(is_every_action, statement.action or ())
                    yield self.finding(next(stars).source, f"{policy} allows every action on every resource")
