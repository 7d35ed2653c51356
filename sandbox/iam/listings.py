"""GetAccountAuthorizationDetails and ListEntitiesForPolicy: which things, and by which pages.

A page holds at most MaxItems, 100 unless the caller says otherwise and 1,000 at most; a Marker leads to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sandbox.errors import AwsError
from sandbox.iam import holders
from sandbox.iam.policies import Policies

Item = TypeVar("Item")

_USUAL, _MOST = 100, 1000
_DETAILS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}
_POLICIES = ("LocalManagedPolicy", "AWSManagedPolicy")
_FILTERS = (*_DETAILS, *_POLICIES)
_ENTITIES = {"User": "PolicyUsers", "Group": "PolicyGroups", "Role": "PolicyRoles"}
_USES = {"PermissionsPolicy": holders.attached, "PermissionsBoundary": holders.bounded}


def authorization_details(policies: Policies, account: str, params: Mapping[str, str]) -> dict[str, Any]:
    """Users, groups and roles with what they hold; customer managed policies with every version. AWS's own policies
    are there when somebody holds them."""
    wanted = _members(params, "Filter") or _FILTERS
    for each in wanted:
        if each not in _FILTERS:
            raise _no_such_value(each, "filter", _FILTERS)
    holders.count(account)
    found: list[tuple[str, Any]] = []
    for kind, key in _DETAILS.items():
        if kind in wanted:
            found += [(key, each) for each in holders.everyone(account, kind.lower())]
    if "LocalManagedPolicy" in wanted:
        found += [("Policies", _detail(each)) for each in policies.customer_managed(account)]
    if "AWSManagedPolicy" in wanted:
        found += [("Policies", _detail(each)) for each in policies.aws_managed(account) if each.attachment_count]
    return _by_key(found, params, (*_DETAILS.values(), "Policies"))


def entities_for_policy(account: str, arn: str, params: Mapping[str, str]) -> dict[str, Any]:
    """Who a policy is attached to and who has it as a boundary."""
    kind, use = params.get("EntityFilter", ""), params.get("PolicyUsageFilter", "")
    if kind and kind not in _FILTERS:
        raise _no_such_value(kind, "entityFilter", _FILTERS)
    if use and use not in _USES:
        raise _no_such_value(use, "policyUsageFilter", tuple(_USES))
    prefix = params.get("PathPrefix", "/")
    found: list[tuple[str, Any]] = []
    for entity in [entity for entity in _ENTITIES if kind in {"", entity}]:
        held = {
            each.name: each for name in _USES if use in {"", name} for each in _USES[name](account, arn, entity.lower())
        }
        found += [(_ENTITIES[entity], each) for each in held.values() if each.path.startswith(prefix)]
    return _by_key(found, params, tuple(_ENTITIES.values()))


def _detail(policy: Any) -> dict[str, Any]:  # noqa: ANN401  moto has no types
    """A ManagedPolicyDetail. Moto's serializer would look for its name and id elsewhere, and leave both out.

    Without the description, which the API's model has, and IAM tells by GetPolicy alone.
    """
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": policy.permissions_boundary_usage_count,
        "IsAttachable": policy.is_attachable,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": policy.versions,
    }


def _by_key(found: Sequence[tuple[str, Any]], params: Mapping[str, str], keys: Sequence[str]) -> dict[str, Any]:
    page, more = _cut(found, params)
    return {key: [each for under, each in page if under == key] for key in keys} | more


def _cut(items: Sequence[Item], params: Mapping[str, str]) -> tuple[Sequence[Item], dict[str, Any]]:
    marker, most = params.get("Marker", "0"), params.get("MaxItems", str(_USUAL))
    if not marker.isdecimal() or int(marker) > len(items):
        raise AwsError("ValidationError", f"Invalid Marker: {marker}")
    if not most.isdecimal() or not 1 <= int(most) <= _MOST:
        raise AwsError("ValidationError", f"Value '{most}' at 'maxItems' failed to satisfy constraint: 1 to {_MOST}")
    end = int(marker) + int(most)
    more = {"IsTruncated": True, "Marker": str(end)} if end < len(items) else {"IsTruncated": False}
    return items[int(marker) : end], more


def _members(params: Mapping[str, str], name: str) -> list[str]:
    """A list of the query protocol: Filter.member.1, Filter.member.2…"""
    return [value for key, value in params.items() if key.startswith(f"{name}.member.")]


def _no_such_value(value: str, where: str, known: Sequence[str]) -> AwsError:
    return AwsError(
        "ValidationError",
        f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: Member must satisfy "
        f"enum value set: [{', '.join(known)}]",
    )
