"""The CloudFormation template that makes the spoke role in an account. Pure."""

from __future__ import annotations

from typing import Any

from bootstrap.settings import Settings
from remit.aws.permissions import Feature, spoke_policy
from remit.documents import Document

POLICY = "remit"
DESCRIPTION = "Remit works in this account as this role: policies at or below {path}"
_ACCOUNT, _PARTITION = "${AWS::AccountId}", "${AWS::Partition}"


def spoke_permissions(settings: Settings, *, account: str, partition: str = "aws") -> Document:
    return spoke_policy(
        partition=partition,
        account=account,
        paths=[settings.policy_path],
        aliases=settings.fan_out != "pooled",
        pooled=settings.fan_out != "aliases",
        detach_on_delete=settings.detach_on_delete,
        features={Feature.WHO} if settings.who else (),
    )


def boundary_arn(boundary: str, account: str, partition: str = "aws") -> str:
    """`boundary` as the settings have it: a name, with its path if it has one, or an ARN."""
    return boundary if boundary.startswith("arn:") else f"arn:{partition}:iam::{account}:policy/{boundary}"


def path_and_name(role: str) -> tuple[str, str]:
    """platform/RemitSpoke → (/platform/, RemitSpoke)."""
    path, _, name = role.rpartition("/")
    return (f"/{path}/" if path else "/"), name


def spoke_template(settings: Settings, trust: Document) -> dict[str, Any]:
    """It has no parameters: what it says is the same in every account."""
    path, name = path_and_name(settings.spoke_role)
    boundary = settings.permissions_boundary
    policy = spoke_permissions(settings, account=_ACCOUNT, partition=_PARTITION)
    role = {
        "RoleName": name,
        "Path": path,
        "Description": DESCRIPTION.format(path=settings.policy_path),
        "AssumeRolePolicyDocument": trust,
        "Policies": [{"PolicyName": POLICY, "PolicyDocument": _substituted(policy)}],
        **({"PermissionsBoundary": _substituted(boundary_arn(boundary, _ACCOUNT, _PARTITION))} if boundary else {}),
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role that Remit assumes in this account",
        "Resources": {"SpokeRole": {"Type": "AWS::IAM::Role", "Properties": role}},
    }


def _substituted(value: Any) -> Any:  # noqa: ANN401  JSON
    """Each text that names the account or the partition, as a function that CloudFormation fills in."""
    if isinstance(value, str):
        return {"Fn::Sub": value} if "${AWS::" in value else value
    if isinstance(value, list):
        return [_substituted(each) for each in value]
    if isinstance(value, dict):
        return {key: _substituted(each) for key, each in value.items()}
    return value
