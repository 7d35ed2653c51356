"""The provider's own configuration: the region of Identity Center, and the request rate. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pulumi.runtime.rpc import UNKNOWN

from provider.inputs import Failure, Properties
from remit.aws.throttle import DEFAULT_RATE

_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d")


@dataclass(frozen=True, slots=True)
class Configuration:
    """`region` None: AWS_REGION's. `request_rate`: sso-admin calls a second, for all resources together.

    AWS allows 20 an instance, whoever calls: a higher rate is for a raised quota or the sandbox.
    """

    region: str | None = None
    request_rate: float = DEFAULT_RATE

    @classmethod
    def of(cls, properties: Properties) -> Self:
        """From properties that `check` has passed. The engine hands numbers over as strings."""
        return cls(
            region=properties.get("region") or None, request_rate=float(properties.get("requestRate") or DEFAULT_RATE)
        )


def check(properties: Properties) -> list[Failure]:
    return list(_failures(properties))


def _failures(properties: Properties) -> Iterator[Failure]:
    region, rate = properties.get("region"), properties.get("requestRate")
    if region not in (None, "", UNKNOWN) and not (isinstance(region, str) and _REGION.fullmatch(region)):
        yield Failure("region", f"{region!r} is not the name of a region, such as us-east-1")
    if rate not in (None, "", UNKNOWN) and not _is_positive(rate):
        yield Failure("requestRate", f"{rate!r} is not a number of requests a second, such as {DEFAULT_RATE:g}")


def _is_positive(value: object) -> bool:
    try:
        return 0 < float(str(value)) < float("inf")
    except ValueError:
        return False
