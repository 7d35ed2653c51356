"""Administrator access for a group that organization.yaml does not name."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class AdministratorOutsideNamedGroups(Rule):
    id = "administrator-outside-named-groups"
    title = "Administrator access outside the groups that are named for it"
    severity = Severity.ERROR
    why = "who may administrate is decided once, in `lint: {administrator_groups: [...]}` of organization.yaml"
    fix = "give it to one of the named groups, or name this one in organization.yaml"
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsets.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        named = subject.catalog.settings.lint.administrator_groups
        if named is None:
            return
        full_name = subject.catalog.settings.full_group_name
        allowed = {full_name(name) for name in named}
        for rule in subject.access:
            sets = [str(name) for name in rule.permission_sets if name in subject.administrators]
            others = [name for name in rule.groups or () if full_name(name) not in allowed]
            for who in (*others, *(rule.users or ())) if sets else ():
                yield self.finding(who.source, f"{str(who)!r} is given administrator access ({', '.join(sets)})")
