"""Which commit of the catalog a stack has: known by a resource that comes after all others."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from remit.drift.run import Run
from remit.resource_types import APPLIED
from remit.revision import NOWHERE, Revision, said


class Applied(pulumi.CustomResource):
    """Depends on all that the program makes: where something fails, the engine keeps the commit of before."""

    def __init__(
        self, revision: Revision | None, *, after: Sequence[pulumi.Resource], provider: pulumi.ProviderResource
    ) -> None:
        """None: what the state says of it stays."""
        properties: dict[str, pulumi.Input[object]] = {**said(revision or NOWHERE)}
        ignored = list(properties) if revision is None else None
        options = pulumi.ResourceOptions(provider=provider, depends_on=list(after), ignore_changes=ignored)
        super().__init__(APPLIED, "applied", properties, options)


def all_that_is_made() -> Sequence[pulumi.Resource]:
    """Fills up with every resource that the program makes from now on; providers and components hold nothing."""
    made: list[pulumi.Resource] = []

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        if isinstance(args.resource, pulumi.CustomResource) and not isinstance(args.resource, pulumi.ProviderResource):
            made.append(args.resource)

    pulumi.runtime.register_stack_transformation(note)
    return made


def record(run: Run, *, after: Sequence[pulumi.Resource], provider: pulumi.ProviderResource) -> Applied | None:
    """Nothing, where nobody knows the revision: then nobody knows what the stack has."""
    revision = run.revision()
    return Applied(revision, after=after, provider=provider) if revision or run.again else None
