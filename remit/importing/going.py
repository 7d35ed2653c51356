"""What a catalog gave, and gives no more after an import: an import that takes something away says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from remit.catalog.load import Catalog
from remit.importing.found import Found
from remit.importing.proof import EVERYWHERE
from remit.planning.unending import plan_without_refusals


def what_goes(catalog: Catalog, said: Found, at: datetime) -> tuple[str, ...]:
    """In words, from the catalog before the import: policies, permission sets, access, each account by its name."""
    plan = plan_without_refusals(catalog, said.organization, at=at, stack=EVERYWHERE)
    names = {account.id: account.name for account in said.organization.accounts}
    there = {(each.name, each.account) for each in said.policies}
    accounts: defaultdict[str, list[str]] = defaultdict(list)
    for each in plan.managed_policies:
        if each.name not in said.untouched and (each.name, each.account) not in there:
            accounts[each.name].append(names[each.account])
    sets = {each.name for each in said.permission_sets}
    given = {(each.permission_set, each.key) for each in said.assignments}
    access = [
        f"{each.principal}: {each.permission_set} in {names[each.account]}"
        for each in plan.assignments
        if (each.permission_set, each.key) not in given
    ]
    alive = {name for name, _ in there}
    return (
        *_policies(accounts, alive),
        *(f"permission set {each.name}" for each in plan.permission_sets if each.name not in sets),
        *access,
    )


def _policies(accounts: Mapping[str, list[str]], alive: set[str]) -> Iterator[str]:
    for name, where in sorted(accounts.items()):
        yield from (f"policy {name} in {each}" for each in where) if name in alive else (f"policy {name}",)
