"""Which commit of the catalog a stack has: known by a resource that comes after all others."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from remit.promotion import TYPE
from remit.revision import Revision


class Applied(pulumi.CustomResource):
    """Depends on all that the program makes: where something fails, the engine keeps the commit of before."""

    def __init__(
        self, revision: Revision, *, after: Sequence[pulumi.Resource], provider: pulumi.ProviderResource
    ) -> None:
        properties: dict[str, pulumi.Input[object]] = {
            "commit": revision.commit,
            "catalog": revision.catalog,
            "stackFile": revision.stack_file,
            "dirty": revision.dirty,
        }
        super().__init__(TYPE, "applied", properties, pulumi.ResourceOptions(provider=provider, depends_on=list(after)))


def all_that_is_made() -> Sequence[pulumi.Resource]:
    """Fills up with every resource that the program makes from now on; providers and components hold nothing."""
    made: list[pulumi.Resource] = []

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        if isinstance(args.resource, pulumi.CustomResource) and not isinstance(args.resource, pulumi.ProviderResource):
            made.append(args.resource)

    pulumi.runtime.register_stack_transformation(note)
    return made


def record(
    revision: Revision | None, *, after: Sequence[pulumi.Resource], provider: pulumi.ProviderResource
) -> Applied | None:
    """Nothing, where nobody knows the revision: then nobody knows what the stack has."""
    return Applied(revision, after=after, provider=provider) if revision else None
