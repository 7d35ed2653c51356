"""The spoke role in every account: a StackSet for the members, a role for the management account.

A service-managed StackSet reaches accounts that come later by itself, and never the management account. It wants
trusted access, which no resource of Pulumi switches on (docs/bootstrap.md).
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from bootstrap.accounts import Accounts
from bootstrap.settings import Settings
from bootstrap.template import DESCRIPTION, POLICY, boundary_arn, path_and_name, spoke_permissions, spoke_template
from remit.documents import Document

TYPE = "remit-bootstrap:index:SpokeRoles"
_LONG = pulumi.CustomTimeouts(create="3h", update="3h", delete="3h")  # a thousand accounts take their time


class SpokeRoles(pulumi.ComponentResource):
    """`trust` is the trust policy of those of the members, `in_management` of the management account's own.

    None: nobody works there, and there is no such role.
    """

    def __init__(
        self, accounts: Accounts, settings: Settings, trust: Document, *, in_management: Document | None
    ) -> None:
        super().__init__(TYPE, "spokes", None, None)
        self._here, self._settings, self._trust = accounts.management, settings, trust
        self._in_members(accounts.root)
        if in_management:
            self._in_management_account(in_management)
        self.register_outputs({})

    def _in_members(self, root: str) -> None:
        below, settings = self._here.below(self), self._settings
        template = json.dumps(spoke_template(settings, self._trust), indent=1)
        stack_set = aws.cloudformation.StackSet(
            "spokes",
            name="remit-spoke-role",
            description="The role that Remit assumes in each account",
            template_body=template,
            permission_model="SERVICE_MANAGED",
            call_as="SELF",
            capabilities=["CAPABILITY_NAMED_IAM"],
            auto_deployment=aws.cloudformation.StackSetAutoDeploymentArgs(
                enabled=True,
                retain_stacks_on_account_removal=False,
            ),
            managed_execution=aws.cloudformation.StackSetManagedExecutionArgs(active=True),
            # One account after the other would take a day, and at once are only one more than may fail.
            operation_preferences=aws.cloudformation.StackSetOperationPreferencesArgs(
                failure_tolerance_count=19, max_concurrent_count=20
            ),
            opts=pulumi.ResourceOptions.merge(below, pulumi.ResourceOptions(custom_timeouts=_LONG)),
        )
        aws.cloudformation.StackSetInstance(
            "spokes",
            stack_set_name=stack_set.name,
            stack_set_instance_region=settings.region,  # IAM has none: any one region
            call_as="SELF",
            retain_stack=False,
            deployment_targets=aws.cloudformation.StackSetInstanceDeploymentTargetsArgs(
                organizational_unit_ids=list(settings.organizational_units) or [root],
            ),
            # All at once, and the run fails if any does.
            operation_preferences=aws.cloudformation.StackSetInstanceOperationPreferencesArgs(
                concurrency_mode="SOFT_FAILURE_TOLERANCE", failure_tolerance_count=0, max_concurrent_percentage=100
            ),
            opts=pulumi.ResourceOptions.merge(below, pulumi.ResourceOptions(custom_timeouts=_LONG)),
        )

    def _in_management_account(self, trust: Document) -> None:
        below, settings, account = self._here.below(self), self._settings, self._here.account
        path, name = path_and_name(settings.spoke_role)
        boundary = settings.permissions_boundary
        role = aws.iam.Role(
            "spoke",
            name=name,
            path=path,
            description=DESCRIPTION.format(path=settings.policy_path),
            assume_role_policy=json.dumps(trust),
            permissions_boundary=boundary_arn(boundary, account) if boundary else None,
            opts=below,
        )
        policy = spoke_permissions(settings, account=account)
        aws.iam.RolePolicy("spoke", name=POLICY, role=role.name, policy=json.dumps(policy), opts=below)
