"""What was read of an organization: plain frozen values, to be folded into a catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from remit.documents import Document
from remit.organization import Organization
from remit.permission_set import LivePermissionSet
from remit.planning.values import PrincipalType

_OF_SERVICES = ("/aws-service-role/", "/service-role/", "/aws-reserved/")


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    """A customer managed policy in one account. `document` is IAM's JSON; `path` begins and ends with a slash."""

    account: str
    name: str
    path: str
    description: str
    document: Document


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
    """All that was read. The assignments of accounts that are not ACTIVE are among them.

    `unread`: why the policies of an account could not be read, by its id.
    """

    organization: Organization
    permission_sets: tuple[LivePermissionSet, ...] = ()
    assignments: tuple[FoundAssignment, ...] = ()
    policies: tuple[FoundPolicy, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyFilter:
    """Which policies are wanted: those under a path, of a name like a glob; never those that AWS's services make."""

    path: str = "/"
    name: str = "*"

    def takes(self, name: str, path: str) -> bool:
        return path.startswith(self.path) and not path.startswith(_OF_SERVICES) and fnmatchcase(name, self.name)

    def of(self, found: Found) -> Found:
        return replace(found, policies=tuple(each for each in found.policies if self.takes(each.name, each.path)))
