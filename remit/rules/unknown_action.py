"""A service or an action that AWS does not have."""

from __future__ import annotations

from collections.abc import Iterator

from remit.errors import did_you_mean
from remit.linting import iam_facts
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.statements import actions_of
from remit.linting.subject import Subject
from remit.variables import has_variables


class UnknownAction(Rule):
    id = "unknown-action"
    title = "A service or an action that AWS does not have"
    severity = Severity.ERROR
    why = "IAM takes any name: an Allow of a misspelt action gives nothing, a Deny of one forbids nothing"
    fix = f"correct the name; if AWS added it after {iam_facts.published()}, ignore this here"
    source = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for policy in subject.statement_lists:
            for statement in policy.statements:
                for action in actions_of(statement):
                    if not has_variables(action) and (message := _what_is_wrong(action)):
                        yield self.finding(action.source, *message)


def _what_is_wrong(action: str) -> tuple[str, str] | None:
    """Message and fix, or None."""
    service, _, name = action.partition(":")
    if service == "*" or iam_facts.matching(action):
        return None
    if not iam_facts.is_service(service):
        close = did_you_mean(service, iam_facts.services())
        return f"no service {service!r}", close
    known = (each.name for each in iam_facts.actions_of_service(service.lower()).values())
    if "*" in name or "?" in name:
        return f"{str(action)!r} matches no action", ""
    return f"service {service!r} has no action {name!r}", did_you_mean(name, known)
