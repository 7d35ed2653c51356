"""A condition operator that IAM does not have."""

from __future__ import annotations

from collections.abc import Iterator

from remit.errors import did_you_mean
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject

_COMPARED = {
    "String": ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"),
    "Numeric": ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
    "Date": ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
    "Arn": ("Equals", "NotEquals", "Like", "NotLike"),
}
OPERATORS = (
    *(f"{kind}{how}" for kind, ways in _COMPARED.items() for how in ways),
    *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"),
)
_KNOWN = frozenset(operator.lower() for operator in OPERATORS)


class UnknownConditionOperator(Rule):
    id = "unknown-condition-operator"
    title = "A condition operator that IAM does not have"
    severity = Severity.ERROR
    why = "IAM refuses the policy, in the middle of a run"
    fix = "write one of IAM's operators, such as StringEquals"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for policy in subject.statement_lists:
            for statement in policy.statements:
                for operator in statement.condition or ():
                    if not _is_known(operator):
                        message = f"{policy} has a condition operator {str(operator)!r}, which IAM does not know"
                        yield self.finding(operator.source, message, did_you_mean(operator, OPERATORS))


def _is_known(operator: str) -> bool:
    qualifier, colon, name = operator.lower().rpartition(":")
    if colon and qualifier not in {"foranyvalue", "forallvalues"}:
        return False
    return name in _KNOWN or (name.removesuffix("ifexists") in _KNOWN and name != "nullifexists")
