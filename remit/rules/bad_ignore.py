"""A comment that should hide a finding, and cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from remit.errors import did_you_mean
from remit.linting.ignores import Ignore
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class BadIgnore(Rule):
    id = "bad-ignore"
    title = "An ignore without a reason, or of a rule that does not exist"
    severity = Severity.ERROR
    why = "the reason is what the next reader needs; an ignore without one hides nothing"
    fix = "write # remit: ignore RULE and the reason"
    source = "docs/rules.md"

    def check(self, subject: Subject) -> Iterator[Finding]:
        yield from ()

    def judge(self, ignore: Ignore, known: Collection[str]) -> Iterator[Finding]:
        """What is wrong with one comment; `known` are the ids of all rules."""
        if not ignore.rules:
            yield self.finding(ignore.source, "this comment names no rule")
        for name in ignore.rules:
            if name not in known:
                remedy = did_you_mean(name, known) or "docs/rules.md lists the rules"
                yield self.finding(ignore.source, f"no lint rule {name!r}", remedy)
        if ignore.rules and not ignore.reason:
            yield self.finding(ignore.source, f"no reason is given for ignoring {', '.join(ignore.rules)}")
