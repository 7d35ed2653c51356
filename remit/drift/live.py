"""What was read of the live organization, as far as one stack is concerned. `remit.aws.drift` fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remit.drift.values import Unread
from remit.managed_policy import LivePolicy
from remit.permission_set import LivePermissionSet


@dataclass(frozen=True, slots=True)
class Live:
    """`arns`: every permission set that was looked at, by name; `permission_sets`: those of the catalog, whole, where
    the stack owns them. `assignments`: keys by permission set, within the stack's scope. `policies`: by account, of
    those accounts that could be read. `names`: of principals, by id."""

    arns: Mapping[str, str] = field(default_factory=dict)
    permission_sets: Mapping[str, LivePermissionSet] = field(default_factory=dict)
    assignments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    policies: Mapping[str, tuple[LivePolicy, ...]] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
