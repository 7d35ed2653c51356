"""Groups, users and who belongs to which, indexed by id and by name.

A snapshot may hold two groups of one name (a directory that is synchronized from outside can): both are found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from remit.organization import Organization, Principal


@dataclass(slots=True)
class Entry:
    """A group or a user. `attributes` are the API's own: DisplayName, UserName, Description, Emails…"""

    id: str
    attributes: dict[str, Any]


@dataclass(slots=True)
class Shelf:
    """All groups, or all users. `name_attribute` is the one that must be unique."""

    kind: str
    name_attribute: str
    by_id: dict[str, Entry] = field(default_factory=dict)
    by_name: dict[str, list[Entry]] = field(default_factory=dict)

    def seed(self, principals: Iterable[Principal]) -> None:
        for principal in principals:
            self.add(Entry(principal.id, {self.name_attribute: principal.name}))

    def add(self, entry: Entry) -> None:
        self.by_id[entry.id] = entry
        self.by_name.setdefault(self.name_of(entry), []).append(entry)

    def remove(self, entry: Entry) -> None:
        del self.by_id[entry.id]
        same_name = self.by_name[self.name_of(entry)]
        same_name.remove(entry)
        if not same_name:
            del self.by_name[self.name_of(entry)]

    def rename(self, entry: Entry, name: str) -> None:
        self.remove(entry)
        entry.attributes[self.name_attribute] = name
        self.add(entry)

    def named(self, name: str) -> list[Entry]:
        return self.by_name.get(name, [])

    def name_of(self, entry: Entry) -> str:
        return str(entry.attributes.get(self.name_attribute, ""))


@dataclass(frozen=True, slots=True)
class Membership:
    id: str
    group: str
    user: str


class Directory:
    """One identity store."""

    def __init__(self, organization: Organization) -> None:
        digest = sha256(organization.organization_id.encode()).hexdigest()
        self.id = organization.identity_store_id or f"d-{digest[:10]}"
        self.groups = Shelf("GROUP", "DisplayName")
        self.users = Shelf("USER", "UserName")
        self.groups.seed(organization.groups)
        self.users.seed(organization.users)
        self.memberships: dict[str, Membership] = {}
        self._pairs: dict[tuple[str, str], Membership] = {}

    def shelf(self, kind: str) -> Shelf:
        """GROUP or USER."""
        return self.groups if kind == "GROUP" else self.users

    def has(self, kind: str, principal_id: str) -> bool:
        return principal_id in self.shelf(kind).by_id

    def name(self, kind: str, principal_id: str) -> str:
        """A principal's name, or its id when it is gone."""
        shelf = self.shelf(kind)
        entry = shelf.by_id.get(principal_id)
        return shelf.name_of(entry) if entry else principal_id

    def membership(self, group: str, user: str) -> Membership | None:
        return self._pairs.get((group, user))

    def groups_of(self, user: str) -> list[str]:
        return [each.group for each in self.memberships.values() if each.user == user]

    def join(self, membership: Membership) -> None:
        self.memberships[membership.id] = membership
        self._pairs[membership.group, membership.user] = membership

    def leave(self, membership: Membership) -> None:
        del self.memberships[membership.id]
        del self._pairs[membership.group, membership.user]

    def drop(self, kind: str, entry: Entry) -> None:
        """Removes a principal and its memberships. Its assignments stay, as AWS leaves them."""
        self.shelf(kind).remove(entry)
        for membership in list(self.memberships.values()):
            if entry.id in (membership.group, membership.user):
                self.leave(membership)
