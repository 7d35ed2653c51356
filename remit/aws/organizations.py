"""The organization as AWS Organizations tells it: accounts, their units, their tags.

Where ListAccounts says of each account where it is (`Paths`), A accounts in O units cost ⌈A/20⌉ + O + 3 calls;
where it does not, each unit is asked for its accounts. Tags cost a call an account, and are read only if asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from remit.aws.session import Aws, in_parallel
from remit.organization import Account, AccountState, OrganizationalUnit

_SERVICE = "organizations"

SLASH = "%2F"
"""A slash within the name of a unit. As it is, a unit `R/D` would look like `D` in `R`, and be selected with it."""

RawAccount = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OrganizationTree:
    """All that Organizations knows: what `remit.organization.Organization` has of it."""

    organization_id: str
    management_account: str
    accounts: tuple[Account, ...]
    organizational_units: tuple[OrganizationalUnit, ...]


@dataclass(frozen=True, slots=True)
class _Located:
    """An account as AWS has it, the id of its unit or root, and its tags."""

    raw: RawAccount
    parent: str
    tags: Mapping[str, str]

    def account(self, paths: Mapping[str, str]) -> Account:
        """`paths` are the units' paths by id; the root has none."""
        return Account(
            id=self.raw["Id"],
            name=self.raw["Name"],
            email=self.raw.get("Email", ""),
            state=_state(self.raw),
            ou=paths.get(self.parent, ""),
            tags=self.tags,
        )


def look_up_tree(aws: Aws, *, with_tags: bool) -> OrganizationTree:
    """Reads the organization. Raises AwsError: the caller must be in its management account, or a delegate."""
    with ThreadPoolExecutor(2) as pool:
        describing = pool.submit(aws.call, _SERVICE, "DescribeOrganization")
        listing = pool.submit(_listed_accounts, aws, with_tags=with_tags)
        roots = [root["Id"] for root in aws.items(_SERVICE, "ListRoots", "Roots")]
        paths = _unit_paths(aws, roots)
        located = listing.result() or _accounts_by_parent(aws, [*roots, *paths], with_tags=with_tags)
        organization = describing.result()["Organization"]
    units = (OrganizationalUnit(id=unit, path=path) for unit, path in paths.items())
    return OrganizationTree(
        organization_id=organization["Id"],
        management_account=organization["MasterAccountId"],
        accounts=tuple(sorted((each.account(paths) for each in located), key=lambda account: account.id)),
        organizational_units=tuple(sorted(units, key=lambda unit: unit.path)),
    )


def account_states(aws: Aws) -> dict[str, AccountState]:
    """Every account's id and state, in ⌈A/20⌉ calls. Raises AwsError."""
    return {account["Id"]: _state(account) for account in aws.items(_SERVICE, "ListAccounts", "Accounts")}


def _unit_paths(aws: Aws, roots: Iterable[str]) -> dict[str, str]:
    """Every unit's id and its path of names, level by level: the units of a level are asked in parallel."""
    paths: dict[str, str] = {}
    level = dict.fromkeys(roots, "")
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


def _listed_accounts(aws: Aws, *, with_tags: bool) -> list[_Located] | None:
    """Every account and where it is; None when AWS does not say where one is: then it says of none."""
    located: list[tuple[RawAccount, str]] = []
    for account in aws.items(_SERVICE, "ListAccounts", "Accounts"):
        parent = _parent_in(account.get("Paths") or ())
        if not parent:
            return None
        located.append((account, parent))
    return _with_tags(aws, located, wanted=with_tags)


def _parent_in(paths: Iterable[str]) -> str:
    """The unit or root in `o-…/r-…/ou-…/ACCOUNT/`: the last part but the account."""
    for path in paths:
        parts = path.strip("/").split("/")
        if len(parts) > 2:
            return parts[-2]
    return ""


def _accounts_by_parent(aws: Aws, parents: list[str], *, with_tags: bool) -> list[_Located]:
    def of(parent: str) -> list[tuple[RawAccount, str]]:
        found = aws.items(_SERVICE, "ListAccountsForParent", "Accounts", ParentId=parent)
        return [(account, parent) for account in found]

    located = [each for found in in_parallel(of, parents) for each in found]
    return _with_tags(aws, located, wanted=with_tags)


def _with_tags(aws: Aws, located: list[tuple[RawAccount, str]], *, wanted: bool) -> list[_Located]:
    def tagged(each: tuple[RawAccount, str]) -> _Located:
        raw, parent = each
        return _Located(raw, parent, _tags_of(aws, raw["Id"]) if wanted else {})

    return in_parallel(tagged, located)


def _tags_of(aws: Aws, account: str) -> dict[str, str]:
    tags = aws.items(_SERVICE, "ListTagsForResource", "Tags", ResourceId=account)
    return {tag["Key"]: tag["Value"] for tag in tags}


def _state(raw: RawAccount) -> AccountState:
    """State is the newer word: AWS announced that Status goes."""
    return AccountState(raw.get("State") or raw["Status"])
