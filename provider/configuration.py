"""The provider's own configuration: the region of Identity Center, the request rate, and the guards. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from pulumi.runtime.rpc import UNKNOWN

from provider.inputs import Failure, Properties
from remit.aws.throttle import DEFAULT_RATE
from remit.errors import BadValue
from remit.max_revoke import MaxRevoke, read_max_revoke
from remit.revocation import Limits

NAMES = ("region", "requestRate", "maxRevoke", "allowSelfLockout")
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d")


@dataclass(frozen=True, slots=True)
class Configuration:
    """`region` None: AWS_REGION's. `request_rate`: sso-admin calls a second, for all resources together.

    AWS allows 20 an instance, whoever calls: a higher rate is for a raised quota or the sandbox.
    """

    region: str | None = None
    request_rate: float = DEFAULT_RATE
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, properties: Properties) -> Self:
        """From properties that `check` has passed. The engine hands numbers and truth values over as strings."""
        return cls(
            region=properties.get("region") or None,
            request_rate=float(properties.get("requestRate") or DEFAULT_RATE),
            limits=Limits(
                max_revoke=read_max_revoke(properties.get("maxRevoke") or str(MaxRevoke())),
                allow_self_lockout=str(properties.get("allowSelfLockout", "")).lower() == "true",
            ),
        )


def check(properties: Properties) -> list[Failure]:
    return list(_failures(properties))


def _failures(properties: Properties) -> Iterator[Failure]:
    region, rate = properties.get("region"), properties.get("requestRate")
    if region not in (None, "", UNKNOWN) and not (isinstance(region, str) and _REGION.fullmatch(region)):
        yield Failure("region", f"{region!r} is not the name of a region, such as us-east-1")
    if rate not in (None, "", UNKNOWN) and not _is_positive(rate):
        yield Failure("requestRate", f"{rate!r} is not a number of requests a second, such as {DEFAULT_RATE:g}")
    if (most := properties.get("maxRevoke")) not in (None, "", UNKNOWN):
        try:
            read_max_revoke(most)
        except BadValue as error:
            yield Failure("maxRevoke", f"{error.message}: {error.remedy}")
    if str(properties.get("allowSelfLockout", "false")).lower() not in ("true", "false", "", UNKNOWN):
        yield Failure("allowSelfLockout", f"{properties['allowSelfLockout']!r} is neither true nor false")


def _is_positive(value: object) -> bool:
    try:
        return 0 < float(str(value)) < float("inf")
    except ValueError:
        return False
