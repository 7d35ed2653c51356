"""The managed policies of one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws_native as aws_native

from remit.managed_policy import LivePolicy, Policy
from remit.plan import PlannedPolicy
from remit.spoke_role import SpokeRole

TYPE = "remit:index:AccountPolicies"
_ATTACHMENTS = ("roles", "users", "groups")
_FIELDS = ("managedPolicyName", "path", "description", "policyDocument")


class PolicyWatch(pulumi.CustomResource):
    """Says who has a policy that is about to be deleted or made anew (provider/policy_watch.py)."""

    def __init__(self, account: str, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions) -> None:
        super().__init__("remit:index:PolicyWatch", account, {"account": account, **props}, opts)


class AccountPolicies(pulumi.ComponentResource):
    """One provider alias that assumes the account's spoke role, and the policies of that account under it.

    A policy's logical name is `ACCOUNT/NAME`, without the path: IAM wants names to be unique in an account
    whatever their path, so that a policy that moves to another path must be replaced, the old one first.
    It does not create the spoke role (that is the bootstrap's), nor does it look whether it is there: the
    provider says so when it assumes it. `existing`: by (account, name) what is taken over as it is. With `remit`, its
    provider, a PolicyWatch says who has a policy that is to be deleted or made anew.
    """

    policies: Mapping[str, aws_native.iam.ManagedPolicy]

    def __init__(
        self,
        account: str,
        policies: Sequence[PlannedPolicy],
        *,
        spoke: SpokeRole,
        region: str,
        existing: Mapping[tuple[str, str], LivePolicy] | None = None,
        remit: pulumi.ProviderResource | None = None,
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
                role_arn=spoke.arn(account), session_name="remit", external_id=spoke.external_id or None
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        self._watch = [self._watching(account, policies, spoke, remit, after)] if remit else []
        self.policies = {policy.name: self._policy(policy, alias) for policy in policies}
        self.register_outputs({"policyArns": [policy.policy_arn for policy in self.policies.values()]})

    def _policy(self, policy: PlannedPolicy, alias: aws_native.Provider) -> aws_native.iam.ManagedPolicy:
        there = self._existing.get((policy.account, policy.name))
        arn = there.arn if there else None
        return aws_native.iam.ManagedPolicy(
            f"{policy.account}/{policy.name}",
            managed_policy_name=policy.name,
            path=policy.path,
            description=policy.description or None,  # AWS has none either, and it cannot be added later
            policy_document=policy.document,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=alias,
                depends_on=self._watch,
                delete_before_replace=True,
                import_=arn,
                # Who holds a policy is not ours to say: an imported one would lose everybody in its first update.
                ignore_changes=[*_ATTACHMENTS, *(_FIELDS if arn else ())],
            ),
        )

    def _watching(
        self,
        account: str,
        policies: Sequence[PlannedPolicy],
        spoke: SpokeRole,
        remit: pulumi.ProviderResource,
        after: Sequence[pulumi.Resource],
    ) -> PolicyWatch:
        """What is taken over is watched as it is, not as it shall be."""
        shapes = {
            policy.name: _shape(there.policy if (there := self._existing.get((account, policy.name))) else policy)
            for policy in policies
        }
        options = pulumi.ResourceOptions(parent=self, provider=remit, depends_on=list(after))
        return PolicyWatch(account, {**spoke.properties(), "policies": shapes}, options)


def _shape(policy: Policy | PlannedPolicy) -> dict[str, str]:
    return {"path": policy.path, "description": policy.description}
