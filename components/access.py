"""Who gets which permission set where: one bulk resource for each permission set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import pulumi

from components.instance import Instance
from components.order import Policies, Settled, settled
from remit.drift.kept import Kept
from remit.plan import Plan, PlannedAssignment
from remit.resource_types import ACCESS, ACCOUNT_ASSIGNMENTS, REVOCATION_GUARD
from remit.stack import FanOut, Stack


class AccountAssignments(pulumi.CustomResource):
    """All assignments of one permission set within a scope; the remit provider owns it (provider/)."""

    def __init__(self, name: str, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions) -> None:
        super().__init__(ACCOUNT_ASSIGNMENTS, name, dict(props), opts)


class RevocationGuard(pulumi.CustomResource):
    """Refuses a run that takes away too much; all that writes waits for it (provider/revocation_guard.py)."""

    def __init__(self, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions) -> None:
        super().__init__(REVOCATION_GUARD, "revocation-guard", dict(props), opts)


class Access(pulumi.ComponentResource):
    """The account assignments of a stack, and the guard over what is taken away.

    Made before everything else, so that all else can wait for its `guard`; `assign` comes last. `known` maps names
    of permission sets to ARNs as far as they are known by now, `account_names` is for people.
    `provider` is the plugin remit, `kept` what this run leaves as it is, `revisions` what the guard is told of the
    commit (`remit.drift.run`).
    """

    guard: RevocationGuard
    provider: pulumi.ProviderResource
    assignments: list[AccountAssignments]

    def __init__(
        self,
        plan: Plan,
        *,
        instance: Instance,
        stack: Stack,
        known: Mapping[str, str] | None = None,
        account_names: Mapping[str, str] | None = None,
        fan_out: FanOut = "aliases",
        kept: Kept | None = None,
        revisions: Mapping[str, Mapping[str, object]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(ACCESS, "access", None, opts)
        self._plan, self._instance, self._stack = plan, instance, stack
        self._kept = kept or Kept()
        self._assignments = _by_permission_set(plan.assignments)
        self.assignments = []
        self.provider = _RemitProvider(
            "identity-center",
            {
                "region": instance.region,
                "requestRate": stack.request_rate,
                "maxRevoke": str(stack.max_revoke),
                "allowSelfLockout": stack.allow_self_lockout,
            },
            pulumi.ResourceOptions(parent=self),
        )
        own = {each.name for each in plan.permission_sets}
        missing = sorted(plan.references.keys() - own - (known or {}).keys()) if stack.refers else []
        left_alone = {name: keys for name in plan.references if (keys := self._kept.keys(name))}
        self.guard = RevocationGuard(
            {
                "instanceArn": instance.arn,
                "scope": list(plan.scope),
                "unmanaged": stack.unmanaged,
                "fanOut": fan_out,
                **({} if plan.managed_policies or fan_out == "pooled" else {"noPolicies": True}),
                "assignments": {name: self._assignments.get(name, {}) for name in plan.references},
                "permissionSetArns": dict(known or {}),
                **({"kept": left_alone} if left_alone else {}),
                **({"missing": missing} if missing else {}),
                **(revisions or {}),
                "accountNames": {account: (account_names or {}).get(account, "") for account in plan.scope},
            },
            pulumi.ResourceOptions(parent=self, provider=self.provider),
        )

    def assign(self, arns: Mapping[str, pulumi.Input[str]], needs: Policies) -> None:
        """One resource for each permission set, exclusive within the plan's scope.

        A permission set that nobody is assigned to still gets its resource: that is how an assignment made by hand
        is seen. `arns` maps permission set names to ARNs, `needs` to what must be there first.
        """
        for name in sorted(arns):
            kept, gone = self._kept.keys(name), self._kept.permission_set(name).gone
            assigned = AccountAssignments(
                name,
                {
                    "instanceArn": self._instance.arn,
                    "permissionSetArn": arns[name],
                    "scope": list(self._plan.scope),
                    "assignments": self._assignments.get(name, {}),
                    "unmanaged": self._stack.unmanaged,
                    **({"kept": kept} if kept else {}),
                },
                pulumi.ResourceOptions(
                    parent=self,
                    provider=self.provider,
                    depends_on=self._after(needs.get(name, ())),
                    ignore_changes=["scope", "assignments"] if gone else None,  # AWS could do nothing of it
                ),
            )
            self.assignments.append(assigned)
        self.register_outputs({})

    def _after(self, policies: Sequence[pulumi.Resource]) -> Settled:
        return settled(policies, self.guard)


class _RemitProvider(pulumi.ProviderResource):
    def __init__(self, name: str, props: Mapping[str, object], opts: pulumi.ResourceOptions) -> None:
        super().__init__("remit", name, dict(props), opts)


def known_arns(plan: Plan, permission_sets: Mapping[str, str]) -> dict[str, str]:
    """{permission set of the catalog: ARN} of those that exist already and another stack owns.

    `permission_sets` are all that the instance has; those that no catalog knows are not ours to touch. One
    that is still missing is no error: the stack that owns it may come after this one. Its assignments are
    left out with a warning, and made by the next run.
    """
    own = {each.name for each in plan.permission_sets}
    missing = sorted({each.permission_set for each in plan.assignments} - own - permission_sets.keys())
    for name in missing:
        pulumi.log.warn(
            f"permission set {name} does not exist yet: its assignments are left out. "
            "Run the stack that owns the permission sets, then this one again"
        )
    return {name: permission_sets[name] for name in plan.references if name in permission_sets and name not in own}


def _by_permission_set(assignments: Sequence[PlannedAssignment]) -> dict[str, dict[str, str]]:
    """{permission set: {"ACCOUNT/GROUP/PRINCIPAL-ID": label}}; the label is for people, the key alone counts."""
    ordered = sorted(assignments, key=lambda each: each.permission_set)
    return {
        name: {each.key: each.principal for each in group}
        for name, group in groupby(ordered, key=lambda each: each.permission_set)
    }
