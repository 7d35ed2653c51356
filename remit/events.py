"""Which events of AWS call for a run, as EventBridge patterns, and what a CI host is sent for one. Pure.

Organizations records in us-east-1, Identity Center in its own region. Both need a trail that logs management events,
and are delivered at best effort: a scheduled run stands beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

ORGANIZATIONS_REGION = "us-east-1"
EVENT_TYPE = "organization-event"
"""GitHub's event type, by which the workflow is found."""

# What moves accounts in or out of a selector's reach. Tags too: `tag:stage=dev` is one.
ORGANIZATION_CALLS = (
    "AcceptHandshake",
    "CloseAccount",
    "CreateOrganizationalUnit",
    "DeleteOrganizationalUnit",
    "MoveAccount",
    "RemoveAccountFromOrganization",
    "TagResource",
    "UntagResource",
    "UpdateOrganizationalUnit",
)
# What Organizations tells when it is done. A failed creation calls for nothing.
ORGANIZATION_RESULTS = ("AccountDepartedOrganization", "AccountJoinedOrganization", "CloseAccountResult")
PERMISSION_SET_CALLS = (
    "AttachCustomerManagedPolicyReferenceToPermissionSet",
    "AttachManagedPolicyToPermissionSet",
    "CreateAccountAssignment",
    "CreatePermissionSet",
    "DeleteAccountAssignment",
    "DeleteInlinePolicyFromPermissionSet",
    "DeletePermissionSet",
    "DeletePermissionsBoundaryFromPermissionSet",
    "DetachCustomerManagedPolicyReferenceFromPermissionSet",
    "DetachManagedPolicyFromPermissionSet",
    "PutInlinePolicyToPermissionSet",
    "PutPermissionsBoundaryToPermissionSet",
    "TagResource",
    "UntagResource",
    "UpdatePermissionSet",
)
GROUP_CALLS = ("CreateGroup", "DeleteGroup", "UpdateGroup")
_CALL, _RESULT = "AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"
_SUCCEEDED = [{"exists": False}]

Pattern = Mapping[str, Any]


def organization_pattern() -> Pattern:
    """Accounts and organizational units that come, go, move or are tagged."""
    created = {"serviceEventDetails": {"createAccountStatus": {"state": ["SUCCEEDED"]}}}
    return {
        "source": ["aws.organizations"],
        "$or": [
            {"detail-type": [_CALL], "detail": {"eventName": [*ORGANIZATION_CALLS], "errorCode": _SUCCEEDED}},
            {"detail-type": [_RESULT], "detail": {"eventName": ["CreateAccountResult"], **created}},
            {"detail-type": [_RESULT], "detail": {"eventName": [*ORGANIZATION_RESULTS]}},
        ],
    }


def identity_center_pattern(own_roles: Sequence[str]) -> Pattern:
    """Permission sets, assignments and groups that somebody else than the roles of these ARNs changed.

    Without its own roles left out, each run would call for the next one.
    """
    issuer: list[Any] = [{"exists": False}]  # a user, or AWS itself: no role at all
    issuer += [{"anything-but": [*own_roles]}] if own_roles else [{"exists": True}]
    return {
        "source": ["aws.sso", "aws.sso-directory", "aws.identitystore", "aws.identitystore-scim"],
        "detail-type": [_CALL],
        "detail": {
            "eventName": [*PERMISSION_SET_CALLS, *GROUP_CALLS],
            "errorCode": _SUCCEEDED,
            "userIdentity": {"sessionContext": {"sessionIssuer": {"arn": issuer}}},
        },
    }


@dataclass(frozen=True, slots=True)
class Destination:
    """What an API destination needs: `header` carries the token, unless `token_query` names a query parameter for it.

    `template` is an input transformer's; its variables are those of PATHS.
    """

    endpoint: str
    template: str
    header: str = "Authorization"
    prefix: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    token_query: str = ""


PATHS: Mapping[str, str] = {
    "event": "$.detail.eventName",
    "id": "$.id",
    "time": "$.time",
    "region": "$.region",
    "account": "$.account",
}
_TOLD = {name: f"<{name}>" for name in PATHS}

Kind = Literal["github", "gitlab", "webhook"]


def destination(kind: Kind, target: str, *, url: str = "", ref: str = "main") -> Destination:
    """Where events go.

    `github`: `target` is OWNER/NAME, the token one with `contents: write` there. `gitlab`: `target` is the project's
    id or path, the token a pipeline trigger token, `ref` the branch. `webhook`: `target` is its address, the token is
    sent as the header Authorization. `url` is the API of a host of one's own.
    """
    if kind == "github":
        body = {"event_type": EVENT_TYPE, "client_payload": _TOLD}
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        endpoint = f"{url or 'https://api.github.com'}/repos/{target}/dispatches"
        return Destination(endpoint, json.dumps(body), prefix="Bearer ", headers=headers)
    if kind == "gitlab":
        variables = {
            f"REMIT_EVENT{'' if name == 'event' else f'_{name.upper()}'}": told for name, told in _TOLD.items()
        }
        endpoint = f"{url or 'https://gitlab.com/api/v4'}/projects/{quote(target, safe='')}/trigger/pipeline"
        body = {"ref": ref, "variables": variables}
        return Destination(endpoint, json.dumps(body), header="X-Remit-Source", token_query="token")  # noqa: S106
    return Destination(target, json.dumps(_TOLD))
