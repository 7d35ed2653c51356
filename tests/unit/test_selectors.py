"""Which accounts a selector means."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import BadValue
from remit.organization import Account, AccountState
from remit.selectors import AccountIndex, parse_selector
from remit.snapshot import derived_id
from tests.unit.small_world import EVERYWHERE, LAB, MANAGEMENT, ORGANIZATION, PAYMENTS, PAYMENTS_DEV, SHOP, ZERO

INDEX = AccountIndex(ORGANIZATION)

MEANINGS = [
    ("*", EVERYWHERE),
    ("management", {MANAGEMENT}),
    ("ou:Workloads", {PAYMENTS, PAYMENTS_DEV, SHOP}),
    ("ou:Workloads/Prod", {PAYMENTS, SHOP}),
    ("ou:/Workloads/Prod/", {PAYMENTS, SHOP}),
    ("ou:EU", {SHOP}),
    (f"ou:{derived_id('Workloads/Prod')}", {PAYMENTS, SHOP}),
    ("ou-only:Workloads", set()),
    ("ou-only:Workloads/Prod", {PAYMENTS}),
    ("ou-only:Sandbox", {ZERO}),
    ("account:payments", {PAYMENTS}),
    ("account:SHOP", {SHOP}),
    ("account:012345678901", {ZERO}),
    ("account:payments*", {PAYMENTS, PAYMENTS_DEV}),
    ("account:PAY*", {PAYMENTS, PAYMENTS_DEV}),
    ("account:11111111111?", {PAYMENTS, PAYMENTS_DEV}),
    ("account:*", EVERYWHERE | {MANAGEMENT}),
    ("tag:stage=dev", {PAYMENTS_DEV, LAB}),
    ("tag:stage=*", {PAYMENTS, PAYMENTS_DEV, SHOP, LAB}),
    ("tag:team=p?y", {PAYMENTS, PAYMENTS_DEV}),
    ("tag:stage=DEV", set()),
]


@pytest.mark.parametrize(("text", "accounts"), MEANINGS)
def test_a_selector_means_its_accounts(text: str, accounts: set[str]):
    assert INDEX.match(text).accounts == accounts


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("", "'' is no selector", "write"),
        ("payments", "'payments' is no selector", "write account:payments or ou:payments"),
        ("*-prod", "'*-prod' is no selector", "account:NAME"),
        ("012345678901", "is no selector", "write account:012345678901"),
        ("ou-ab12-cdefgh34", "is no selector", "write ou:ou-ab12-cdefgh34"),
        ("acount:payments", "is no selector", "did you mean 'account'"),
        ("account:", "has no name", ""),
        ("account: payments", "spaces around", ""),
        ("tag:stage", "does not say which value", "tag:stage=dev"),
        ("tag:=x", "does not say which value", "tag:KEY=VALUE"),
        ("!account:payments", "is no selector", ""),
        ("ou:Workload", "no organizational unit 'Workload'", "did you mean 'Workloads'"),
        ("ou:Prod/EU", "no organizational unit 'Prod/EU'", "Workloads/Prod/EU"),
        ("ou:Dev", "stands for more than one", "ou:Sandbox/Dev or ou:Workloads/Dev"),
        ("ou-only:Dev", "stands for more than one", "ou:Sandbox/Dev or ou:Workloads/Dev"),
        ("account:paymets", "no account 'paymets'", "did you mean 'payments'"),
        ("account:999999999999", "no account 999999999999", ""),
        ("account:12345678901", "no account '12345678901'", ""),
    ],
)
def test_what_selects_nothing_by_mistake_is_an_error_with_a_remedy(text: str, message: str, remedy: str):
    with pytest.raises(BadValue) as error:
        INDEX.match(text)
    assert message in error.value.message
    assert remedy in error.value.remedy


def test_a_glob_that_matches_nothing_is_only_odd():
    assert "matches no active account" in INDEX.match("account:none-*").warning
    assert "matches no active account" in INDEX.match("tag:stage=test").warning


def test_an_account_that_is_not_active_is_known_but_never_selected():
    match = INDEX.match("account:old")
    assert match.accounts == set()
    assert match.inactive
    assert "SUSPENDED" in match.warning


@pytest.mark.parametrize("state", [state for state in AccountState if state is not AccountState.ACTIVE])
def test_no_selector_reaches_an_account_that_is_not_active(state: AccountState):
    accounts = [a.model_copy(update={"state": state}) if a.id == PAYMENTS else a for a in ORGANIZATION.accounts]
    index = AccountIndex(ORGANIZATION.model_copy(update={"accounts": tuple(accounts)}))
    assert all(PAYMENTS not in index.match(text).accounts for text, _ in MEANINGS)


def test_a_name_of_two_active_accounts_is_ambiguous():
    twin = Account(id="555555555555", name="PAYMENTS")
    index = AccountIndex(ORGANIZATION.model_copy(update={"accounts": (*ORGANIZATION.accounts, twin)}))
    with pytest.raises(BadValue, match="111111111111 and 555555555555"):
        index.match("account:payments")


def test_a_closed_account_does_not_make_the_name_of_a_living_one_ambiguous():
    gone = Account(id="555555555555", name="payments", state=AccountState.CLOSED)
    index = AccountIndex(ORGANIZATION.model_copy(update={"accounts": (*ORGANIZATION.accounts, gone)}))
    assert index.match("account:payments").accounts == {PAYMENTS}


def test_a_unit_at_the_root_can_be_told_from_one_of_its_name_below():
    accounts = (Account(id="1" * 12, name="a", ou="Dev"), Account(id="2" * 12, name="b", ou="W/Dev"))
    index = AccountIndex(ORGANIZATION.model_copy(update={"accounts": accounts, "organizational_units": ()}))
    with pytest.raises(BadValue) as error:
        index.match("ou:Dev")
    assert error.value.remedy == "write ou:/Dev or ou:W/Dev"
    assert index.match("ou:/Dev").accounts == {"1" * 12}


def test_a_star_in_an_account_name_is_taken_as_the_name_it_is():
    starred = Account(id="555555555555", name="pay*")
    index = AccountIndex(ORGANIZATION.model_copy(update={"accounts": (*ORGANIZATION.accounts, starred)}))
    assert index.match("account:pay*").accounts == {"555555555555"}


def test_an_unknown_kind_of_selector_cannot_be_parsed_as_another():
    assert parse_selector("ou-only:a:b").value == "a:b"


selectors = st.lists(st.sampled_from([text for text, _ in MEANINGS]), max_size=5)


@given(selectors, selectors)
def test_several_selectors_add_up(one: list[str], other: list[str]):
    assert INDEX.select([*one, *other]) == INDEX.select(one) | INDEX.select(other)


@given(selectors, selectors, selectors)
def test_except_always_wins(targets: list[str], more: list[str], without: list[str]):
    chosen = INDEX.select([*targets, *more], without)
    assert not chosen & INDEX.select(without)
    assert chosen == INDEX.select(targets, without) | INDEX.select(more, without)


@given(selectors, st.randoms())
def test_the_order_of_selectors_means_nothing(targets: list[str], random: Random):
    shuffled = list(targets)
    random.shuffle(shuffled)
    assert INDEX.select(targets) == INDEX.select(shuffled)
