"""Who gets which permission set where: one bulk resource for each permission set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import pulumi

from components.instance import Instance
from components.order import Policies, settled
from remit.plan import Plan, PlannedAssignment
from remit.stack import Stack

TYPE = "remit:index:Access"


class AccountAssignments(pulumi.CustomResource):
    """All assignments of one permission set within a scope; the remit provider owns it (provider/)."""

    def __init__(self, name: str, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions) -> None:
        super().__init__("remit:index:AccountAssignments", name, dict(props), opts)


class Access(pulumi.ComponentResource):
    """The account assignments of a stack.

    Each resource is exclusive for its permission set within the plan's scope. A permission set that nobody is
    assigned to still gets its resource: that is how an assignment made by hand is seen. `arns` maps permission
    set names to ARNs, `needs` to what must be there first.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        arns: Mapping[str, pulumi.Input[str]],
        instance: Instance,
        stack: Stack,
        needs: Policies,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(TYPE, "access", None, opts)
        provider = _RemitProvider(
            "identity-center",
            {"region": instance.region, "requestRate": stack.request_rate},
            pulumi.ResourceOptions(parent=self),
        )
        of_set = _by_permission_set(plan.assignments)
        for name in sorted(arns):
            AccountAssignments(
                name,
                {
                    "instanceArn": instance.arn,
                    "permissionSetArn": arns[name],
                    "scope": list(plan.scope),
                    "assignments": of_set.get(name, {}),
                    "unmanaged": stack.unmanaged,
                },
                pulumi.ResourceOptions(parent=self, provider=provider, depends_on=settled(needs.get(name, ()))),
            )
        self.register_outputs({})


class _RemitProvider(pulumi.ProviderResource):
    def __init__(self, name: str, props: Mapping[str, object], opts: pulumi.ResourceOptions) -> None:
        super().__init__("remit", name, dict(props), opts)


def known_arns(plan: Plan, permission_sets: Mapping[str, str]) -> dict[str, str]:
    """{permission set of the catalog: ARN} of those that exist already, for a stack that does not own them.

    `permission_sets` are all that the instance has; those that no catalog knows are not ours to touch. One
    that is still missing is no error: the stack that owns it may come after this one. Its assignments are
    left out with a warning, and made by the next run.
    """
    missing = sorted({each.permission_set for each in plan.assignments} - permission_sets.keys())
    for name in missing:
        pulumi.log.warn(
            f"permission set {name} does not exist yet: its assignments are left out. "
            "Run the stack that owns the permission sets, then this one again"
        )
    return {name: permission_sets[name] for name in plan.references if name in permission_sets}


def _by_permission_set(assignments: Sequence[PlannedAssignment]) -> dict[str, dict[str, str]]:
    """{permission set: {"ACCOUNT/GROUP/PRINCIPAL-ID": label}}; the label is for people, the key alone counts."""
    ordered = sorted(assignments, key=lambda each: each.permission_set)
    return {
        name: {each.key: each.principal for each in group}
        for name, group in groupby(ordered, key=lambda each: each.permission_set)
    }
