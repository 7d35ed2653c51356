"""The Pulumi program of these tests: what desired.json says, as Remit's own resources, without its look-ups.

A run of it costs a second or two less than one of the real program, which counts when there are hundreds.
"""

import json
from pathlib import Path

import pulumi

NATIVE = {"region": "us-east-1", "skipCredentialsValidation": True}
desired = json.loads(Path("desired.json").read_text())
instance = desired["instance"]


class Resource(pulumi.CustomResource):
    permissionSetArn: pulumi.Output[str]  # noqa: N815 - the property's own name


for account, policies in desired["policies"].items():
    role = {"roleArn": f"arn:aws:iam::{account}:role/RemitSpoke", "sessionName": "test"}
    alias = pulumi.ProviderResource(
        "aws-native", account, {"region": "us-east-1", "assumeRole": role, "skipCredentialsValidation": True}
    )
    for name, action in policies.items():
        statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        Resource(
            "aws-native:iam:ManagedPolicy",
            f"{account}/{name}",
            {"managedPolicyName": name, "path": "/", "policyDocument": document},
            pulumi.ResourceOptions(provider=alias, delete_before_replace=True),
        )

native = pulumi.ProviderResource(
    "aws-native", "identity-center", {"region": "us-east-1", "skipCredentialsValidation": True}
)
settings = {"region": "us-east-1", "requestRate": 500, "maxRevoke": "100%"}
remit = pulumi.ProviderResource("remit", "identity-center", settings)
for name, keys in desired["assignments"].items():
    permission_set = Resource(
        "aws-native:sso:PermissionSet",
        name,
        {"instanceArn": instance, "name": name, "permissionSetArn": None},
        pulumi.ResourceOptions(provider=native, delete_before_replace=True),
    )
    Resource(
        "remit:index:AccountAssignments",
        name,
        {
            "instanceArn": instance,
            "permissionSetArn": permission_set.permissionSetArn,
            "scope": desired["scope"],
            "assignments": dict.fromkeys(keys, "test"),
            "unmanaged": "remove",
        },
        pulumi.ResourceOptions(provider=remit),
    )
