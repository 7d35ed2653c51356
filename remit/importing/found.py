"""What was read of an organization: plain frozen values, to be folded into a catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from remit.delta import assignment_key
from remit.documents import Document
from remit.organization import Organization
from remit.permission_set import LivePermissionSet
from remit.planning.values import PrincipalType

_OF_SERVICES = ("/aws-service-role/", "/service-role/", "/aws-reserved/")


@dataclass(frozen=True, slots=True)
class Wording:
    """A policy as its source words it: `description` and `document` with variables of the catalog in place.

    `account_vars` are those of the account that the words need.
    """

    description: str
    document: Document
    account_vars: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    """A customer managed policy in one account. `document` is IAM's JSON; `path` begins and ends with a slash.

    A statement that ends has `expires`, as the catalog's have it. `wording` is None where the source has no variables.
    """

    account: str
    name: str
    path: str
    description: str
    document: Document
    expires: str = ""
    drift: str = ""
    wording: Wording | None = None


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
    expires: str = ""
    drift: str = ""

    @property
    def key(self) -> str:
        """ACCOUNT/GROUP/PRINCIPAL-ID, as `remit.delta` compares them."""
        return assignment_key(self.account, self.principal_type, self.principal_id)


@dataclass(frozen=True, slots=True)
class SetTerms:
    """What Identity Center does not know of a permission set.

    `attached`: when a policy is detached, by its ARN, or by path and name.
    """

    expires: str = ""
    drift: str = ""
    attached: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was read and has no place in the catalog, and why. `policy`: its name, if it is a policy."""

    what: str
    reason: str
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """All that was read. The assignments of accounts that are not ACTIVE are among them.

    `unread`: why the policies of an account could not be read, by its id. `with_terms`: it is known when things end
    and what becomes of changes by hand, neither of which AWS knows; ends are texts of `remit.importing.ends`.
    `of_catalog`: it is the catalog that knows, as AWS does not. `untouched`: the paths of policies, by name, that stay
    as the catalog has them, whatever was found of them. `others`: the permission sets that a source which knows its own
    alone has not made; they are here as the catalog has them. `read`: when the oldest of it was read, ISO 8601 with its
    zone; empty where nobody knows.
    """

    organization: Organization
    permission_sets: tuple[LivePermissionSet, ...] = ()
    assignments: tuple[FoundAssignment, ...] = ()
    policies: tuple[FoundPolicy, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    with_terms: bool = False
    of_catalog: bool = False
    set_terms: Mapping[str, SetTerms] = field(default_factory=dict)
    untouched: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    read: str = ""

    @property
    def knows_its_own_alone(self) -> bool:
        """Whether its source is another tool, to which what others have made is no news."""
        return self.with_terms and not self.of_catalog

    def terms_of(self, permission_set: str) -> SetTerms:
        return self.set_terms.get(permission_set, SetTerms())


@dataclass(frozen=True, slots=True)
class PolicyFilter:
    """Which policies are wanted: those under a path, of a name like a glob; never those that AWS's services make."""

    path: str = "/"
    name: str = "*"

    def takes(self, name: str, path: str) -> bool:
        return (
            path.startswith(f"{self.path.rstrip('/')}/")
            and not path.startswith(_OF_SERVICES)
            and fnmatchcase(name, self.name)
        )

    def of(self, found: Found) -> Found:
        return replace(found, policies=tuple(each for each in found.policies if self.takes(each.name, each.path)))


EVERY_POLICY = PolicyFilter()
