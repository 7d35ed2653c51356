"""The organization as AWS Organizations tells it: accounts, their units, their tags.

Where ListAccounts says of each account where it is (`Paths`), A accounts in O units cost ⌈A/20⌉ + O + 3 calls;
where it does not, each unit is asked for its accounts too. Tags cost a call an account, and are read only if asked.

An account that is moved meanwhile can be in no unit's list, or in two. To take it for gone, or for one of the root,
would end access in it: so every account that ListAccounts has must be in one place, or all is read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from remit.aws.session import Aws, in_parallel
from remit.errors import AwsError, listed
from remit.organization import Account, AccountState, OrganizationalUnit

_SERVICE = "organizations"

SLASH = "%2F"
"""A slash within the name of a unit. As it is, a unit `R/D` would look like `D` in `R`, and be selected with it."""

READINGS = 4
"""How often at most the organization is read, until no account is moved meanwhile."""
_PAUSE = 5.0  # seconds between two readings

RawAccount = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OrganizationTree:
    """All that Organizations knows: what `remit.organization.Organization` has of it."""

    organization_id: str
    management_account: str
    accounts: tuple[Account, ...]
    organizational_units: tuple[OrganizationalUnit, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """Accounts by id as ListAccounts has them, in which units or roots each was seen, and the paths of all of those."""

    accounts: Mapping[str, RawAccount]
    seen: Iterable[tuple[str, str]]
    paths: Mapping[str, str]

    @property
    def unsettled(self) -> list[str]:
        """The accounts that are not in one place: moved, made or taken out while they were read."""
        places = Counter(account for account, parent in self.seen if parent in self.paths)
        everywhere = sorted({*self.accounts, *(account for account, _ in self.seen)})
        return [account for account in everywhere if places[account] != 1 or account not in self.accounts]


def look_up_tree(aws: Aws, *, with_tags: bool) -> OrganizationTree:
    """Reads the organization. Raises AwsError: the caller must be in its management account, or a delegate.

    So does an organization in which accounts are moved each time it is read.
    """
    with ThreadPoolExecutor(1) as pool:
        describing = pool.submit(aws.call, _SERVICE, "DescribeOrganization")
        roots = [root["Id"] for root in aws.items(_SERVICE, "ListRoots", "Roots")]
        found = _settled_reading(aws, roots)
        parents = dict(found.seen)
        tags = dict(in_parallel(lambda id_: (id_, _tags_of(aws, id_)), found.accounts)) if with_tags else {}
        organization = describing.result()["Organization"]
    accounts = (
        _account(raw, found.paths[parents[id_]], tags.get(id_, {})) for id_, raw in sorted(found.accounts.items())
    )
    units = (OrganizationalUnit(id=unit, path=path) for unit, path in found.paths.items() if unit not in roots)
    return OrganizationTree(
        organization_id=organization["Id"],
        management_account=organization["MasterAccountId"],
        accounts=tuple(accounts),
        organizational_units=tuple(sorted(units, key=lambda unit: unit.path)),
    )


def account_states(aws: Aws) -> dict[str, AccountState]:
    """Every account's id and state, in ⌈A/20⌉ calls. Raises AwsError."""
    return {account["Id"]: _state(account) for account in aws.items(_SERVICE, "ListAccounts", "Accounts")}


def _settled_reading(aws: Aws, roots: Iterable[str]) -> _Reading:
    found = _read(aws, roots)
    for _ in range(READINGS - 1):
        if not found.unsettled:
            return found
        aws.pause(_PAUSE)
        found = _read(aws, roots)
    if moving := found.unsettled:
        raise AwsError(
            f"AWS Organizations, read {READINGS} times, has in no unit or in several: account {listed(moving)}",
            "run again once no more accounts are moved: to go on without one would end access in it",
        )
    return found


def _read(aws: Aws, roots: Iterable[str]) -> _Reading:
    with ThreadPoolExecutor(1) as pool:
        listing = pool.submit(lambda: {raw["Id"]: raw for raw in aws.items(_SERVICE, "ListAccounts", "Accounts")})
        paths = _paths(aws, roots)
        accounts = listing.result()
    seen = [(id_, _parent_in(raw.get("Paths") or ())) for id_, raw in accounts.items()]
    if not all(parent for _, parent in seen):
        seen = _accounts_by_parent(aws, paths)
    return _Reading(accounts, seen, paths)


def _paths(aws: Aws, roots: Iterable[str]) -> dict[str, str]:
    """The path of names of every root ("") and unit by id. Level by level: the units of one are asked in parallel."""
    level = dict.fromkeys(roots, "")
    paths = dict(level)
    while level:
        children = in_parallel(lambda parent: _child_units(aws, parent), level)
        level = {
            unit: f"{path}/{name}" if path else name
            for path, found in zip(level.values(), children, strict=True)
            for unit, name in found
        }
        paths.update(level)
    return paths


def _child_units(aws: Aws, parent: str) -> list[tuple[str, str]]:
    found = aws.items(_SERVICE, "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent)
    return [(unit["Id"], unit["Name"].replace("/", SLASH)) for unit in found]


def _parent_in(paths: Iterable[str]) -> str:
    """The unit or root in `o-…/r-…/ou-…/ACCOUNT/`: the last part but the account."""
    for path in paths:
        parts = path.strip("/").split("/")
        if len(parts) > 2:
            return parts[-2]
    return ""


def _accounts_by_parent(aws: Aws, parents: Iterable[str]) -> list[tuple[str, str]]:
    """(account, unit or root) of every account that one of these has."""

    def of(parent: str) -> list[tuple[str, str]]:
        found = aws.items(_SERVICE, "ListAccountsForParent", "Accounts", ParentId=parent)
        return [(account["Id"], parent) for account in found]

    return [each for found in in_parallel(of, parents) for each in found]


def _tags_of(aws: Aws, account: str) -> dict[str, str]:
    tags = aws.items(_SERVICE, "ListTagsForResource", "Tags", ResourceId=account)
    return {tag["Key"]: tag["Value"] for tag in tags}


def _state(raw: RawAccount) -> AccountState:
    """State is the newer word: AWS announced that Status goes."""
    return AccountState(raw.get("State") or raw["Status"])


def _account(raw: RawAccount, ou: str, tags: Mapping[str, str]) -> Account:
    return Account(id=raw["Id"], name=raw["Name"], email=raw.get("Email", ""), state=_state(raw), ou=ou, tags=tags)
