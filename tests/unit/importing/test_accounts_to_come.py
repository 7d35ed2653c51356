"""What somebody changed in one account says nothing of accounts that come later."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from remit.catalog import Catalog, load_catalog
from remit.documents import Document, meaning
from remit.importing.found import Found, FoundPolicy
from remit.organization import Account
from remit.plan import make_plan
from remit.stack import Stack
from tests.unit.importing.later_import import CATALOGS, found, imported
from tests.unit.importing.test_round_trip import AT, ORGANIZATION, OUS

NEW = tuple(
    Account(id=f"9{number:011}", name=f"new-{number}", ou=OUS[number % 4], tags={"stage": "ab"[number // 4]})
    for number in range(8)
)
LATER = ORGANIZATION.model_copy(update={"accounts": (*ORGANIZATION.accounts, *NEW)})
Atom = tuple[str, str, str]
"""Kind, account, and what it has."""


def given_in(catalog: Catalog) -> Iterator[Atom]:
    """All that accounts have, and those that come later."""
    plan = make_plan(catalog, LATER, at=AT, stack=Stack("x", scope=("*", "management")))
    for grant in plan.assignments:
        yield "grant", grant.account, f"{grant.permission_set} {grant.principal_id}"
    for policy in plan.managed_policies:
        yield from (("statement", policy.account, meaning(each)) for each in policy.document["Statement"])


def changed_in(account: str, live: Found, data: st.DataObject) -> Found:
    """The same after somebody was in the console of an account."""
    others = [each for each in live.policies if each.account != account]
    here = [each for each in live.policies if each.account == account]
    if not here and others and data.draw(st.booleans()):
        here = [replace(others[0], account=account)]
    policies = [each for policy in here for each in changed(policy, data)]
    assignments = (each for each in live.assignments if each.account != account or data.draw(st.booleans()))
    return replace(live, policies=(*others, *policies), assignments=tuple(assignments))


def changed(policy: FoundPolicy, data: st.DataObject) -> Iterator[FoundPolicy]:
    first, *rest = policy.document["Statement"]
    deny = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
    statements: list[Document] = data.draw(
        st.sampled_from([[], rest, [first, *rest], [first, *rest, deny], [{**first, "Action": "sqs:Get*"}, *rest]])
    )
    if statements:
        yield replace(policy, document={**policy.document, "Statement": statements})


def elsewhere(atoms: Collection[Atom], account: str) -> set[tuple[str, str]]:
    return {(kind, what) for kind, where, what in atoms if where in ORGANIZATION.account_by_id and where != account}


@settings(max_examples=25, deadline=None)
@given(CATALOGS, st.data())
def test_a_change_in_one_account_says_nothing_of_those_to_come(entries: dict[str, Any], data: st.DataObject) -> None:
    """What no other account had goes with it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for kind, listed in entries.items():
            (folder / f"{kind}.yaml").write_text(json.dumps({kind: listed}, indent=1))
        before, live = load_catalog(folder), found(folder)
        accounts = {each.account for each in live.assignments} | {each.account for each in live.policies}
        assume(accounts)
        account = data.draw(st.sampled_from(sorted(accounts)))
        imported(folder, changed_in(account, live, data))
        was, now = set(given_in(before)), set(given_in(load_catalog(folder)))
    new = {each.id for each in NEW}
    assert {each for each in now - was if each[1] in new} == set()
    assert not {each for each in was - now if each[1] in new and each[::2] in elsewhere(was, account)}
