"""Which commit of the catalog a stack has: known by a resource that comes after all others."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from remit.promotion import TYPE
from remit.revision import Revision


class Applied(pulumi.CustomResource):
    """Depends on `after`, everything that the program makes: where one of them fails, it keeps the commit of before."""

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
