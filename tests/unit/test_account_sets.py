"""Sets of accounts said in the fewest selectors, and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.account_sets import AccountSets, Selection
from remit.errors import BadValue
from remit.organization import Account, AccountState, Organization, OrganizationalUnit
from remit.selectors import AccountIndex

MANAGEMENT = "000000000000"


def organization(*accounts: tuple[str, str], **states: AccountState) -> Organization:
    """Accounts as (name, OU path), numbered from 1, with a management account in the root."""
    return Organization(
        organization_id="o-1",
        management_account=MANAGEMENT,
        accounts=(
            Account(id=MANAGEMENT, name="boss"),
            *(
                Account(id=f"{number:012}", name=name, ou=ou, state=states.get(name, AccountState.ACTIVE))
                for number, (name, ou) in enumerate(accounts, start=1)
            ),
        ),
        organizational_units=tuple(
            OrganizationalUnit(id=f"ou-{number}", path=path)
            for number, path in enumerate(sorted({ou for _, ou in accounts if ou}))
        ),
    )


NORTHWIND = organization(
    ("orders", "Workloads/Prod"),
    ("payments", "Workloads/Prod"),
    ("search", "Workloads/Prod"),
    ("orders-dev", "Workloads/Dev"),
    ("search-dev", "Workloads/Dev"),
    ("shared", "Workloads"),
    ("tools", "Workloads"),
    ("lake", "Data"),
    ("loner", ""),
)
BY_NAME = {account.name: account.id for account in NORTHWIND.accounts}


def said(*names: str, of: Organization = NORTHWIND) -> Selection:
    by_name = {account.name: account.id for account in of.accounts}
    return AccountSets(AccountIndex(of)).selection(by_name[name] for name in names)


def every(ou: str) -> list[str]:
    return [account.name for account in NORTHWIND.accounts if account.ou.startswith(ou) and account.name != "boss"]


def test_nobody_is_nowhere() -> None:
    assert said() == Selection()
    assert str(said()) == "nowhere"


def test_a_whole_unit_is_named_with_all_below_it() -> None:
    assert said(*every("Workloads")) == Selection(("ou:Workloads",))


def test_a_unit_but_some() -> None:
    assert said(*set(every("Workloads")) - {"payments"}) == Selection(("ou:Workloads",), ("account:payments",))
    assert str(said(*set(every("Workloads")) - {"payments"})) == "ou:Workloads but account:payments"


def test_a_unit_but_a_unit_below_it() -> None:
    forest = organization(*((f"{ou}-{number}", f"Trees/{ou}") for ou in ("Ash", "Elm", "Fir") for number in (1, 2)))
    assert said("Ash-1", "Ash-2", "Fir-1", "Fir-2", of=forest) == Selection(("ou:Trees/Ash", "ou:Trees/Fir"))
    larger = organization(
        *((f"{ou}-{number}", f"Trees/{ou}") for ou in ("Ash", "Elm", "Fir", "Oak") for number in (1, 2))
    )
    but_elms = [account.name for account in larger.accounts if account.ou not in {"", "Trees/Elm"}]
    assert said(*but_elms, of=larger) == Selection(("ou:Trees",), ("ou:Trees/Elm",))


def test_the_accounts_that_a_unit_holds_itself() -> None:
    assert said("shared", "tools") == Selection(("ou-only:Workloads",))


def test_the_whole_organization() -> None:
    assert said(*every("")) == Selection(("*",))
    assert said(*every(""), "boss") == Selection(("*", "management"))
    assert said(*set(every("")) - {"tools"}) == Selection(("*",), ("account:tools",))


def test_of_two_equally_short_ways_the_one_that_gives_less_to_later_accounts_is_taken() -> None:
    assert said("lake") == Selection(("account:lake",))  # not ou:Data
    assert said("orders", "search") == Selection(("account:orders", "account:search"))  # not ou:Workloads/Prod but one


def test_accounts_that_share_a_tag_are_named_all_the_same() -> None:
    tagged = NORTHWIND.model_copy(
        update={
            "accounts": tuple(
                account.model_copy(update={"tags": {"owner": "ann"}}) if "search" in account.name else account
                for account in NORTHWIND.accounts
            )
        }
    )
    assert said("search", "search-dev", of=tagged) == Selection(("account:search-dev", "account:search"))


def test_a_name_that_stands_for_more_or_looks_like_a_glob_gives_way_to_the_id() -> None:
    twins = organization(("twin", "A"), ("Twin", "B"), ("a*", "B"), ("ab", "B"))
    assert AccountSets(AccountIndex(twins)).selection(["000000000001"]) == Selection(("account:000000000001",))
    assert said("a*", of=twins) == Selection(("account:a*",))  # a name that an account has is that account


def test_a_unit_whose_name_stands_twice_is_named_from_the_root() -> None:
    assert said("a", "b", of=organization(("a", "Prod"), ("b", "Prod"), ("c", "X/Prod"), ("d", "X/Prod"))) == Selection(
        ("ou:/Prod",)
    )


def test_an_account_that_is_not_active_cannot_be_selected() -> None:
    gone = organization(("gone", "A"), gone=AccountState.SUSPENDED)
    with pytest.raises(BadValue, match="000000000001 is not an active account"):
        said("gone", of=gone)


OUS = ["", "A", "A/B", "A/B/C", "A/D", "E", "B", "E/B"]
ORGANIZATIONS = st.lists(st.sampled_from(OUS), min_size=1, max_size=14).map(
    lambda ous: organization(*((f"account-{number}", ou) for number, ou in enumerate(ous)))
)


@given(st.data())
def test_what_is_said_selects_just_those_accounts_and_never_takes_more_words(data: st.DataObject) -> None:
    index = AccountIndex(data.draw(ORGANIZATIONS))
    accounts = data.draw(st.frozensets(st.sampled_from(sorted(index.active))))
    selection = AccountSets(index).selection(accounts)
    assert index.select(selection.targets, selection.without) == accounts
    assert len(selection) <= len(accounts)
