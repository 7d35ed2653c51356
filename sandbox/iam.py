"""IAM over moto: the limits and conflicts that moto does not know, and managed policies for Cloud Control.

`check` runs before moto answers a client's own call. What Identity Center does in an account (its roles) is in
`sandbox.sso_admin.roles`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from sandbox import moto_bridge
from sandbox.errors import AwsError
from sandbox.wire import Call

POLICY_SIZE = 6144
POLICIES = 1500
RESERVED_PREFIX = "AWSReservedSSO_"
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_AWS_ARN = "arn:aws:iam::aws:policy"
_ROLE_READS = ("Get", "List")


class Iam:
    """Managed policies of every account."""

    def check(self, call: Call) -> None:
        """Raises what AWS would and moto would not."""
        params = call.params
        arn = params.get("PolicyArn", "")
        if arn.startswith(_AWS_ARN):
            self.ensure_aws_managed(call.account, arn)
        if call.operation == "CreatePolicy":
            self.check_new(call.account, params.get("PolicyName", ""), params.get("PolicyDocument", ""))
        elif call.operation == "CreatePolicyVersion":
            check_size(params.get("PolicyDocument", ""))
        elif call.operation == "DeletePolicy":
            self.check_delete(call.account, arn)
        elif params.get("RoleName", "").startswith(RESERVED_PREFIX) and not call.operation.startswith(_ROLE_READS):
            raise AwsError(
                "UnmodifiableEntity",
                f"Cannot perform the operation on the protected role '{params['RoleName']}' - this role is only "
                "modifiable by AWS",
            )

    def check_new(self, account: str, name: str, document: str) -> None:
        if not _NAME.fullmatch(name):
            raise AwsError(
                "ValidationError",
                "The specified value for policyName is invalid. It must contain only alphanumeric characters and/or "
                "the following: +=,.@_-",
            )
        check_size(document)
        policies = [policy for policy in moto_bridge.iam(account).managed_policies.values() if _is_local(policy)]
        if any(policy.name == name for policy in policies):
            message = f"A policy called {name} already exists. Duplicate names are not allowed."
            raise AwsError("EntityAlreadyExists", message, status=409)
        if len(policies) >= POLICIES:
            raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerAccount: {POLICIES}", status=409)

    def check_delete(self, account: str, arn: str) -> None:
        policy = self.find(account, arn)
        if policy is None:
            return
        if policy.attachment_count or self.boundary_uses(account, arn):
            raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", status=409)
        if len(policy.versions) > 1:
            raise AwsError(
                "DeleteConflict",
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy.",
                status=409,
            )

    def find(self, account: str, arn: str) -> Any:  # noqa: ANN401  moto has no types
        """Moto's policy, customer managed or AWS managed; None when there is none."""
        if arn.startswith(_AWS_ARN):
            self.ensure_aws_managed(account, arn)
        return moto_bridge.iam(account).managed_policies.get(arn)

    def customer_managed(self, account: str) -> list[Any]:
        """Moto's policies of one account, those of AWS left out."""
        policies = moto_bridge.iam(account).managed_policies.values()
        return [policy for policy in policies if _is_local(policy)]

    def boundary_uses(self, account: str, arn: str) -> int:
        """How many roles of the account have a policy as their boundary."""
        roles = moto_bridge.iam(account).roles.values()
        return sum(role.permissions_boundary_arn == arn for role in roles)

    def ensure_aws_managed(self, account: str, arn: str) -> None:
        """Moto loads AWS's own policies for all accounts or for none: load the one that is asked for."""
        policies = moto_bridge.iam(account).managed_policies
        name, data = _aws_managed().get(arn, ("", None))
        if data is not None and arn not in policies:
            policies[arn] = AWSManagedPolicy.from_data(name, account, "us-east-1", data)


def check_size(document: str) -> None:
    if len(re.sub(r"\s", "", document)) > POLICY_SIZE:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {POLICY_SIZE}", status=409)


def as_aws_error(error: ServiceException) -> AwsError:
    """Moto's exception, as one of ours."""
    status = {"NoSuchEntity": 404, "DeleteConflict": 409, "EntityAlreadyExists": 409, "LimitExceeded": 409}
    return AwsError(error.code, error.message, status=status.get(error.code, 400))


def _is_local(policy: Any) -> bool:  # noqa: ANN401
    return not isinstance(policy, AWSManagedPolicy)


@cache
def _aws_managed() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """ARN to name and moto's data of every policy that AWS publishes, as of moto's copy."""
    published = json.loads(aws_managed_policies_data)
    return {f"{_AWS_ARN}{data['Path']}{name}": (name, data) for name, data in published.items()}
