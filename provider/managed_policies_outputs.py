"""The outputs of ManagedPolicies: what differs from the inputs, and what the last change could not do. Pure.

The policies themselves stand in the inputs alone. Only where those are not what is live, after a partial failure, the
outputs hold them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from provider.inputs import Properties
from provider.managed_policies_inputs import Inputs
from remit.policy_shape import Shape


@dataclass(frozen=True, slots=True)
class Outputs:
    """`failed`: policy to reason. `unmanaged`: {name: path} of policies under the owned path that nobody knows.

    `live`: what is ours and there, by name; None when the inputs say it.
    """

    failed: Mapping[str, str] = field(default_factory=dict)
    unmanaged: Mapping[str, str] = field(default_factory=dict)
    live: Mapping[str, Shape] | None = None

    @classmethod
    def of(cls, properties: Properties) -> Self:
        return cls(
            properties.get("failed") or {}, properties.get("unmanagedPolicies") or {}, properties.get("policies")
        )

    def properties(self, inputs: Inputs) -> Properties:
        return {
            "account": inputs.account,
            **({"policies": dict(sorted(self.live.items()))} if self.live is not None else {}),
            **({"failed": dict(sorted(self.failed.items()))} if self.failed else {}),
            **({"kept": kept} if (kept := self._kept(inputs)) else {}),
            **({"unmanagedPolicies": dict(sorted(self.unmanaged.items()))} if self.unmanaged else {}),
        }

    def _kept(self, inputs: Inputs) -> list[str]:
        """After a partial failure: of what is live, the names that the run left as they were, maybe made by hand."""
        return sorted(inputs.kept & (self.live or {}).keys()) if self.failed else []


def shapes_of(inputs: Inputs, outputs: Outputs) -> dict[str, Shape]:
    """What the state says is there and ours, by name."""
    shapes = inputs.shapes if outputs.live is None else outputs.live
    return {name: shape for name, shape in shapes.items() if not shape.get("unmanaged")}
