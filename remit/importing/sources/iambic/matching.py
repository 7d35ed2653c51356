"""Which accounts something of IAMbic applies to. There are two sets of rules, as its program has them.

Templates, statements and per-account values (`applies`): an organization that is excluded by its id is out, and one
that no included pattern begins is out. Nothing included is all; else the longest included pattern that matches must
be longer than the longest excluded one that does. Patterns are compared with the id and the name in lower case, as a
whole; with a star they are regular expressions (`*` is `.*`) that the text has to begin with.

Access rules (`rule_applies`): organizations by their whole ids; any excluded expression that the id or the name
begins with puts the rule out, any included one, or a star, puts it in; nothing included is nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from remit.errors import BadValue

STAR = "*"


@dataclass(frozen=True, slots=True)
class Subject:
    """What rules look at of an account. `organization` is empty where the configuration does not tell it."""

    id: str
    name: str
    organization: str

    @property
    def identifiers(self) -> tuple[str, ...]:
        return (self.id, self.name.lower()) if self.name else (self.id,)


class Scopes(Protocol):
    """Lists of patterns."""

    @property
    def included_accounts(self) -> tuple[str, ...]: ...
    @property
    def excluded_accounts(self) -> tuple[str, ...]: ...
    @property
    def included_orgs(self) -> tuple[str, ...]: ...
    @property
    def excluded_orgs(self) -> tuple[str, ...]: ...


def applies(scopes: Scopes, subject: Subject) -> bool:
    """Whether a template, statement or value is for an account. Raises BadValue for a pattern that is none."""
    if not in_organization(scopes.included_orgs, scopes.excluded_orgs, subject.organization):
        return False
    if not scopes.included_accounts:
        return True
    included = _longest(scopes.included_accounts, subject)
    return included > _longest(scopes.excluded_accounts, subject)


def in_organization(included: Iterable[str], excluded: Iterable[str], organization: str) -> bool:
    """By the rules for templates. Raises BadValue for a pattern that is none."""
    if not organization:
        return True
    if organization in excluded:
        return False
    return any(each == STAR or _begins(each, organization) for each in included)


def rule_applies(scopes: Scopes, subject: Subject) -> bool:
    """Whether an access rule gives access to an account."""
    if subject.organization in scopes.excluded_orgs:
        return False
    if STAR not in scopes.included_orgs and subject.organization not in scopes.included_orgs:
        return False
    if _begun_by_any(scopes.excluded_accounts, subject):
        return False
    return STAR in scopes.included_accounts or _begun_by_any(scopes.included_accounts, subject)


def order(scopes: Scopes) -> str:
    """What IAMbic sorts values by, of which it takes the first that applies: their lists as Python writes them."""
    lists = (scopes.included_accounts, scopes.excluded_accounts, scopes.included_orgs, scopes.excluded_orgs)
    return "".join(str(sorted(map(str, each))) for each in lists)


def _longest(patterns: Iterable[str], subject: Subject) -> int:
    """Characters of the longest pattern that matches; 0 if none does."""
    return max((len(each.lower()) for each in patterns if each == STAR or _matches(each.lower(), subject)), default=0)


def _matches(pattern: str, subject: Subject) -> bool:
    if STAR not in pattern:
        return pattern in subject.identifiers
    try:
        expression = re.compile(pattern.replace(".*", STAR).replace(STAR, ".*"))
    except re.error:
        return pattern in subject.identifiers
    return any(expression.match(each) for each in subject.identifiers)


def _begun_by_any(expressions: Iterable[str], subject: Subject) -> bool:
    for each in expressions:
        try:
            found = any(re.match(each.lower(), text) for text in subject.identifiers)
        except re.error:
            found = each.lower() in subject.identifiers
        if found:
            return True
    return False


def _begins(expression: str, text: str) -> bool:
    try:
        return bool(re.match(expression, text))
    except re.error as error:
        raise BadValue(
            f"{str(expression)!r} is no regular expression: {error}", "write the organization's id"
        ) from error
