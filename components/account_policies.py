"""The managed policies of one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws_native as aws_native

from remit.plan import PlannedPolicy

TYPE = "remit:index:AccountPolicies"
_ATTACHMENTS = ("roles", "users", "groups")
_FIELDS = ("managedPolicyName", "path", "description", "policyDocument")


class AccountPolicies(pulumi.ComponentResource):
    """One provider alias that assumes the account's spoke role, and the policies of that account under it.

    A policy's logical name is `ACCOUNT/NAME`, without the path: IAM wants names to be unique in an account
    whatever their path, so that a policy that moves to another path must be replaced, the old one first.
    It does not create the spoke role (that is the bootstrap's), nor does it look whether it is there: the
    provider says so when it assumes it. `existing`: ARNs by (account, name) of policies that are taken over as is.
    """

    policies: Mapping[str, aws_native.iam.ManagedPolicy]

    def __init__(
        self,
        account: str,
        policies: Sequence[PlannedPolicy],
        *,
        spoke_role: str,
        region: str,
        existing: Mapping[tuple[str, str], str] | None = None,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(TYPE, account, None, opts)
        self._existing = existing or {}
        alias = aws_native.Provider(
            account,
            region=region,
            # A typed object: a plain dict is passed on untranslated and silently ignored.
            assume_role=aws_native.ProviderAssumeRoleArgs(
                role_arn=f"arn:aws:iam::{account}:role/{spoke_role}", session_name="remit"
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        self.policies = {policy.name: self._policy(policy, alias) for policy in policies}
        self.register_outputs({"policyArns": [policy.policy_arn for policy in self.policies.values()]})

    def _policy(self, policy: PlannedPolicy, alias: aws_native.Provider) -> aws_native.iam.ManagedPolicy:
        arn = self._existing.get((policy.account, policy.name))
        return aws_native.iam.ManagedPolicy(
            f"{policy.account}/{policy.name}",
            managed_policy_name=policy.name,
            path=policy.path,
            description=policy.description,
            policy_document=policy.document,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=alias,
                delete_before_replace=True,
                import_=arn,
                # Who holds a policy is not ours to say: an imported one would lose everybody in its first update.
                ignore_changes=[*_ATTACHMENTS, *(_FIELDS if arn else ())],
            ),
        )
