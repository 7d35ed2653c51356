"""Access in the management account."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject
from remit.selectors import MANAGEMENT


class ManagementAccountAccess(Rule):
    id = "management-account-access"
    title = "Access in the management account"
    severity = Severity.WARNING
    why = (
        "service control policies do not hold there, and a delegated administrator can manage neither the access nor "
        "a permission set that is provisioned there"
    )
    fix = "keep permission sets for the management account apart, and few (docs/operations.md: own-management)"
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html"
    accounts = Accounts.SHARPEN

    def check(self, subject: Subject) -> Iterator[Finding]:
        for rule in subject.access:
            for selector in rule.targets:
                if selector == MANAGEMENT or self._reaches(subject, selector, rule.except_):
                    message = f"{str(selector)!r} gives access in the management account"
                    yield self.finding(selector.source, message)

    def _reaches(self, subject: Subject, selector: str, left_out: tuple[str, ...] | None) -> bool:
        if subject.ground is None:
            return False
        world = subject.ground.world
        return world.organization.management_account in world.select((selector,), left_out) & world.scope
