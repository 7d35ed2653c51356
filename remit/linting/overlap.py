"""Access rules that give nothing that another rule does not give as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remit.catalog.models import AccessRule
from remit.linting.reach import covers
from remit.linting.subject import Grant, Subject, grants_of


@dataclass(frozen=True, slots=True)
class Overlap:
    """`rule` could go: `by` give all of it, for as long. `same`: the one other rule says exactly the same."""

    rule: AccessRule
    by: tuple[AccessRule, ...]
    same: bool


def overlaps(subject: Subject) -> Iterator[Overlap]:
    """Every living rule that others cover. Of two that cover each other, the later one in the files."""
    for rule in subject.access:
        grants = grants_of(rule)
        found = [_coverer(subject, rule, grant) for grant in grants]
        by = tuple({id(each): each for each in found if each is not None}.values())
        if None not in found:
            same = len(by) == 1 and set(grants_of(by[0])) == set(grants) and covers(subject, rule, by[0])
            yield Overlap(rule, by, same)


def _coverer(subject: Subject, rule: AccessRule, grant: Grant) -> AccessRule | None:
    """The first rule that gives this grant wherever and as long as `rule` does."""
    for other in subject.rules_by_grant[grant]:
        if other is rule or not covers(subject, other, rule):
            continue
        if other.source < rule.source or not covers(subject, rule, other):
            return other
    return None
