"""An example or two for each key of the catalog: editors show them beside the description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Examples = Mapping[str, Sequence[Any]]

_EXPIRES = ["2026-12-31", "2026-12-31T18:00:00Z"]
_TARGETS = ["*", ["ou:Workloads/Prod", "tag:stage=dev"], "account:payments-*"]
_EXCEPT = ["account:payments-*", ["ou:Security", "tag:data=cardholder"]]
_REGIONS = ["us-east-1", "eu-central-1"]
_READ = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
_NO_IAM = {"Sid": "NoIdentity", "Effect": "Deny", "Action": "iam:*", "Resource": "*"}
_POLICY = {"name": "Guardrail", "targets": "*", "statements": [_NO_IAM]}
_SET = {"name": "Engineer", "session_duration": "8h", "aws_managed_policies": ["ReadOnlyAccess"]}
_RULE = {"groups": ["engineers"], "permission_sets": ["Engineer"], "targets": "ou:Workloads"}

_STATEMENT: Examples = {
    "Sid": ["ReadOwnBuckets"],
    "Effect": ["Allow", "Deny"],
    "Action": ["s3:GetObject", ["s3:Get*", "s3:List*"]],
    "NotAction": [["iam:*", "organizations:*"]],
    "Resource": ["*", "arn:aws:s3:::{{account.name}}-artifacts/*"],
    "NotResource": ["arn:aws:s3:::audit-*"],
    "Condition": [{"StringEquals": {"aws:RequestedRegion": _REGIONS}}],
    "expires": _EXPIRES,
}
_AWS_POLICY: Examples = {
    "name": ["ReadOnlyAccess", "job-function/SupportUser"],
    "arn": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "expires": _EXPIRES,
}
_CUSTOMER_POLICY: Examples = {
    "name": ["EngineeringGuardrail"],
    "path": ["/security/"],
    "external": [True],
    "expires": _EXPIRES,
}

EXAMPLES: Mapping[str, Examples] = {
    "CatalogFile": {"managed_policies": [[_POLICY]], "permission_sets": [[_SET]], "access": [[_RULE]]},
    "ManagedPolicy": {
        "name": ["EngineeringGuardrail"],
        "path": ["/remit/"],
        "description": ["What engineers may touch, account by account"],
        "targets": _TARGETS,
        "except": _EXCEPT,
        "expires": _EXPIRES,
        "drift": ["report", "enforce", "adopt"],
        "detach_on_delete": [True],
        "statements": [[_READ]],
    },
    "PolicyStatement": {**_STATEMENT, "targets": _TARGETS, "except": _EXCEPT},
    "InlineStatement": _STATEMENT,
    "InlinePolicy": {"statements": [[_READ]]},
    "PermissionSet": {
        "name": ["Engineer"],
        "description": ["Day-to-day engineering"],
        "session_duration": ["8h", "90m"],
        "relay_state": ["https://us-east-1.console.aws.amazon.com/console/home"],
        "aws_managed_policies": [["ReadOnlyAccess", "job-function/SupportUser"]],
        "customer_managed_policies": [["EngineeringGuardrail"], [{"name": "TeamBaseline", "external": True}]],
        "inline_policy": [{"statements": [_READ]}],
        "permissions_boundary": [{"customer_managed": "EngineeringGuardrail"}, {"aws_managed": "PowerUserAccess"}],
        "tags": [{"team": "platform"}],
        "expires": _EXPIRES,
        "drift": ["report", "enforce", "adopt"],
    },
    "AwsPolicy": _AWS_POLICY,
    "AwsManagedPolicy": _AWS_POLICY,
    "CustomerPolicy": _CUSTOMER_POLICY,
    "CustomerManagedPolicy": _CUSTOMER_POLICY,
    "Boundary": {"customer_managed": ["EngineeringGuardrail"], "aws_managed": ["PowerUserAccess"]},
    "AccessRule": {
        "groups": ["engineers", ["engineers", "sre"]],
        "users": [["ann"]],
        "permission_sets": ["Engineer", ["Engineer", "Operator"]],
        "targets": _TARGETS,
        "except": _EXCEPT,
        "expires": _EXPIRES,
        "drift": ["report", "enforce", "adopt"],
        "reason": ["TICKET-42"],
    },
    "Settings": {
        "spoke_role": ["RemitSpoke", "platform/RemitSpoke"],
        "external_id": ["remit-7f3a91c2"],
        "identity_center": [{"region": "eu-central-1"}],
        "group_suffix": ["@corp.example.com"],
        "account_vars": [{"warehouse": {"bucket": "corp-warehouse"}}],
        "lint": [{"administrator_groups": ["platform-admins"]}],
        "promotion": [["dev", "prod"], ["dev", "prod-*"]],
        "ignore_permission_sets": [["AWSReservedSSO*", "Legacy*"]],
    },
    "IdentityCenter": {
        "region": ["us-east-1"],
        "instance_arn": ["auto", "arn:aws:sso:::instance/ssoins-0123456789abcdef"],
        "identity_store_id": ["auto", "d-1234567890"],
    },
    "LintSettings": {
        "administrator_groups": [["platform-admins"]],
        "rules": [{"unused-policy": "off", "direct-user-access": "error"}],
    },
}
"""By model and key, as they stand in a file."""
