"""The roles that Identity Center keeps in accounts: AWSReservedSSO_NAME_hash, in moto's IAM, with their policies.

They are why a policy that a permission set uses cannot be deleted.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import Any

from moto.iam.models import Role
from moto.iam.utils import random_role_id

from sandbox import moto_bridge
from sandbox.iam import documents
from sandbox.iam.policies import Policies
from sandbox.sso_admin.instance import PermissionSet, PolicyReference
from sandbox.sso_admin.operations import OperationFailed

_PATH = "/aws-reserved/sso.amazonaws.com/"


class Roles:
    """Roles by account and permission set."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._roles: dict[tuple[str, str], Any] = {}

    def put(self, account: str, permission_set: PermissionSet) -> None:
        """Makes the account's role what the permission set says; raises OperationFailed, having changed nothing."""
        policies = [self._attachable(account, arn) for arn in self._policy_arns(account, permission_set)]
        boundary = self._boundary_arn(account, permission_set)
        inline = permission_set.inline_policy
        if inline and (complaint := documents.complaint(inline)):
            raise OperationFailed(_iam_says(400, complaint, "MalformedPolicyDocument"))
        role = self._roles.get((account, permission_set.arn)) or self._new_role(account, permission_set)
        _detach_all(role)
        for policy in policies:
            policy.attach_to(role)
        role.permissions_boundary_arn = boundary
        role.policies = {"AwsSSOInlinePolicy": inline} if inline else {}
        role.description = permission_set.description or ""

    def delete(self, account: str, permission_set_arn: str) -> None:
        role = self._roles.pop((account, permission_set_arn), None)
        if role is not None:
            _detach_all(role)
            moto_bridge.iam(account).roles.pop(role.id, None)

    def _new_role(self, account: str, permission_set: PermissionSet) -> Any:  # noqa: ANN401  moto has no types
        digest = sha256(f"{permission_set.arn}{account}".encode()).hexdigest()[:16]
        role = Role(
            account_id=account,
            partition="aws",
            role_id=random_role_id(account),
            name=f"AWSReservedSSO_{permission_set.name}_{digest}",
            assume_role_policy_document=_trust(account),
            path=_PATH,
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="43200",
        )
        moto_bridge.iam(account).roles[role.id] = role
        self._roles[account, permission_set.arn] = role
        return role

    def _policy_arns(self, account: str, permission_set: PermissionSet) -> list[str]:
        customer = [_arn(account, reference) for reference in permission_set.customer_policies]
        return [*permission_set.managed_policies, *customer]

    def _attachable(self, account: str, arn: str) -> Any:  # noqa: ANN401
        policy = self._policies.find(account, arn)
        if policy is None:
            raise OperationFailed(_iam_says(404, f"Policy {arn} does not exist or is not attachable.", "NoSuchEntity"))
        return policy

    def _boundary_arn(self, account: str, permission_set: PermissionSet) -> str | None:
        if permission_set.boundary is None:
            return None
        reference = permission_set.boundary_reference
        arn = _arn(account, reference) if reference else permission_set.boundary["ManagedPolicyArn"]
        if self._policies.find(account, arn) is None:
            complaint = f"Scope ARN: {arn} does not exist or is not attachable."
            raise OperationFailed(_iam_says(404, complaint, "NoSuchEntity"))
        return str(arn)


def _detach_all(role: Any) -> None:  # noqa: ANN401
    for policy in list(role.managed_policies.values()):
        policy.detach_from(role)


def _arn(account: str, reference: PolicyReference) -> str:
    return f"arn:aws:iam::{account}:policy{reference.path}{reference.name}"


def _iam_says(status: int, complaint: str, code: str) -> str:
    """A FailureReason that passes on IAM's answer, worded as Identity Center does."""
    return (
        f"Received a {status} status error: {complaint} (Service: AmazonIdentityManagement; "
        f"Status Code: {status}; Error Code: {code}; Proxy: null)"
    )


@lru_cache(maxsize=8192)
def _trust(account: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{account}:saml-provider/AWSSSO_DO_NOT_DELETE"},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
