"""One group with access nearly everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject

_SHARE = 0.9
_FEWEST = 10
"""In an organization of fewer accounts, everywhere means little."""


class AccessNearlyEverywhere(Rule):
    id = "access-nearly-everywhere"
    title = "A single group with access nearly everywhere"
    severity = Severity.INFO
    why = "whoever joins this one group, or takes over one member's session, is in nine accounts out of ten"
    fix = "split the group by what its members look after, or leave the most delicate accounts out by `except`"
    source = "https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/design-principles-for-your-multi-account-strategy.html"
    accounts = Accounts.NEEDED

    def check(self, subject: Subject) -> Iterator[Finding]:
        scope = subject.ground.world.scope if subject.ground else frozenset[str]()
        if len(scope) < _FEWEST:
            return
        full_name = subject.catalog.settings.full_group_name
        for rule in subject.access:
            for name in rule.groups or ():
                reached = len(subject.accounts_by_group.get(full_name(name), ()))
                share = len(subject.accounts_of(rule)) / len(scope)
                if share >= _SHARE:
                    yield self.finding(
                        name.source, f"group {str(name)!r} has access in {reached} of {len(scope)} accounts"
                    )
