"""One Identity Center instance: its permission sets, assignments and where each permission set is provisioned.

Everything is indexed: no call looks through all assignments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from remit.organization import Organization
from sandbox.wire import JsonObject

DEFAULT_SESSION = "PT1H"
Outer = TypeVar("Outer")
Inner = TypeVar("Inner")


class PolicyReference(NamedTuple):
    """A customer managed policy, by name and path."""

    name: str
    path: str


class AssignmentKey(NamedTuple):
    """What an assignment is: nothing else belongs to it."""

    account: str
    permission_set: str
    principal_type: str
    principal_id: str


@dataclass(slots=True)
class PermissionSet:
    """`revision` counts the changes, so that one can tell where it is provisioned as it is now."""

    arn: str
    name: str
    created: float
    description: str | None = None
    session_duration: str = DEFAULT_SESSION
    relay_state: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    inline_policy: str = ""
    managed_policies: dict[str, None] = field(default_factory=dict)
    customer_policies: dict[PolicyReference, None] = field(default_factory=dict)
    boundary: JsonObject | None = None
    revision: int = 1

    @property
    def boundary_reference(self) -> PolicyReference | None:
        """The customer managed policy that is the boundary, if one is."""
        reference = (self.boundary or {}).get("CustomerManagedPolicyReference")
        return PolicyReference(reference["Name"], reference.get("Path") or "/") if reference else None


class Instance:
    """The organization's instance of Identity Center."""

    def __init__(self, organization: Organization) -> None:
        digest = sha256(organization.organization_id.encode()).hexdigest()
        self.arn = organization.instance_arn or f"arn:aws:sso:::instance/ssoins-{digest[:16]}"
        self.permission_sets: dict[str, PermissionSet] = {}
        self._by_name: dict[str, PermissionSet] = {}
        self._principals: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        self._pairs: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        self._accounts: dict[str, dict[str, int]] = {}
        self._sets: dict[str, dict[str, None]] = {}
        for name, arn in organization.permission_sets.items():
            self.add(PermissionSet(arn, name, 0.0))

    # --- permission sets --------------------------------------------------------------------------------------

    def new_arn(self, identifier: str) -> str:
        return f"arn:aws:sso:::permissionSet/{self.arn.rpartition('/')[2]}/ps-{identifier}"

    def add(self, permission_set: PermissionSet) -> None:
        self.permission_sets[permission_set.arn] = permission_set
        self._by_name[permission_set.name] = permission_set

    def remove(self, permission_set: PermissionSet) -> None:
        del self.permission_sets[permission_set.arn]
        del self._by_name[permission_set.name]

    def named(self, name: str) -> PermissionSet | None:
        return self._by_name.get(name)

    # --- assignments ------------------------------------------------------------------------------------------

    def assigned(self, key: AssignmentKey) -> bool:
        return key[2:] in self._principals.get(key[:2], {})

    def assign(self, key: AssignmentKey) -> None:
        """Adds an assignment; one that is there already stays one."""
        self._principals.setdefault(key[:2], {})[key[2:]] = None
        self._pairs.setdefault(key[2:], {})[key[:2]] = None

    def unassign(self, key: AssignmentKey) -> None:
        _discard(self._principals, key[:2], key[2:])
        _discard(self._pairs, key[2:], key[:2])

    def principals(self, account: str, permission_set: str) -> list[tuple[str, str]]:
        """(type, id) of everyone that a permission set is assigned to in an account."""
        return list(self._principals.get((account, permission_set), ()))

    def pairs(self, principal_type: str, principal_id: str) -> list[tuple[str, str]]:
        """(account, permission set ARN) of all assignments of one principal."""
        return list(self._pairs.get((principal_type, principal_id), ()))

    def assignments(self) -> Iterator[AssignmentKey]:
        for pair, principals in self._principals.items():
            for principal in principals:
                yield AssignmentKey(*pair, *principal)

    # --- where permission sets are provisioned ----------------------------------------------------------------

    def provisioned(self, account: str, permission_set: PermissionSet) -> None:
        """Notes that the account has the permission set as it is now."""
        self._accounts.setdefault(permission_set.arn, {})[account] = permission_set.revision
        self._sets.setdefault(account, {})[permission_set.arn] = None

    def deprovisioned(self, account: str, permission_set: str) -> None:
        _discard(self._accounts, permission_set, account)
        _discard(self._sets, account, permission_set)

    def accounts_of(self, permission_set: str) -> dict[str, int]:
        """Accounts that a permission set is provisioned in, with the revision that each has."""
        return self._accounts.get(permission_set, {})

    def sets_of(self, account: str) -> list[str]:
        """ARNs of the permission sets that are provisioned in an account."""
        return list(self._sets.get(account, ()))

    def forget_account(self, account: str) -> None:
        """Drops an account's assignments and everything that is provisioned in it."""
        for permission_set in self.sets_of(account):
            for principal in self.principals(account, permission_set):
                self.unassign(AssignmentKey(account, permission_set, *principal))
            self.deprovisioned(account, permission_set)


def _discard(index: dict[Outer, dict[Inner, Any]], outer: Outer, inner: Inner) -> None:
    members = index.get(outer, {})
    members.pop(inner, None)
    if not members:
        index.pop(outer, None)
