"""An Allow whose every action the same policy denies."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.globs import glob
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.statements import denies_everywhere
from remit.linting.subject import Subject


class DeadAllow(Rule):
    id = "dead-allow"
    title = "An action that the same policy allows and denies"
    severity = Severity.WARNING
    why = "a Deny always wins: the Allow gives nothing, and reads as if it did"
    fix = "remove it from the Allow, or narrow the Deny"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for policy in subject.statement_lists:
            denied = [action for each in policy.statements if denies_everywhere(each) for action in each.action or ()]
            for statement in policy.statements:
                for action in statement.action or () if statement.effect == "Allow" else ():
                    by = next((each for each in denied if glob(each).fullmatch(action)), None)
                    if by is not None:
                        message = f"{policy} allows {action} and denies {by} (line {by.source.line})"
                        yield self.finding(action.source, message)
