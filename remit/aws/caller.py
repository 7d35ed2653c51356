"""Who is calling: sts:GetCallerIdentity, which needs no permission."""

from __future__ import annotations

from remit.aws.session import Aws
from remit.revocation import Caller, caller_of


def find_caller(aws: Aws) -> Caller | None:
    """Somebody of Identity Center, or None for any other role or user. Raises AwsError."""
    return caller_of(str(aws.call("sts", "GetCallerIdentity")["Arn"]))


def account_of_caller(aws: Aws) -> str:
    """The id of the account that the credentials are of. Raises AwsError."""
    return str(aws.call("sts", "GetCallerIdentity")["Account"])
