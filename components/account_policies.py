"""The managed policies of one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws_native as aws_native

from remit.documents import as_written, fingerprint
from remit.managed_policy import LivePolicy, Policy
from remit.plan import PlannedPolicy
from remit.resource_types import ACCOUNT_POLICIES, POLICY_RELEASE, POLICY_WATCH
from remit.spoke_role import SpokeRole

_ATTACHMENTS = ("roles", "users", "groups")
_FIELDS = ("managedPolicyName", "path", "description", "policyDocument")


class PolicyWatch(pulumi.CustomResource):
    """Says who has a policy that is about to be deleted or made anew (provider/policy_watch.py)."""

    documents: pulumi.Output[Mapping[str, Mapping[str, Any]] | None]

    def __init__(self, account: str, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions) -> None:
        super().__init__(POLICY_WATCH, account, {"account": account, "documents": None, **props}, opts)

    async def as_written(self, policy: PlannedPolicy) -> Mapping[str, Any]:
        """The document as somebody wrote it, where the last refresh found it in other words of the same meaning.

        Where this failed the engine leaves the policy out, but checks it first, and wants a document all the same: a
        check that fails ends the run, for every account.
        """
        found = await self.documents.future()  # None where it failed
        return as_written(policy.document, (found or {}).get(policy.name))


class PolicyRelease(pulumi.CustomResource):
    """Takes policies that leave from those who have them, just before they go (provider/policy_release.py)."""

    def __init__(self, account: str, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions) -> None:
        super().__init__(POLICY_RELEASE, account, {"account": account, **props}, opts)


class AccountPolicies(pulumi.ComponentResource):
    """One provider alias that assumes the account's spoke role, and the policies of that account under it.

    A policy's logical name is `ACCOUNT/NAME`, without the path: IAM wants names to be unique in an account
    whatever their path, so that a policy that moves to another path must be replaced, the old one first.
    It does not create the spoke role (that is the bootstrap's), nor does it look whether it is there: the
    provider says so when it assumes it. `existing`: by (account, name) what is taken over as it is. With `remit`, its
    provider, a PolicyWatch says who has a policy that is to be deleted or made anew, and remembers what a refresh saw
    (at the stack's `owned_path`, too), and the fingerprints `written` of what this run leaves as somebody made it;
    `release_at_last` lets those with `detach_on_delete` go all the same.
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
        owned_path: str = "",
        written: Mapping[tuple[str, str], str] | None = None,
        remit: pulumi.ProviderResource | None = None,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(ACCOUNT_POLICIES, account, None, opts)
        self._existing, self._written = existing or {}, written or {}
        self._planned, self._account, self._spoke, self._remit = policies, account, spoke, remit
        self._watch = self._watching(account, policies, spoke, owned_path, remit, after) if remit else None
        alias = aws_native.Provider(
            account,
            region=region,
            # A typed object: a plain dict is passed on untranslated and silently ignored.
            assume_role=aws_native.ProviderAssumeRoleArgs(
                role_arn=spoke.arn(account), session_name="remit", external_id=spoke.external_id or None
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        self.policies = {policy.name: self._policy(policy, alias) for policy in policies}
        self.register_outputs({"policyArns": [policy.policy_arn for policy in self.policies.values()]})

    def release_at_last(self, *, after: Sequence[pulumi.Resource]) -> None:
        """Once for each component, when all else is made; also where nothing is to be released, or ever was.

        If it were left out there, the engine would delete it, and with that take from everybody what merely lost the
        word `detach_on_delete`.
        """
        if self._remit:
            there = self._existing
            paths = {
                each.name: found.policy.path if (found := there.get((self._account, each.name))) else each.path
                for each in self._planned
            }
            PolicyRelease(
                self._account,
                {
                    **self._spoke.properties(),
                    "policies": paths,
                    "detachOnDelete": [each.name for each in self._planned if each.detach_on_delete],
                },
                pulumi.ResourceOptions(parent=self, provider=self._remit, depends_on=[*self.policies.values(), *after]),
            )

    def _policy(self, policy: PlannedPolicy, alias: aws_native.Provider) -> aws_native.iam.ManagedPolicy:
        there = self._existing.get((policy.account, policy.name))
        arn = there.arn if there else None
        return aws_native.iam.ManagedPolicy(
            f"{policy.account}/{policy.name}",
            managed_policy_name=policy.name,
            path=policy.path,
            description=policy.description or None,  # AWS has none either, and it cannot be added later
            policy_document=self._watch.as_written(policy) if self._watch else policy.document,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=alias,
                depends_on=[self._watch] if self._watch else [],
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
        owned_path: str,
        remit: pulumi.ProviderResource,
        after: Sequence[pulumi.Resource],
    ) -> PolicyWatch:
        """What is taken over is watched as it is, not as it shall be."""
        shapes = {
            policy.name: _shape(
                there.policy if (there := self._existing.get((account, policy.name))) else policy,
                detach=policy.detach_on_delete,
                written=self._written.get((account, policy.name)),
            )
            for policy in policies
        }
        options = pulumi.ResourceOptions(parent=self, provider=remit, depends_on=list(after))
        owned = {"ownedPath": owned_path} if owned_path else {}
        return PolicyWatch(account, {**spoke.properties(), "policies": shapes, **owned}, options)


def _shape(policy: Policy | PlannedPolicy, *, detach: bool, written: str | None) -> dict[str, str | bool | None]:
    shape: dict[str, str | bool | None] = {
        "path": policy.path,
        "description": policy.description,
        "document": written or fingerprint(policy.document),
    }
    return shape | {"detachOnDelete": True} if detach else shape
