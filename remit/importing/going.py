"""What a catalog gave, and gives no more after an import: an import that takes something away says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from remit.catalog.load import Catalog
from remit.documents import Document
from remit.errors import listed
from remit.importing.ends import found_at
from remit.importing.found import Found
from remit.importing.proof import EVERYWHERE
from remit.importing.statements import changes_between
from remit.permission_set import LivePermissionSet
from remit.plan import Plan
from remit.planning.unending import plan_without_refusals
from remit.planning.values import PlannedPermissionSet


def what_goes(catalog: Catalog, said: Found, at: datetime) -> tuple[str, ...]:
    """In words, from the catalog before the import: policies, permission sets, what they hold, and access."""
    plan = plan_without_refusals(catalog, said.organization, at=at, stack=EVERYWHERE)
    names = {account.id: account.name for account in said.organization.accounts}
    said = found_at(said, at)
    there = {(each.name, each.account) for each in said.policies}
    accounts: defaultdict[str, list[str]] = defaultdict(list)
    for each in plan.managed_policies:
        if each.name not in said.untouched and (each.name, each.account) not in there:
            accounts[each.name].append(names[each.account])
    sets = {each.name: each for each in said.permission_sets}
    given = {(each.permission_set, each.key) for each in said.assignments}
    access = [
        f"{each.principal}: {each.permission_set} in {names[each.account]}"
        for each in plan.assignments
        if (each.permission_set, each.key) not in given
    ]
    alive = {name for name, _ in there}
    return (
        *_policies(accounts, alive),
        *_statements(plan, said, names),
        *(f"permission set {each.name}" for each in plan.permission_sets if each.name not in sets),
        *(text for each in plan.permission_sets if each.name in sets for text in _parts(each, sets[each.name])),
        *access,
    )


def _policies(accounts: Mapping[str, list[str]], alive: set[str]) -> Iterator[str]:
    for name, where in sorted(accounts.items()):
        yield from (f"policy {name} in {each}" for each in where) if name in alive else (f"policy {name}",)


def _statements(plan: Plan, said: Found, names: Mapping[str, str]) -> Iterator[str]:
    """Of policies that stay, with the accounts that have them no more."""
    found = {(each.name, each.account): each.document for each in said.policies}
    accounts: defaultdict[str, list[str]] = defaultdict(list)
    for each in plan.managed_policies:
        if document := found.get((each.name, each.account)):
            for statement in _gone(each.document, document):
                accounts[f"{statement} of policy {each.name}"].append(names[each.account])
    yield from (f"{what} in {listed(where)}" for what, where in sorted(accounts.items()))


def _parts(planned: PlannedPermissionSet, found: LivePermissionSet) -> Iterator[str]:
    """Statements, attached policies and the boundary of a permission set that stays."""
    what = f"permission set {planned.name}"
    yield from (f"{each} of {what}" for each in _gone(planned.inline_policy, found.inline_policy))
    for arn in sorted({*planned.aws_managed_policies} - {*found.aws_managed_policies}):
        yield f"{arn.rpartition(':policy/')[2]}, attached to {what}"
    kept = {name for name, _ in found.customer_managed_policies}
    for name, _ in sorted(planned.customer_managed_policies):
        if name not in kept:
            yield f"{name}, attached to {what}"
    if planned.permissions_boundary and not found.permissions_boundary:
        yield f"the boundary of {what}"


def _gone(was: Document | None, found: Document | None) -> Iterator[str]:
    """Statements that neither stand there yet nor were changed."""
    if was != found:
        for place, statement, there in changes_between(was, found):
            if statement is not None and place is not None and there is None:
                yield f"statement {statement.get('Sid') or place + 1}"
