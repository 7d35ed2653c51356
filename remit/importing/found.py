"""What was read of an organization: plain frozen values, to be folded into a catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remit.documents import Document
from remit.organization import Organization
from remit.planning.values import PrincipalType


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    """A customer managed policy in one account. `document` is IAM's JSON; `path` begins and ends with a slash."""

    account: str
    name: str
    path: str
    description: str
    document: Document


@dataclass(frozen=True, slots=True)
class FoundPermissionSet:
    """A permission set of the instance, in the shapes of `remit.planning.values.PlannedPermissionSet`."""

    name: str
    description: str = ""
    session_duration: str = "PT1H"
    relay_state: str = ""
    aws_managed_policies: tuple[str, ...] = ()
    customer_managed_policies: tuple[tuple[str, str], ...] = ()
    inline_policy: Document | None = None
    permissions_boundary: Mapping[str, str] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class FoundAssignment:
    """Who holds which permission set in which account. `principal` is a name of the identity store.

    It is empty for a principal that is gone: AWS keeps the assignments of deleted groups and users.
    """

    account: str
    permission_set: str
    principal_type: PrincipalType
    principal_id: str
    principal: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was read and has no place in the catalog, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """All that was read. The assignments of accounts that are not ACTIVE are among them."""

    organization: Organization
    permission_sets: tuple[FoundPermissionSet, ...] = ()
    assignments: tuple[FoundAssignment, ...] = ()
    policies: tuple[FoundPolicy, ...] = ()
