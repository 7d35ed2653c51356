"""The policy documents of the hub roles and of the spoke role, from the table alone.

The state bucket and its key are not in them: they are the backend's, whoever makes it (bootstrap/).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from remit.aws.permissions.table import TABLE, Feature, Permission, Resource, Role
from remit.documents import Document
from remit.managed_policy import SPOKE_PATH

SPOKE_ROLE = "RemitSpoke"
_SIDS = {resource: "".join(word.title() for word in resource.name.split("_")) for resource in Resource}


def hub_preview_policy(
    *,
    partition: str = "aws",
    spoke_role: str = SPOKE_ROLE,
    instance_arn: str = "",
    features: Collection[Feature] = (),
) -> Document:
    """What reads, and nothing that writes. `instance_arn`: "" where it is not known yet, which means any.

    `spoke_role`: "" where spoke roles do not trust this role, so that it may not ask for them either.
    """
    places = _hub_places(partition, spoke_role, instance_arn, ())
    wanted = (each for each in _of({Role.PREVIEW}, features) if spoke_role or each.resource is not Resource.SPOKE_ROLES)
    return _document(wanted, places)


def hub_apply_policy(
    *,
    partition: str = "aws",
    spoke_role: str = SPOKE_ROLE,
    instance_arn: str = "",
    topics: Sequence[str] = (),
    features: Collection[Feature] = (Feature.MANAGEMENT,),
) -> Document:
    """What reads and what writes. `topics`: ARNs of SNS topics in notifications.yaml.

    Feature.MANAGEMENT belongs to a hub role in the management account alone: a delegated administrator can do nothing
    there.
    """
    wanted = {*features, Feature.TOPICS} if topics else {*features} - {Feature.TOPICS}
    places = _hub_places(partition, spoke_role, instance_arn, topics)
    return _document(_of({Role.PREVIEW, Role.APPLY}, wanted), places)


def spoke_policy(
    *,
    partition: str = "aws",
    account: str = "*",
    paths: Sequence[str] = (SPOKE_PATH,),
    aliases: bool = True,
    pooled: bool = True,
    detach_on_delete: bool = False,
    features: Collection[Feature] = (),
) -> Document:
    """Policies at or below `paths` alone. `detach_on_delete` gives the right to attach them to anybody.

    `account` may be a variable of a template, such as ${AWS::AccountId}.
    """
    modes = {Feature.ALIASES: aliases, Feature.POOLED: pooled, Feature.DETACH: detach_on_delete}
    wanted = {*features, *(mode for mode, used in modes.items() if used)}
    policies = [f"arn:{partition}:iam::{account}:policy{path}*" for path in paths]
    holders = [f"arn:{partition}:iam::{account}:{kind}/*" for kind in ("role", "user", "group")]
    places = {Resource.OWN_POLICIES: policies, Resource.HOLDERS: holders}
    condition = {Resource.HOLDERS: {"ArnLike": {"iam:PolicyARN": policies}}}
    return _document(_of({Role.SPOKE}, wanted), places, condition)


def _of(roles: Collection[Role], features: Collection[Feature]) -> Iterable[Permission]:
    return (each for each in TABLE if each.role in roles and each.wanted(features))


def _hub_places(
    partition: str, spoke_role: str, instance_arn: str, topics: Sequence[str]
) -> dict[Resource, Sequence[str]]:
    instance = instance_arn.rpartition("/")[2] or "*"
    sso = f"arn:{partition}:sso:::"
    return {
        Resource.IDENTITY_CENTER: [f"{sso}instance/{instance}", f"{sso}permissionSet/{instance}/*", f"{sso}account/*"],
        Resource.SPOKE_ROLES: [f"arn:{partition}:iam::*:role/{spoke_role}"],
        Resource.RESERVED_ROLES: [f"arn:{partition}:iam::*:role/aws-reserved/sso.amazonaws.com/*"],
        Resource.SAML_PROVIDERS: [f"arn:{partition}:iam::*:saml-provider/AWSSSO_*_DO_NOT_DELETE"],
        Resource.TOPICS: list(topics),
    }


def _document(
    permissions: Iterable[Permission],
    places: Mapping[Resource, Sequence[str]],
    condition: Mapping[Resource, Mapping[str, Any]] | None = None,
) -> Document:
    """A statement for each kind of resource; the spoke roles of this organization only."""
    actions: dict[Resource, set[str]] = {}
    for each in permissions:
        actions.setdefault(each.resource, set()).add(each.action)
    conditions = {
        Resource.SPOKE_ROLES: {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
        **(condition or {}),
    }
    statements = [
        {
            "Sid": _SIDS[resource],
            "Effect": "Allow",
            "Action": sorted(found),
            "Resource": list(places.get(resource, ["*"])),
            **({"Condition": conditions[resource]} if resource in conditions else {}),
        }
        for resource, found in actions.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}
