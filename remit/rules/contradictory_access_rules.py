"""One access rule leaves out what another gives."""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog.models import AccessRule
from remit.linting.reach import includes
from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject
from remit.selectors import describe_all
from remit.yaml_places import Text


class ContradictoryAccessRules(Rule):
    id = "contradictory-access-rules"
    title = "One access rule leaves out what another gives"
    severity = Severity.WARNING
    why = "`except` counts within its own rule alone: what another rule gives is given, whatever this one leaves out"
    fix = "decide which of the two is meant; access that ends (`expires`) is taken for a deliberate exception"
    source = "docs/catalog.md"
    accounts = Accounts.SHARPEN

    def check(self, subject: Subject) -> Iterator[Finding]:
        for (_, who, permission_set), rules in subject.rules_by_grant.items():
            leaving_out = [rule for rule in rules if rule.except_]
            for rule in leaving_out:
                for other in rules:
                    if other is rule or other.expires is not None:
                        continue
                    for selector in rule.except_ or ():
                        if what := _given(subject, rule, selector, other):
                            message = f"{who!r} is given {permission_set!r} in {what}, which {rule.source} leaves out"
                            yield self.finding(other.source, message)


def _given(subject: Subject, rule: AccessRule, selector: Text, other: AccessRule) -> str:
    """What `other` gives of that which `rule` leaves out by this selector, in words."""
    if subject.ground is None:
        both = [each for each in other.targets if includes(each, selector) or includes(selector, each)]
        return str(both[0]) if both and not other.except_ else ""
    world = subject.ground.world
    kept_out = world.select(rule.targets) & world.left_out((selector,))
    found = kept_out & subject.accounts_of(other)
    return describe_all(world.index, found) if found else ""
