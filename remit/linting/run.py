"""The rules put to work: findings in order, without those that a comment hides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from remit.errors import CatalogError, Problem, did_you_mean
from remit.linting.ignores import Ignore
from remit.linting.registry import all_rules
from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject
from remit.rules.bad_ignore import BadIgnore
from remit.rules.unused_ignore import UnusedIgnore
from remit.yaml_places import source_of

_OFF = "off"


@dataclass(frozen=True, slots=True)
class Result:
    """What a lint found, by file and line, and how many findings comments hide."""

    findings: tuple[Finding, ...]
    hidden: int


def lint(subject: Subject, ignores: Sequence[Ignore] = ()) -> Result:
    """Every finding of every rule that is not switched off. Raises CatalogError for settings that name no rule."""
    severities = severities_of(subject)
    active = [rule for rule in all_rules() if severities[rule.id] is not None]
    found = _in_order(finding for rule in active for finding in rule.check(subject))
    hiding = {ignore: [each for each in found if ignore.hides(each.rule, each.source)] for ignore in ignores}
    hidden = {each for findings in hiding.values() for each in findings}
    judged = {rule.id for rule in active if _has_looked(rule, subject)}
    about_ignores = (*_bad(ignores), *_unused(hiding, judged))
    kept = _in_order([*(each for each in found if each not in hidden), *about_ignores])
    return Result(tuple(_with_severities(kept, severities)), len(hidden))


def _has_looked(rule: Rule, subject: Subject) -> bool:
    """Whether a rule had all that it needs, so that its silence says something."""
    if rule.accounts is Accounts.ASKED:
        return subject.analyses is not None
    return rule.accounts is Accounts.UNUSED or subject.ground is not None


def severities_of(subject: Subject) -> Mapping[str, Severity | None]:
    """The severity of each rule, None for one that is off, as organization.yaml has it. Raises CatalogError."""
    severities: dict[str, Severity | None] = {rule.id: rule.severity for rule in all_rules()}
    problems = []
    for name, value in subject.catalog.settings.lint.rules.items():
        if str(name) in severities:
            severities[str(name)] = None if value == _OFF else Severity[value.upper()]
        else:
            remedy = did_you_mean(name, severities) or "docs/rules.md lists them"
            problems.append(Problem(f"no lint rule {str(name)!r}", remedy, source_of(name)))
    if problems:
        raise CatalogError(problems)
    return severities


def _with_severities(findings: Iterable[Finding], severities: Mapping[str, Severity | None]) -> Iterator[Finding]:
    usual = {rule.id: rule.severity for rule in all_rules()}
    for finding in findings:
        severity = severities[finding.rule]
        if severity is not None:
            yield finding if severity is usual[finding.rule] else replace(finding, severity=severity)


def _bad(ignores: Iterable[Ignore]) -> Iterator[Finding]:
    known = [rule.id for rule in all_rules()]
    for ignore in ignores:
        yield from BadIgnore().judge(ignore, known)


def _unused(hiding: Mapping[Ignore, Sequence[Finding]], judged: set[str]) -> Iterator[Finding]:
    """A rule that an ignore names and that found nothing there, among the rules that could have found it."""
    for ignore, hidden in hiding.items():
        for rule in sorted(judged.intersection(ignore.rules) - {each.rule for each in hidden}):
            if ignore.reason:
                yield UnusedIgnore().about(ignore, rule)


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(dict.fromkeys(findings), key=lambda each: (each.source, each.rule, each.message))
