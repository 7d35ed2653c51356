"""Managed policies of every account: moto's objects, found and counted as AWS does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from sandbox import moto_bridge
from sandbox.errors import AwsError

AWS_ARN = "arn:aws:iam::aws:policy"


class Policies:
    """Managed policies, AWS's own and customers'."""

    def find(self, account: str, arn: str) -> Any:  # noqa: ANN401  moto has no types
        """Moto's policy, customer managed or AWS managed; None when there is none."""
        if arn.startswith(AWS_ARN):
            self.ensure_aws_managed(account, arn)
        return moto_bridge.iam(account).managed_policies.get(arn)

    def customer_managed(self, account: str) -> list[Any]:
        """Moto's policies of one account, those of AWS left out."""
        policies = moto_bridge.iam(account).managed_policies.values()
        return [policy for policy in policies if not isinstance(policy, AWSManagedPolicy)]

    def aws_managed(self, account: str) -> list[Any]:
        """Those of AWS that somebody in the account has asked for."""
        policies = moto_bridge.iam(account).managed_policies.values()
        return [policy for policy in policies if isinstance(policy, AWSManagedPolicy)]

    def ensure_aws_managed(self, account: str, arn: str) -> None:
        """Moto loads AWS's own policies for all accounts or for none: load the one that is asked for."""
        policies = moto_bridge.iam(account).managed_policies
        name, data = _aws_managed().get(arn, ("", None))
        if data is not None and arn not in policies:
            policies[arn] = AWSManagedPolicy.from_data(name, account, "us-east-1", data)


def as_aws_error(error: ServiceException) -> AwsError:
    """Moto's exception, as one of ours."""
    status = {"NoSuchEntity": 404, "DeleteConflict": 409, "EntityAlreadyExists": 409, "LimitExceeded": 409}
    return AwsError(error.code, error.message, status=status.get(error.code, 400))


@cache
def _aws_managed() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """ARN to name and moto's data of every policy that AWS publishes, as of moto's copy."""
    published = json.loads(aws_managed_policies_data)
    return {f"{AWS_ARN}{data['Path']}{name}": (name, data) for name, data in published.items()}
