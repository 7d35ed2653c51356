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
from remit.leaving import Leaving, going
from remit.policy_shape import Shape


@dataclass(frozen=True, slots=True)
class Outputs:
    """`failed`: policy to reason. `unmanaged`: {name: path} of policies under the owned path that nobody knows.

    `live`: what is ours and there, by name; None when the inputs say it. `leaving`: what was ours, and is to be deleted
    by `PolicyRemoval`; it stays until a read shows that it is gone.
    """

    failed: Mapping[str, str] = field(default_factory=dict)
    unmanaged: Mapping[str, str] = field(default_factory=dict)
    live: Mapping[str, Shape] | None = None
    leaving: Mapping[str, Leaving] = field(default_factory=dict)

    @classmethod
    def of(cls, properties: Properties) -> Self:
        return cls(
            properties.get("failed") or {},
            properties.get("unmanagedPolicies") or {},
            properties.get("policies"),
            {name: Leaving.of(told) for name, told in (properties.get("leaving") or {}).items()},
        )

    def properties(self, inputs: Inputs) -> Properties:
        return {
            "account": inputs.account,
            **({"policies": dict(sorted(self.live.items()))} if self.live is not None else {}),
            **({"failed": dict(sorted(self.failed.items()))} if self.failed else {}),
            **({"kept": kept} if (kept := self._kept(inputs)) else {}),
            **({"unmanagedPolicies": dict(sorted(self.unmanaged.items()))} if self.unmanaged else {}),
            **self.leaving_properties(),
        }

    def _kept(self, inputs: Inputs) -> list[str]:
        """After a partial failure: of what is live, the names that the run left as they were, maybe made by hand."""
        return sorted(inputs.kept & (self.live or {}).keys()) if self.failed else []

    def leaving_properties(self) -> Properties:
        told = {name: each.properties() for name, each in sorted(self.leaving.items())}
        return {"leaving": told} if told else {}


def shapes_of(inputs: Inputs, outputs: Outputs) -> dict[str, Shape]:
    """What the state says is there and ours, by name."""
    shapes = inputs.shapes if outputs.live is None else outputs.live
    return {name: shape for name, shape in shapes.items() if not shape.get("unmanaged")}


def leaving_of(before: Inputs, outputs: Outputs, inputs: Inputs) -> dict[str, Leaving]:
    """What is on its way out once the inputs are what they shall be, as far as the state knows."""
    return going(shapes_of(before, outputs), outputs.leaving, inputs.shapes)


def all_of(inputs: Inputs, outputs: Outputs) -> dict[str, Leaving]:
    """Everything that is ours, on its way out."""
    return going(shapes_of(inputs, outputs), outputs.leaving, ())
