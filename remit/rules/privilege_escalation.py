"""A way to more access than the policy seems to give."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from remit.catalog.references import customer_references
from remit.errors import Source, listed
from remit.linting.escalations import ESCALATIONS, Escalation
from remit.linting.globs import glob
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.statements import Statement, StatementList, allows_everything, denies_everywhere
from remit.linting.subject import Subject
from remit.yaml_places import Text

_BROAD = re.compile(r"\*+|arn(:[^:]*){0,3}:\*+|arn(:[^:]*){4}:[\w-]*[/:]?\*+")
# Conditions on these say when, or from where, but not on what.
_NO_LIMIT = frozenset(
    f"aws:{name}"
    for name in (
        "requestedregion",
        "sourceip",
        "sourcevpc",
        "sourcevpce",
        "securetransport",
        "multifactorauthpresent",
        "multifactorauthage",
        "currenttime",
        "epochtime",
        "useragent",
        "principalorgid",
    )
)
_Allowing = tuple[StatementList, Text]


class PrivilegeEscalation(Rule):
    id = "privilege-escalation"
    title = "A way to more access than the policy seems to give"
    severity = Severity.WARNING
    why = "whoever holds it can make themselves an administrator, or use what others were trusted with"
    fix = "name the resources, or add a condition: iam:PassedToService, iam:PermissionsBoundary, a tag"
    more = (
        "The ways that it knows, each by the actions that it takes together, on every resource of a kind:\n\n"
        + "\n".join(f"- {' with '.join(f'`{action}`' for action in each.actions)}: {each.deed}" for each in ESCALATIONS)
    )
    source = "https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/"

    def check(self, subject: Subject) -> Iterator[Finding]:
        ways: defaultdict[tuple[str, Source], list[Escalation]] = defaultdict(list)
        for together in _held_together(subject):
            for escalation in ESCALATIONS:
                if allowing := _allowing(escalation, together):
                    policy, action = allowing
                    ways[str(policy), action.source].append(escalation)
        for (what, source), found in ways.items():
            yield self.finding(source, f"{what} lets its holders {_said(list(dict.fromkeys(found)))}")


def _said(ways: Sequence[Escalation]) -> str:
    """The first way in full, the others by their actions."""
    first, *others = ways
    more = f", and more: {listed((_together(each) for each in others), 4)}" if others else ""
    return f"{first.deed} ({_together(first)}){more}"


def _together(way: Escalation) -> str:
    return " with ".join(way.actions)


def _held_together(subject: Subject) -> Iterator[Sequence[StatementList]]:
    """The policies of each permission set, its boundary left out; and each policy by itself."""
    by_owner = {id(policy.owner): policy for policy in subject.statement_lists}
    yield from ([policy] for policy in subject.statement_lists)
    for entry in subject.permission_sets.values():
        names = (str(each.name) for each in customer_references(entry) if each in entry.customer_managed_policies)
        owners = [entry, *(subject.policies[name] for name in names if name in subject.policies)]
        together = [by_owner[id(owner)] for owner in owners if id(owner) in by_owner]
        if len(together) > 1:
            yield together


def _allowing(escalation: Escalation, together: Sequence[StatementList]) -> _Allowing | None:
    """What allows the first of the actions, when all of them are allowed and none is denied."""
    found = [_allowing_action(action, together) for action in escalation.actions]
    return found[0] if all(found) else None


def _allowing_action(action: str, together: Sequence[StatementList]) -> _Allowing | None:
    if any(_names(each, action) for policy in together for each in policy.statements if denies_everywhere(each)):
        return None
    for policy in together:
        for statement in policy.statements:
            if _is_broad(statement) and (text := _names(statement, action)):
                return policy, text
    return None


def _names(statement: Statement, action: str) -> Text | None:
    return next((text for text in statement.action or () if glob(text).fullmatch(action)), None)


def _is_broad(statement: Statement) -> bool:
    """An Allow on every resource of a kind, under no condition that says which. The star on stars has its own rule."""
    return (
        statement.effect == "Allow"
        and (statement.not_resource or any(_BROAD.fullmatch(resource) for resource in statement.resource or ()))
        and all(key.lower() in _NO_LIMIT for keys in (statement.condition or {}).values() for key in keys)
        and not allows_everything(statement)
    )
