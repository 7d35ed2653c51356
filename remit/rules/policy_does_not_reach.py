"""A policy that is missing where a permission set needs it."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject


class PolicyDoesNotReach(Rule):
    id = "policy-does-not-reach"
    title = "A customer managed policy that does not reach an account"
    severity = Severity.ERROR
    why = (
        "AWS refuses an assignment where a policy of its permission set is missing; every run of Remit does too, from "
        "the day on that an `expires` takes it away"
    )
    fix = "widen the targets of the policy, or narrow those of the access rule"
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetcustom.html"
    accounts = Accounts.NEEDED

    def check(self, subject: Subject) -> Iterator[Finding]:
        for source, message, remedy in subject.ground.unreached if subject.ground else ():
            yield self.finding(source, message, remedy)
