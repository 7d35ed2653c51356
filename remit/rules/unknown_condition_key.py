"""A condition key that none of the statement's services has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from remit.errors import did_you_mean
from remit.linting import iam_facts
from remit.linting.global_condition_keys import GLOBAL_KEYS, TAG_KEYS
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.statements import Statement
from remit.linting.subject import Subject
from remit.variables import has_variables

_VARIABLE = re.compile(r"\\\$\\\{\w+\\\}|<\w+>")


class UnknownConditionKey(Rule):
    id = "unknown-condition-key"
    title = "A condition key that AWS does not have"
    severity = Severity.WARNING
    why = "a key that no request has is never met: an Allow gives nothing, a Deny of it forbids nothing"
    fix = f"correct the key; if AWS added it after {iam_facts.published()}, ignore this here"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for policy in subject.statement_lists:
            for statement in policy.statements:
                for keys in (statement.condition or {}).values():
                    for key in keys:
                        if not has_variables(key) and not _is_known(key):
                            message = f"{policy} asks for {str(key)!r}, a condition key that AWS does not have"
                            yield self.finding(key.source, message, did_you_mean(key, _candidates(key, statement)))


def _is_known(key: str) -> bool:
    folded = key.lower()
    if folded in _GLOBAL or folded.partition("/")[0] in TAG_KEYS:
        return True
    return any(_pattern(known).fullmatch(folded) for known in iam_facts.condition_keys_of_service(_service(key)))


_GLOBAL = frozenset(key.lower() for key in GLOBAL_KEYS)


def _service(key: str) -> str:
    return key.partition(":")[0].lower()


def _pattern(known: str) -> re.Pattern[str]:
    return re.compile(_VARIABLE.sub(".+", re.escape(known)), re.IGNORECASE)


def _candidates(key: str, statement: Statement) -> list[str]:
    services = {_service(action) for action in statement.action or ()} | {_service(key)}
    found = [each for service in services for each in iam_facts.condition_keys_of_service(service).values()]
    return [*GLOBAL_KEYS, *found]
