"""Identity Center as it is: the instance, its groups and users, its permission sets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from remit.aws.refusals import NotFoundError
from remit.aws.session import Answer, Aws, in_parallel
from remit.catalog.models import IdentityCenter
from remit.errors import AwsError
from remit.organization import Principal

AUTO = "auto"
_PAGE = 100  # the most that AWS returns at once


@dataclass(frozen=True, slots=True)
class Instance:
    """An Identity Center instance and its directory."""

    arn: str
    identity_store: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the identity store speaks of groups, and how of users."""

    list_operation: str
    list_key: str
    get_operation: str
    id_key: str
    name_key: str
    attribute: str


_GROUPS = _Kind("ListGroups", "Groups", "GetGroupId", "GroupId", "DisplayName", "displayName")
_USERS = _Kind("ListUsers", "Users", "GetUserId", "UserId", "UserName", "userName")


def find_instance(aws: Aws, settings: IdentityCenter) -> Instance:
    """The instance that the settings name, else the only one that the caller sees. Raises AwsError."""
    if AUTO not in {settings.instance_arn, settings.identity_store_id}:
        return Instance(settings.instance_arn, settings.identity_store_id)
    found = instances(aws)
    wanted = [each for each in found if settings.instance_arn in {AUTO, each.arn}]
    if len(wanted) == 1:
        store = settings.identity_store_id
        return wanted[0] if store == AUTO else Instance(wanted[0].arn, store)
    raise AwsError(_no_single_instance(aws, settings, found))


def instances(aws: Aws) -> list[Instance]:
    """Those that the caller sees in the region. Raises AwsError."""
    return [
        Instance(each["InstanceArn"], each["IdentityStoreId"])
        for each in aws.items("sso-admin", "ListInstances", "Instances", MaxResults=_PAGE)
    ]


def _no_single_instance(aws: Aws, settings: IdentityCenter, found: list[Instance]) -> str:
    if len(found) > 1 and settings.instance_arn == AUTO:
        arns = ", ".join(each.arn for each in found)
        return f"more than one Identity Center instance in {aws.region}: {arns} (choose: identity_center.instance_arn)"
    wanted = "Identity Center instance" if settings.instance_arn == AUTO else f"instance {settings.instance_arn}"
    remedy = "set identity_center.region in organization.yaml, and use credentials of the account that administers it"
    return f"there is no {wanted} in {aws.region} ({remedy})"


def groups(aws: Aws, store: str, names: Collection[str] | None) -> tuple[Principal, ...]:
    """The groups of these names, every one of them if several share it; None: all groups."""
    return _principals(aws, store, _GROUPS, names)


def users(aws: Aws, store: str, names: Collection[str] | None) -> tuple[Principal, ...]:
    """The users of these names; None: all users."""
    return _principals(aws, store, _USERS, names)


def _principals(aws: Aws, store: str, kind: _Kind, names: Collection[str] | None) -> tuple[Principal, ...]:
    found = _listed(aws, store, kind) if names is None else _named(aws, store, kind, set(names))
    return tuple(sorted(found, key=lambda principal: (principal.name, principal.id)))


def _listed(aws: Aws, store: str, kind: _Kind) -> list[Principal]:
    pages = aws.pages("identitystore", kind.list_operation, IdentityStoreId=store, MaxResults=_PAGE)
    return [principal for page in pages for principal in _on_page(page, kind)]


def _named(aws: Aws, store: str, kind: _Kind, names: set[str]) -> list[Principal]:
    """Lists pages as long as that can be cheaper than asking for each name that is still missing.

    How many there are in all, AWS does not say: after as many pages as names are missing, it asks for those.
    A name stands for one principal in AWS's own directory; where two share it, the list shows both.
    """
    found: list[Principal] = []
    missing = set(names)
    if len(names) > 1:
        pages = aws.pages("identitystore", kind.list_operation, IdentityStoreId=store, MaxResults=_PAGE)
        for read, page in enumerate(pages, start=1):
            found += [principal for principal in _on_page(page, kind) if principal.name in names]
            missing = names - {principal.name for principal in found}
            if not page.get("NextToken"):
                return found
            if len(missing) <= read:
                break
    asked = in_parallel(lambda name: _asked(aws, store, kind, name), sorted(missing))
    return found + [principal for principal in asked if principal]


def _asked(aws: Aws, store: str, kind: _Kind, name: str) -> Principal | None:
    attribute = {"UniqueAttribute": {"AttributePath": kind.attribute, "AttributeValue": name}}
    try:
        answer = aws.call("identitystore", kind.get_operation, IdentityStoreId=store, AlternateIdentifier=attribute)
    except NotFoundError:
        return None
    return Principal(id=answer[kind.id_key], name=name)


def _on_page(page: Answer, kind: _Kind) -> list[Principal]:
    return [
        Principal(id=each[kind.id_key], name=each[kind.name_key])
        for each in page.get(kind.list_key, ())
        if each.get(kind.name_key)
    ]


def permission_sets(aws: Aws, instance: str) -> dict[str, str]:
    """Every permission set of the instance: name to ARN. A call for each, at 20 a second."""
    arns = list(aws.items("sso-admin", "ListPermissionSets", "PermissionSets", InstanceArn=instance, MaxResults=_PAGE))
    names = in_parallel(lambda arn: _permission_set_name(aws, instance, arn), arns)
    return dict(sorted(zip(names, arns, strict=True)))


def _permission_set_name(aws: Aws, instance: str, arn: str) -> str:
    answer = aws.call("sso-admin", "DescribePermissionSet", InstanceArn=instance, PermissionSetArn=arn)
    name: str = answer["PermissionSet"]["Name"]
    return name
