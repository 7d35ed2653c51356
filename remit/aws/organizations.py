"""The organization as AWS Organizations tells it: accounts, their units, their tags.

Where ListAccounts says of each account where it is (`Paths`), A accounts in O units cost ⌈A/20⌉ + O + 3 calls;
where it does not, each unit is asked for its accounts. Tags cost a call an account, and are read only if asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from remit.aws.session import Aws, in_parallel
from remit.organization import Account, AccountState, OrganizationalUnit

_SERVICE = "organizations"

RawAccount = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OrganizationTree:
    """All that Organizations knows: what `remit.organization.Organization` has of it."""

    organization_id: str
    management_account: str
    accounts: tuple[Account, ...]
    organizational_units: tuple[OrganizationalUnit, ...]


def look_up_tree(aws: Aws, *, with_tags: bool) -> OrganizationTree:
    """Reads the organization. Raises AwsError: the caller must be in its management account, or a delegate."""
    organization = aws.call(_SERVICE, "DescribeOrganization")["Organization"]
    roots = [root["Id"] for root in aws.items(_SERVICE, "ListRoots", "Roots")]
    paths = _unit_paths(aws, roots)
    raw = _accounts_with_parents(aws, [*roots, *paths])
    tags = _tags(aws, raw) if with_tags else {}
    accounts = (_account(each, paths.get(parent, ""), tags.get(each["Id"], {})) for each, parent in raw)
    units = (OrganizationalUnit(id=unit, path=path) for unit, path in paths.items())
    return OrganizationTree(
        organization_id=organization["Id"],
        management_account=organization["MasterAccountId"],
        accounts=tuple(sorted(accounts, key=lambda account: account.id)),
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
            unit: f"{path}/{name}".lstrip("/")
            for path, found in zip(level.values(), children, strict=True)
            for unit, name in found
        }
        paths.update(level)
    return paths


def _child_units(aws: Aws, parent: str) -> list[tuple[str, str]]:
    found = aws.items(_SERVICE, "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent)
    return [(unit["Id"], unit["Name"]) for unit in found]


def _accounts_with_parents(aws: Aws, parents: list[str]) -> list[tuple[RawAccount, str]]:
    """Every account, and the id of its unit or root."""
    located: list[tuple[RawAccount, str]] = []
    for account in aws.items(_SERVICE, "ListAccounts", "Accounts"):
        parent = _parent_in(account.get("Paths") or ())
        if not parent:  # AWS does not say where this one is, so it says of none: go by parents
            return _accounts_by_parent(aws, parents)
        located.append((account, parent))
    return located


def _parent_in(paths: Iterable[str]) -> str:
    """The unit or root in `o-…/r-…/ou-…/ACCOUNT/`: the last part but the account."""
    for path in paths:
        parts = path.strip("/").split("/")
        if len(parts) > 2:
            return parts[-2]
    return ""


def _accounts_by_parent(aws: Aws, parents: list[str]) -> list[tuple[RawAccount, str]]:
    def of(parent: str) -> list[tuple[RawAccount, str]]:
        found = aws.items(_SERVICE, "ListAccountsForParent", "Accounts", ParentId=parent)
        return [(account, parent) for account in found]

    return [located for found in in_parallel(of, parents) for located in found]


def _tags(aws: Aws, accounts: list[tuple[RawAccount, str]]) -> dict[str, dict[str, str]]:
    ids = [account["Id"] for account, _ in accounts]
    return dict(zip(ids, in_parallel(lambda id_: _tags_of(aws, id_), ids), strict=True))


def _tags_of(aws: Aws, account: str) -> dict[str, str]:
    tags = aws.items(_SERVICE, "ListTagsForResource", "Tags", ResourceId=account)
    return {tag["Key"]: tag["Value"] for tag in tags}


def _account(raw: RawAccount, ou: str, tags: Mapping[str, str]) -> Account:
    return Account(id=raw["Id"], name=raw["Name"], email=raw.get("Email", ""), state=_state(raw), ou=ou, tags=tags)


def _state(raw: RawAccount) -> AccountState:
    """State is the newer word: AWS announced that Status goes."""
    return AccountState(raw.get("State") or raw["Status"])
