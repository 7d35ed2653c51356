"""The organization as the sandbox holds it: accounts and organizational units, each knowing its parent and children."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from remit.organization import Account, AccountState, Organization, OrganizationalUnit


@dataclass(slots=True)
class AccountRecord:
    """An account. `joined` is in epoch seconds."""

    id: str
    name: str
    email: str
    state: AccountState
    parent: str
    tags: dict[str, str]
    joined: float
    created: bool = True


@dataclass(slots=True)
class UnitRecord:
    """An organizational unit, or the root (whose parent is empty)."""

    id: str
    name: str
    parent: str
    tags: dict[str, str] = field(default_factory=dict)
    units: dict[str, None] = field(default_factory=dict)
    accounts: dict[str, None] = field(default_factory=dict)


class Tree:
    """All accounts and units of one organization, seeded from a snapshot."""

    def __init__(self, organization: Organization, now: float) -> None:
        self.id = organization.organization_id
        self.management = organization.management_account
        self.root_id = f"r-{_digest(self.id, 4)}"
        self.units: dict[str, UnitRecord] = {self.root_id: UnitRecord(self.root_id, "Root", "")}
        self.accounts: dict[str, AccountRecord] = {}
        self.delegated: dict[str, dict[str, float]] = {}
        self._by_path: dict[str, str] = {"": self.root_id}
        for unit in sorted(organization.organizational_units, key=lambda unit: unit.path):
            self._seed_unit(unit)
        for account in organization.accounts:
            self._seed_account(account, now)

    def _seed_unit(self, unit: OrganizationalUnit) -> None:
        parent, _, name = unit.path.rpartition("/")
        self._by_path[unit.path] = unit.id
        self.add_unit(UnitRecord(unit.id, name, self._unit_at(parent)))

    def _unit_at(self, path: str) -> str:
        """The id of the unit at a path of names; one that the snapshot does not list gets an id of its own."""
        if path not in self._by_path:
            suffix = self.root_id.removeprefix("r-")
            self._seed_unit(OrganizationalUnit(id=f"ou-{suffix}-{_digest(path, 8)}", path=path))
        return self._by_path[path]

    def _seed_account(self, account: Account, now: float) -> None:
        email = account.email or f"{account.id}@example.com"
        parent = self._unit_at(account.ou)
        tags = dict(account.tags)
        self.add_account(AccountRecord(account.id, account.name, email, account.state, parent, tags, now))

    def add_unit(self, unit: UnitRecord) -> None:
        self.units[unit.id] = unit
        self.units[unit.parent].units[unit.id] = None

    def remove_unit(self, unit: UnitRecord) -> None:
        del self.units[unit.parent].units[unit.id]
        del self.units[unit.id]

    def add_account(self, account: AccountRecord) -> None:
        self.accounts[account.id] = account
        self.units[account.parent].accounts[account.id] = None

    def remove_account(self, account: AccountRecord) -> None:
        del self.units[account.parent].accounts[account.id]
        del self.accounts[account.id]
        self.delegated.pop(account.id, None)

    def move(self, account: AccountRecord, parent: str) -> None:
        del self.units[account.parent].accounts[account.id]
        account.parent = parent
        self.units[parent].accounts[account.id] = None

    def path(self, unit_id: str) -> str:
        """`o-…/r-…/ou-…/`, as Organizations writes it."""
        ids: list[str] = []
        while unit_id:
            ids.append(unit_id)
            unit_id = self.units[unit_id].parent
        return "/".join([self.id, *reversed(ids), ""])

    def depth(self, unit_id: str) -> int:
        """0 for the root."""
        return self.path(unit_id).count("/") - 2

    def is_active(self, account_id: str) -> bool:
        account = self.accounts.get(account_id)
        return account is not None and account.state is AccountState.ACTIVE

    def administers(self, account_id: str, service_principal: str) -> bool:
        """Whether an account is the management account or a delegated administrator for a service."""
        return account_id == self.management or service_principal in self.delegated.get(account_id, {})


def _digest(text: str, length: int) -> str:
    return sha256(text.encode()).hexdigest()[:length]
