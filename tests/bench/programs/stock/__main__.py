"""Every grant of grants.json as one aws_native.sso.Assignment: the stock way."""

import json
from pathlib import Path

import pulumi
import pulumi_aws_native as aws_native
from pulumi_aws_native import sso

world = json.loads(Path("grants.json").read_text(encoding="utf-8"))
provider = aws_native.Provider("identity-center", region=world["region"])
for permission_set, account, group, name in world["grants"]:
    sso.Assignment(
        f"{permission_set}/{account}/{name}",
        instance_arn=world["instance"],
        permission_set_arn=world["permissionSets"][permission_set],
        principal_id=group,
        principal_type=sso.AssignmentPrincipalType.GROUP,
        target_id=account,
        target_type=sso.AssignmentTargetType.AWS_ACCOUNT,
        opts=pulumi.ResourceOptions(provider=provider),
    )
