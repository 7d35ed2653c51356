"""What a stack's state says that the stack gave: with it one tells what somebody did by hand from what is new. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from remit.delta import by_strangers, given
from remit.documents import Document, means
from remit.managed_policy import Policy
from remit.permission_set import LivePermissionSet
from remit.policy_shape import Shape, policy_of
from remit.resource_types import (
    ACCOUNT_ASSIGNMENTS,
    MANAGED_POLICIES,
    POLICY_WATCH,
    STOCK_MANAGED_POLICY,
    STOCK_PERMISSION_SET,
)

Resource = Mapping[str, Any]


class Urn(NamedTuple):
    """The parts of a URN that tell one resource of a stack from another."""

    type: str
    name: str

    @classmethod
    def of(cls, text: str) -> Urn:
        _, _, types, name = text.split("::", 3)
        return cls(types.rpartition("$")[2], name)


@dataclass(frozen=True)
class Recorded:
    """`assignments`: by permission set, key to label. `policies`: by (account, name), in either way of fan-out.

    `written`: with aliases, the fingerprint of the document that the last run of the program wanted, which no refresh
    changes: the state of the policy itself says what is live then. `leaving`: by (account, name), pooled policies that
    left the catalog, and were there still at the last read. `permission_sets`: of each the policies alone, attached and
    inline. `strangers`: by permission set, keys of what was found there that somebody made by hand.
    """

    urns: frozenset[Urn]
    assignments: Mapping[str, Mapping[str, str]]
    policies: Mapping[tuple[str, str], Policy]
    written: Mapping[tuple[str, str], str] = field(default_factory=dict)
    leaving: frozenset[tuple[str, str]] = frozenset()
    permission_sets: Mapping[str, LivePermissionSet] = field(default_factory=dict)
    strangers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, exported: Mapping[str, Any]) -> Recorded:
        """From `pulumi stack export`. What a refresh found there that somebody made by hand is not among it."""
        resources = [
            (Urn.of(each["urn"]), each)
            for each in (exported.get("deployment") or {}).get("resources") or ()
            if not each.get("delete")
        ]
        return cls(
            frozenset(urn for urn, _ in resources),
            {urn.name: _given(each) for urn, each in resources if urn.type == ACCOUNT_ASSIGNMENTS},
            dict(found for urn, each in resources for found in _policies(urn, each)),
            dict(found for urn, each in resources for found in _written(urn, each)),
            frozenset(
                (urn.name, name)
                for urn, each in resources
                if urn.type == MANAGED_POLICIES
                for name in (each.get("outputs") or {}).get("leaving") or ()
            ),
            {urn.name: _permission_set(urn, each) for urn, each in resources if urn.type == STOCK_PERMISSION_SET},
            {urn.name: _strangers(each) for urn, each in resources if urn.type == ACCOUNT_ASSIGNMENTS},
        )

    def has(self, type_: str, name: str) -> bool:
        return Urn(type_, name) in self.urns

    def refreshed(self, account: str, name: str) -> bool:
        """Whether the state says of a policy what a refresh found, and not what the stack gave."""
        given, written = self.policies.get((account, name)), self.written.get((account, name))
        return given is not None and written is not None and not means(written, given.document)

    @cached_property
    def _policies_in_any_case(self) -> Mapping[tuple[str, str], Policy]:
        return {(account, name.lower()): policy for (account, name), policy in self.policies.items()}

    def policy(self, account: str, name: str) -> Policy | None:
        """What the state says of a policy, whatever the case of its name: a refresh takes the live one's."""
        exactly = self.policies.get((account, name))
        return exactly or self._policies_in_any_case.get((account, name.lower()))

    def has_policy(self, account: str, name: str) -> bool:
        """Whether the state has it as the stack's own, be it on its way out."""
        return (account, name) in self.leaving or self.policy(account, name) is not None

    def gave(self, permission_set: str) -> Mapping[str, str]:
        return self.assignments.get(permission_set) or {}


def _given(resource: Resource) -> dict[str, str]:
    inputs, outputs = resource.get("inputs") or {}, resource.get("outputs") or {}
    missing = outputs.get("missingAssignments") or {}
    return given(inputs.get("assignments") or {}, outputs.get("assignments"), missing)


def _strangers(resource: Resource) -> frozenset[str]:
    inputs, outputs = resource.get("inputs") or {}, resource.get("outputs") or {}
    said = {**(inputs.get("assignments") or {}), **(outputs.get("assignments") or {})}
    by_hand = (key for key, label in said.items() if by_strangers(label))
    return frozenset((*by_hand, *(outputs.get("unmanagedAssignments") or ())))


def _written(urn: Urn, resource: Resource) -> Iterator[tuple[tuple[str, str], str]]:
    if urn.type == POLICY_WATCH:
        for name, shape in ((resource.get("inputs") or {}).get("policies") or {}).items():
            if known := shape.get("document"):
                yield (urn.name, name), known


def _policies(urn: Urn, resource: Resource) -> Iterator[tuple[tuple[str, str], Policy]]:
    inputs = resource.get("inputs") or {}
    if urn.type == MANAGED_POLICIES:
        for name, shape in _shapes(inputs, resource.get("outputs") or {}).items():
            if not shape.get("unmanaged"):
                yield (urn.name, name), policy_of(name, shape)
    elif urn.type == STOCK_MANAGED_POLICY:
        account, _, name = urn.name.partition("/")
        document = _document(inputs.get("policyDocument")) or {}
        yield (account, name), Policy(name, inputs.get("path") or "/", inputs.get("description") or "", document)


def _shapes(inputs: Resource, outputs: Resource) -> Mapping[str, Shape]:
    """After a partial failure the outputs tell what there is, and the inputs what was given before: so they do of what
    is kept as somebody made it, and of what was let go of."""
    given: Mapping[str, Shape] = inputs.get("policies") or {}
    if not (failed := outputs.get("failed")):
        return given
    there, kept = outputs.get("policies") or {}, outputs.get("kept") or ()
    brought = {name: shape for name, shape in there.items() if name not in kept}
    return {**{name: shape for name, shape in given.items() if name not in failed}, **brought}


def _permission_set(urn: Urn, resource: Resource) -> LivePermissionSet:
    inputs = resource.get("inputs") or {}
    references = inputs.get("customerManagedPolicyReferences") or ()
    return LivePermissionSet(
        urn.name,
        aws_managed_policies=tuple(inputs.get("managedPolicies") or ()),
        customer_managed_policies=tuple((each["name"], each.get("path") or "/") for each in references),
        inline_policy=_document(inputs.get("inlinePolicy")),
    )


def _document(written: Any) -> Document | None:  # noqa: ANN401  JSON
    return (json.loads(written) if isinstance(written, str) else written) or None
