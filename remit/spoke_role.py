"""The spoke role: what is assumed in each account, by whoever works there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, order=True)
class SpokeRole:
    """`name` has its path, if it has one. `external_id`: what its trust policy wants to hear; "" for nothing.

    An external id is no secret: it keeps a role from being assumed on behalf of somebody else, by a caller that
    serves many (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
    """

    name: str
    external_id: str = ""

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Self:
        """From properties of a resource, as `properties` makes them."""
        return cls(properties["role"], properties.get("externalId") or "")

    def properties(self) -> dict[str, str]:
        """As the resources of the remit provider have it among their inputs."""
        return {"role": self.name, **({"externalId": self.external_id} if self.external_id else {})}

    def arn(self, account: str) -> str:
        return f"arn:aws:iam::{account}:role/{self.name}"
