"""An action and a resource that it does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from remit.linting import iam_facts
from remit.linting.globs import arns_meet
from remit.linting.iam_facts import Action
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject
from remit.yaml_places import Text

_VARIABLE = re.compile(r"\{\{.*?\}\}|\$\{.*?\}", re.DOTALL)
_SHOWN = 3


class ActionResourceMismatch(Rule):
    id = "action-resource-mismatch"
    title = "An action that does not fit its resource type"
    severity = Severity.WARNING
    why = "IAM takes the pair, and it never matches a request: s3:GetObject on a bucket's ARN gives nothing"
    fix = 'give the action a resource of its own type, or "*" in a statement of its own'
    more = (
        "A warning, because AWS's own reference has gaps: held against AWS's 1,582 managed policies, which hold 62,450 "
        "actions, the rule finds 1,030 that do not fit, some of them AWS's own slips, some gaps of the reference."
    )
    source = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for policy in subject.statement_lists:
            for statement in policy.statements:
                resources = tuple(_VARIABLE.sub("*", each) for each in statement.resource or ())
                for action in statement.action or () if resources else ():
                    yield from self._judge(action, resources)

    def _judge(self, action: Text, resources: tuple[str, ...]) -> Iterator[Finding]:
        found = () if _VARIABLE.search(action) else iam_facts.matching(action)
        if found and not any(_fits(each, resources) for each in found):
            yield self.finding(action.source, *_words(action, found, resources))


def _words(action: Text, found: tuple[Action, ...], resources: tuple[str, ...]) -> tuple[str, str]:
    shown = resources[0] if len(resources) == 1 else f"any of its {len(resources)} resources"
    types = sorted({name for each in found for name in each.resource_types})
    if not types:
        return f'{action} takes no resource but "*", not {shown}', 'write Resource: "*" in a statement of its own'
    wanted = [glob.replace("\0", "*") for each in found for name in each.resource_types for glob in arns(each, name)]
    some = " or ".join(dict.fromkeys(wanted[:_SHOWN]))
    return f"{action} does not fit {shown}: it is about {' or '.join(types[:_SHOWN])}", f"write an ARN such as {some}"


def arns(action: Action, resource_type: str) -> tuple[str, ...]:
    return iam_facts.arn_globs(action.service, resource_type)


def _fits(action: Action, resources: tuple[str, ...]) -> bool:
    if "*" in resources:
        return True
    return any(
        arns_meet(resource, glob)
        for name in action.resource_types
        for glob in arns(action, name)
        for resource in resources
    )
