"""What in a catalog ends, and when: every entry with `expires`, at any level that the language knows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from remit.catalog.load import Catalog
from remit.catalog.models import AccessRule, AwsManagedPolicy, CustomerManagedPolicy, ManagedPolicy, PermissionSet
from remit.errors import Problem, Source
from remit.expiry import Expiry
from remit.yaml_places import Text

Kind = Literal["access rule", "managed policy", "statement", "attached policy", "permission set"]


@dataclass(frozen=True, slots=True)
class Ending:
    """An entry that ends. `subject` is what a person calls it, `reason` what an access rule says."""

    kind: Kind
    subject: str
    expires: Expiry
    source: Source
    reason: str = ""

    def is_over(self, at: datetime) -> bool:
        return self.expires.is_past(at)


@dataclass(frozen=True, slots=True)
class Entry:
    """What may end: without `expires` it never does."""

    kind: Kind
    subject: str
    expires: Expiry | None
    source: Source


def endings(catalog: Catalog) -> tuple[Ending, ...]:
    """Everything that ends or has ended, the soonest first."""
    found = [
        *(Ending(each.kind, each.subject, each.expires, each.source) for each in entries(catalog) if each.expires),
        *(each for rule in catalog.access for each in _of_rule(rule)),
    ]
    return tuple(sorted(found, key=lambda each: (each.expires.end, each.source)))


def entries(catalog: Catalog) -> Iterator[Entry]:
    """Every entry but the access rules, whether it ends or not."""
    for policy in catalog.managed_policies:
        yield from _of_policy(policy)
    for permission_set in catalog.permission_sets:
        yield from _of_permission_set(permission_set)


def ending_within(catalog: Catalog, at: datetime, within: timedelta) -> tuple[Ending, ...]:
    """What is still there at that time, and no more once the time has passed."""
    return tuple(each for each in endings(catalog) if not each.is_over(at) and each.is_over(at + within))


def ending_warnings(catalog: Catalog, at: datetime, within: timedelta) -> Iterator[Problem]:
    """What a run has to say of what ends before the next one: it stays in AWS until then."""
    for each in ending_within(catalog, at, within):
        yield Problem(
            f"{each.kind} {each.subject} ends {each.expires}, before the next scheduled run",
            "it stays in AWS until a run takes it away: run `up` then, or renew it; remit:runsEvery says when runs are",
            each.source,
        )


def rule_subject(rule: AccessRule) -> str:
    """engineers, sre: Engineer in ou:Workloads."""
    who = ", ".join([*(rule.groups or ()), *(f"{user} (user)" for user in rule.users or ())])
    but = f" but {_words(rule.except_)}" if rule.except_ else ""
    return f"{who}: {_words(rule.permission_sets)} in {_words(rule.targets)}{but}"


def attached(entry: PermissionSet) -> tuple[AwsManagedPolicy | CustomerManagedPolicy, ...]:
    """The policies that are attached to a permission set, AWS's first."""
    return (*entry.aws_managed_policies, *entry.customer_managed_policies)


def attached_name(policy: AwsManagedPolicy | CustomerManagedPolicy) -> str:
    """As the catalog calls it."""
    return policy.full_arn.rpartition(":policy/")[2] if isinstance(policy, AwsManagedPolicy) else str(policy.name)


def _words(texts: tuple[Text, ...]) -> str:
    return ", ".join(texts)


def _of_policy(policy: ManagedPolicy) -> Iterator[Entry]:
    yield Entry("managed policy", str(policy.name), policy.expires, policy.source)
    for number, statement in enumerate(policy.statements, start=1):
        name = f"{statement.sid or number} of {policy.name}"
        yield Entry("statement", name, statement.expires, statement.source)


def _of_permission_set(entry: PermissionSet) -> Iterator[Entry]:
    yield Entry("permission set", str(entry.name), entry.expires, entry.source)
    for policy in attached(entry):
        yield Entry("attached policy", f"{attached_name(policy)} of {entry.name}", policy.expires, policy.source)
    for number, statement in enumerate(entry.inline_policy.statements if entry.inline_policy else (), start=1):
        name = f"{statement.sid or number} of {entry.name}"
        yield Entry("statement", name, statement.expires, statement.source)


def _of_rule(rule: AccessRule) -> Iterator[Ending]:
    if rule.expires:
        yield Ending("access rule", rule_subject(rule), rule.expires, rule.source, str(rule.reason))
