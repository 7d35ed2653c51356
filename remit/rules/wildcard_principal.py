"""A condition on who asks that everybody meets."""

from __future__ import annotations

from collections.abc import Iterator

from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject

_KEYS = frozenset(
    f"aws:{name}"
    for name in (
        "principalarn",
        "principalaccount",
        "principalorgid",
        "principalorgpaths",
        "principaltype",
        "userid",
        "username",
        "sourceaccount",
        "sourcearn",
        "sourceorgid",
        "sourceidentity",
    )
)


class WildcardPrincipal(Rule):
    id = "wildcard-principal"
    title = "A wildcard where a principal is asked for"
    severity = Severity.WARNING
    why = "a condition that every principal meets reads like a limit and is none"
    fix = "name the principals, or leave the condition out"
    more = (
        "A statement with `Principal` or `NotPrincipal` is an error in any case: the policies of a catalog belong to "
        "identities, and IAM refuses it there."
    )
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for policy in subject.statement_lists:
            for statement in policy.statements:
                for operator, keys in (statement.condition or {}).items():
                    for key, values in keys.items() if _is_like(operator) else ():
                        stars = [value for value in values if value.strip("*") == ""]
                        if stars and _is_principal(key):
                            message = f"{policy} asks for {key} like {str(stars[0])!r}, which is everybody"
                            yield self.finding(stars[0].source, message)


def _is_like(operator: str) -> bool:
    """Operators that take wildcards. ArnEquals does, as ArnLike."""
    word = operator.lower().rpartition(":")[2].removesuffix("ifexists")
    return word in {"stringlike", "arnlike", "arnequals"}


def _is_principal(key: str) -> bool:
    return key.lower() in _KEYS or key.lower().startswith("aws:principaltag/")
