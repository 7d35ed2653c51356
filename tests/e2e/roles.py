"""Which role Remit runs with, and whether it may do what a scenario saw it do.

The sandbox tells of each different call who made it and on what. Each must be allowed by the policy that Remit
generates for that role, and by a row of the table that says of the call that Remit itself makes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from remit.aws.permissions import TABLE, Feature, Role, hub_apply_policy, hub_preview_policy, spoke_policy
from remit.linting import iam_facts
from remit.linting.globs import glob
from remit.managed_policy import SPOKE_PATH

NAMES = {Role.PREVIEW: "RemitPreview", Role.APPLY: "RemitApply", Role.SPOKE: "RemitSpoke"}
TOPIC = "arn:aws:sns:us-east-1:100000000001:access"
"""The one that the apply role may publish to."""

WRITING_VERBS = frozenset({"up", "refresh", "repair", "destroy", "retire", "notify"})
"""What a job needs the apply role for; every other verb is given the preview role."""

_ROLES = {name: role for role, name in NAMES.items()}
_SERVICES = {"sso-admin": "sso", "cloudcontrol": "cloudformation", "accessanalyzer": "access-analyzer"}
_NEEDS_NOTHING = "sts:GetCallerIdentity"

Used = tuple[Role, str]
"""A role, and an action that it was seen to use."""

ROWS: frozenset[Used] = frozenset((each.role, each.action) for each in TABLE if not each.behind)
"""What Remit itself calls; what others call with a role's credentials, no sandbox sees."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call, as the sandbox tells of it (sandbox/calls.py)."""

    caller: str
    account: str
    service: str
    operation: str
    resources: tuple[str, ...] = ()
    policy: str = ""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Asked:
        return cls(**{**told, "resources": tuple(told["resources"])})

    @property
    def role(self) -> Role | None:
        """None: somebody else, such as the test itself."""
        return _ROLES.get(self.caller)

    @property
    def action(self) -> str:
        """As IAM names it."""
        return f"{_SERVICES.get(self.service, self.service)}:{self.operation}"


@dataclass
class Judgement:
    """`refused`: what a role lacks, in words."""

    used: set[Used] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)


def judge(asked: Iterable[Asked], features: Collection[Feature], paths: Sequence[str] = (SPOKE_PATH,)) -> Judgement:
    """Holds each call of Remit's roles against their policies, made for an organization that uses the features.

    `paths`: those of the policies that the spoke role may touch.
    """
    policies, found = policies_for(features, paths), Judgement()
    for each in asked:
        if each.role is None or each.action == _NEEDS_NOTHING:
            continue
        found.used.add((each.role, each.action))
        if not allows(policies[each.role], each):
            found.refused.append(f"{each.caller} is not allowed {each.action} on {list(each.resources) or 'anything'}")
        elif not _is_own(each.role, each.action, features):
            found.refused.append(f"{each.caller} calls {each.action}, which no row of the table says that Remit calls")
    return found


def policies_for(features: Collection[Feature], paths: Sequence[str]) -> dict[Role, Any]:
    """The policies of the roles, as they are generated."""
    hub = frozenset(features) - {Feature.TOPICS}
    return {
        Role.PREVIEW: hub_preview_policy(features=hub),
        Role.APPLY: hub_apply_policy(features=hub, topics=[TOPIC] if Feature.TOPICS in features else ()),
        Role.SPOKE: spoke_policy(
            paths=paths,
            aliases=Feature.ALIASES in features,
            pooled=Feature.POOLED in features,
            detach_on_delete=Feature.DETACH in features,
            features=hub,
        ),
    }


def _is_own(role: Role, action: str, features: Collection[Feature]) -> bool:
    """The apply role may do what the preview role may."""
    roles = {role, Role.PREVIEW} if role is Role.APPLY else {role}
    return any(
        each.role in roles and each.action == action and not each.behind and each.wanted(features) for each in TABLE
    )


def allows(document: Any, asked: Asked) -> bool:
    """IAM's decision, for policies of Allow statements whose conditions are those that Remit generates."""
    (action,) = iam_facts.matching(asked.action)
    on = asked.resources if action.resource_types and asked.resources else ("*",)
    return all(any(_allows_on(statement, asked, resource) for statement in document["Statement"]) for resource in on)


def _allows_on(statement: Mapping[str, Any], asked: Asked, resource: str) -> bool:
    assert statement["Effect"] == "Allow"
    return (
        asked.action in statement["Action"]
        and any(glob(pattern).fullmatch(resource) for pattern in statement["Resource"])
        and all(_meets(asked, *each) for each in _conditions(statement))
    )


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for operator, keys in statement.get("Condition", {}).items():
        yield from ((operator, key, values) for key, values in keys.items())


def _meets(asked: Asked, operator: str, key: str, values: Any) -> bool:
    if (operator, key, values) == ("StringEquals", "aws:ResourceOrgID", "${aws:PrincipalOrgID}"):
        return True  # the sandbox is one organization
    assert (operator, key) == ("ArnLike", "iam:PolicyARN"), f"{operator} of {key}: nobody taught this test to decide"
    return any(glob(pattern).fullmatch(asked.policy) for pattern in values)
