"""Who gets which permission set where: one bulk resource for each permission set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import pulumi

from remit.plan import PlannedAssignment

TYPE = "remit:index:Access"


class AccountAssignments(pulumi.CustomResource):
    """All assignments of one permission set within a scope; the remit provider owns it (provider/)."""

    def __init__(self, name: str, props: Mapping[str, pulumi.Input[object]], opts: pulumi.ResourceOptions) -> None:
        super().__init__("remit:index:AccountAssignments", name, dict(props), opts)


class Access(pulumi.ComponentResource):
    """The account assignments of a stack.

    Each resource is exclusive for its permission set within `scope` (account ids). A permission set that
    nobody is assigned to still gets its resource: that is how an assignment made by hand is seen. `arns` maps
    permission set names to ARNs, `needs` to what must be there first.
    """

    def __init__(
        self,
        assignments: Sequence[PlannedAssignment],
        *,
        arns: Mapping[str, pulumi.Input[str]],
        scope: Sequence[str],
        instance_arn: str,
        region: str,
        unmanaged: str,
        needs: Mapping[str, Sequence[pulumi.Resource]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(TYPE, "access", None, opts)
        provider = _RemitProvider("identity-center", {"region": region}, pulumi.ResourceOptions(parent=self))
        of_set = _by_permission_set(assignments)
        for name in sorted(arns):
            AccountAssignments(
                name,
                {
                    "instanceArn": instance_arn,
                    "permissionSetArn": arns[name],
                    "scope": list(scope),
                    "assignments": of_set.get(name, {}),
                    "unmanaged": unmanaged,
                },
                pulumi.ResourceOptions(parent=self, provider=provider, depends_on=list(needs.get(name, ()))),
            )
        self.register_outputs({})


class _RemitProvider(pulumi.ProviderResource):
    def __init__(self, name: str, props: Mapping[str, str], opts: pulumi.ResourceOptions) -> None:
        super().__init__("remit", name, dict(props), opts)


def _by_permission_set(assignments: Sequence[PlannedAssignment]) -> dict[str, dict[str, str]]:
    """{permission set: {"ACCOUNT/GROUP/PRINCIPAL-ID": label}}; the label is for people, the key alone counts."""
    ordered = sorted(assignments, key=lambda each: each.permission_set)
    return {
        name: {f"{each.account}/{each.principal_type}/{each.principal_id}": each.principal for each in group}
        for name, group in groupby(ordered, key=lambda each: each.permission_set)
    }
