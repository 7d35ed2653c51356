"""What a plan is made of: plain frozen values, each with the place in the catalog that put it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from remit.delta import assignment_key
from remit.errors import Problem, Source

PrincipalType = Literal["GROUP", "USER"]


@dataclass(frozen=True, slots=True)
class PlannedPolicy:
    """A customer managed policy in one account. `document` is IAM's JSON; `path` begins and ends with a slash."""

    account: str
    name: str
    path: str
    description: str
    document: Mapping[str, Any]
    source: Source
    detach_on_delete: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPermissionSet:
    """A permission set of the instance.

    `session_duration` is ISO 8601 (PT8H), `aws_managed_policies` are ARNs, `customer_managed_policies` pairs of
    name and path, `permissions_boundary` is {"aws_managed": ARN}, {"name": …, "path": …} or None.
    """

    name: str
    description: str
    session_duration: str
    relay_state: str
    aws_managed_policies: tuple[str, ...]
    customer_managed_policies: tuple[tuple[str, str], ...]
    inline_policy: Mapping[str, Any] | None
    permissions_boundary: Mapping[str, str] | None
    tags: Mapping[str, str]
    source: Source


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """One principal with one permission set in one account. `sources` are all rules that give it, sorted."""

    account: str
    permission_set: str
    principal_type: PrincipalType
    principal: str
    principal_id: str
    source: Source
    sources: tuple[Source, ...]

    @property
    def key(self) -> str:
        """ACCOUNT/GROUP/PRINCIPAL-ID, as `remit.delta` compares them."""
        return assignment_key(self.account, self.principal_type, self.principal_id)


@dataclass(frozen=True, slots=True)
class Plan:
    """The desired set. Everything is sorted; `scope` are the ids of the ACTIVE accounts that the stack may touch.

    `permission_sets` lacks those that another stack owns; `references` names them all the same, each with the
    policies of the catalog that it refers to, boundary included. `waves` says for each account with policies which
    wave it is in, from 1. `left_alone`: permission sets of the catalog that the stack may not touch (they are in no
    `references`), since they are the management account's. `watched`: the accounts whose policies are looked at whether
    or not they get one, since the stack owns a path; never the management account, in which nobody may have a role.
    """

    managed_policies: tuple[PlannedPolicy, ...]
    permission_sets: tuple[PlannedPermissionSet, ...]
    assignments: tuple[PlannedAssignment, ...]
    references: Mapping[str, tuple[str, ...]]
    scope: tuple[str, ...]
    warnings: tuple[Problem, ...]
    waves: Mapping[str, int] = field(default_factory=dict)
    left_alone: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()
