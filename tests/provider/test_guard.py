"""The guard over a run: the whole stack first, then each resource by what it knows better."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.rpc import UNKNOWN

from provider.claims import Claims
from provider.guard import Guard
from provider.held import pack, unpack
from provider.inputs import Inputs
from provider.revocation_guard import check, differs
from remit.delta import STRANGER
from remit.max_revoke import MaxRevoke
from remit.revocation import Caller, Holding, Limits, RevocationRefusedError

A, B = "111111111111", "222222222222"
INSTANCE = "arn:aws:sso:::instance/ssoins-1111111111111111"
ARN = "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-1111111111111111"

KEYS = st.builds(
    "{}/{}/{}".format, st.sampled_from([A, B, "000000000001"]), st.sampled_from(["GROUP", "USER"]), st.uuids()
)
LABELS = st.text(st.characters(exclude_categories=["C"]), max_size=12)


def at_most(count: int, caller: Caller | None = None) -> Guard:
    return Guard(Limits(MaxRevoke(count=count)), lambda: caller)


def nothing(_: Inputs) -> Holding:
    raise AssertionError("nothing has to be read")


def keys(count: int, account: str = A) -> dict[str, str]:
    return {f"{account}/GROUP/g-{number}": f"group {number}" for number in range(count)}


def news(assignments: dict[str, dict[str, str]], **more: Any) -> dict[str, Any]:
    return {
        "instanceArn": INSTANCE,
        "scope": [A, B],
        "unmanaged": "remove",
        "assignments": assignments,
        "permissionSetArns": {},
        "accountNames": {A: "payments"},
        **more,
    }


@given(st.dictionaries(st.text(max_size=5), st.dictionaries(KEYS, st.just("a label"), max_size=8), max_size=4))
def test_packing_loses_nothing(assignments: dict[str, dict[str, str]]) -> None:
    assert unpack(pack(assignments)) == assignments


@given(st.dictionaries(KEYS, LABELS, max_size=8))
def test_labels_are_kept_whatever_they_are(labels: dict[str, str]) -> None:
    assert unpack(pack({"Admin": labels})) == {"Admin": labels}


def test_labels_make_no_difference() -> None:
    one, other = ({"held": pack({"Admin": {f"{A}/GROUP/g": label}})} for label in ("old name", "new name"))
    assert not differs(one, other)
    assert differs(one, {"held": pack({"Admin": {f"{B}/GROUP/g": "old name"}})})


def test_what_leaves_the_catalog_counts_with_its_whole_permission_set() -> None:
    held, failures = check(at_most(9), {}, news({"Admin": keys(4), "Reader": keys(3)}), nothing)
    assert failures == []
    _, failures = check(at_most(3), held, news({"Admin": keys(3)}), nothing)
    (failure,) = failures
    assert "4 of the 7" in failure.reason
    assert f"Reader from group group 2 in {A} (payments)" in failure.reason
    assert failure.property == "", "the Pulumi CLI would print the whole value of a property"


def test_an_account_that_leaves_the_scope_is_let_go_of() -> None:
    held, _ = check(at_most(0), {}, news({"Admin": keys(4, B)}), nothing)
    assert check(at_most(0), held, news({"Admin": {}}, scope=[A]), nothing)[1] == []


def test_a_permission_set_that_no_state_knows_is_looked_at() -> None:
    asked: list[Inputs] = []

    def foresee(inputs: Inputs) -> Holding:
        asked.append(inputs)
        return Holding(9, keys(5))

    _, failures = check(at_most(4), {}, news({"Admin": {}}, permissionSetArns={"Admin": ARN}), foresee)
    assert "5 of the 9" in failures[0].reason
    assert [each.permission_set for each in asked] == [ARN]


def test_the_state_keeps_what_a_run_went_by_and_a_run_again_says_nothing_of_it() -> None:
    first, other = ({"commit": name, "catalog": name, "stackFile": "f", "dirty": False} for name in ("c0", "c1"))
    held, _ = check(at_most(0), {}, news({}, attempted=first), nothing)
    assert held["attempted"] == first
    again, failures = check(at_most(0), held, news({}, expected=first), nothing)
    assert (failures, again) == ([], held)
    changed, _ = check(at_most(0), held, news({}, attempted=other), nothing)
    assert changed["attempted"] == other
    assert not differs(held, changed), "no preview shows it"


def test_a_run_that_was_overtaken_is_refused() -> None:
    """What it is told was read before the engine had the stack for itself."""
    first, other = ({"commit": name, "catalog": name, "stackFile": "f", "dirty": False} for name in ("c0", "c1"))
    held, _ = check(at_most(0), {}, news({}, attempted=other), nothing)
    for expected in (first, {}):
        _, (failure,) = check(at_most(0), held, news({}, expected=expected), nothing)
        assert "another run of this stack began" in failure.reason
    assert check(at_most(0), {}, news({}, expected={}), nothing)[1] == []


def test_what_the_run_leaves_as_it_is_does_not_go() -> None:
    """What somebody gave by hand and a refresh has seen, too; and the state keeps nothing of it."""
    guard, staying = at_most(0), {"Admin": [*keys(3)]}
    guard.saw("Admin", keys(3))
    held, failures = check(guard, {}, news({"Admin": keys(1)}, kept=staying), nothing)
    assert failures == []
    assert "kept" not in held
    assert held["instanceArn"] == news({})["instanceArn"], "it tells whose state this is"
    asked: list[Inputs] = []

    def foresee(inputs: Inputs) -> Holding:
        asked.append(inputs)
        return Holding(3, {})

    check(at_most(0), {}, news({"Admin": {}}, kept=staying, permissionSetArns={"Admin": ARN}), foresee)
    assert asked[0].kept == {*staying["Admin"]}


def test_the_way_to_the_accounts_may_change_as_long_as_there_is_no_policy() -> None:
    def way(olds: dict[str, Any], **more: Any) -> tuple[dict[str, Any], bool]:
        held, failures = check(at_most(0), olds, news({}, **more), nothing)
        return held, not failures

    bare, _ = way({}, fanOut="aliases", noPolicies=True)
    assert way(bare, fanOut="pooled")[1]
    with_some, _ = way(bare, fanOut="aliases")
    assert not way(with_some, fanOut="pooled")[1]
    without, _ = way(with_some, fanOut="aliases", noPolicies=True)
    assert not way(without, fanOut="pooled")[1], "a run that failed may have left some there"


def test_what_a_refresh_saw_is_newer_than_the_state() -> None:
    held, _ = check(at_most(0), {}, news({"Admin": keys(1)}), nothing)
    guard = at_most(0)
    guard.saw("Admin", {})
    assert check(guard, held, news({"Admin": {}}), nothing)[1] == [], "it is gone already"
    guard.saw("Admin", keys(2))
    assert "1 of the 2" in check(guard, held, news({"Admin": keys(1)}), nothing)[1][0].reason


def test_a_permission_set_that_a_failed_run_was_to_delete_still_counts_once_a_refresh_saw_it() -> None:
    """The guard passed that run, so its own state does not have it any more."""
    guard = at_most(2)
    guard.saw("Reader", keys(3))
    assert (
        "3 of the 4" in check(guard, {"held": pack({"Admin": keys(1)})}, news({"Admin": keys(1)}), nothing)[1][0].reason
    )


def test_a_permission_set_that_is_still_to_be_made_holds_nothing() -> None:
    """Its assignments would make the share smaller that something else is."""
    wanted = {"Admin": keys(4), "Reader": keys(3)}
    held, _ = check(at_most(0), {}, news(wanted, missing=["Reader"]), nothing)
    assert (unpack(held["held"]), held["count"]) == ({"Admin": keys(4)}, 4)
    assert "missing" not in held
    assert check(at_most(0), {"held": pack(wanted)}, news(wanted, missing=["Reader"]), nothing)[1] == []
    assert (
        "1 of the 4"
        in check(at_most(0), held, news({**wanted, "Admin": keys(3)}, missing=["Reader"]), nothing)[1][0].reason
    )


def test_what_a_refresh_saw_of_strangers_stays_where_it_is_only_reported() -> None:
    guard = at_most(0)
    guard.saw("Admin", {**keys(1), f"{A}/USER/u": f"ada, {STRANGER}"})
    assert check(guard, {}, news({"Admin": keys(1)}, unmanaged="report"), nothing)[1] == []
    assert "1 of the 2" in check(guard, {}, news({"Admin": keys(1)}), nothing)[1][0].reason


def test_the_sum_over_all_resources_counts_and_each_one_once() -> None:
    guard = at_most(4)
    guard.expect_all({"Admin": Holding(5, keys(2)), "Reader": Holding(5, keys(2))}, {})
    guard.expect("Admin", Holding(5, keys(1)))
    guard.expect("Reader", Holding(5, keys(3)))
    with pytest.raises(RevocationRefusedError, match="5 of the 10"):
        guard.expect("Admin", Holding(5, keys(2)))
    guard.expect("Reader", Holding(5, keys(3)))  # what was refused did not happen


def test_destroy_asks_by_itself_but_nobody_locks_themselves_out() -> None:
    at_most(0).expect_deletion("Admin", Holding(9, keys(9)))
    within_a_run = at_most(0)
    within_a_run.expect_all({}, {})
    with pytest.raises(RevocationRefusedError, match="9 of the 9"):
        within_a_run.expect_deletion("Admin", Holding(9, keys(9)))
    with pytest.raises(RevocationRefusedError, match="your own access"):
        at_most(9, Caller(A, "Admin", "ada")).expect_deletion("Admin", Holding(1, keys(1)))


def test_the_caller_is_asked_for_only_when_something_goes_and_then_once() -> None:
    asked: list[str] = []

    def find() -> None:
        asked.append("sts")

    guard = Guard(Limits(), find)
    guard.expect("Admin", Holding(3))
    assert asked == []
    guard.expect("Admin", Holding(3, keys(1)))
    guard.expect("Reader", Holding(3, keys(1)))
    assert asked == ["sts"]


def test_two_resources_cannot_claim_a_permission_set_in_the_same_account() -> None:
    claims = Claims()
    assert claims.check("urn:one", {"permissionSetArn": ARN, "scope": [A]}) == []
    assert claims.check("urn:one", {"permissionSetArn": ARN, "scope": [A, B]}) == []
    assert claims.check("urn:two", {"permissionSetArn": ARN + "2", "scope": [A]}) == []
    (failure,) = claims.check("urn:two", {"permissionSetArn": ARN, "scope": [B]})
    assert "urn:one" in failure.reason
    assert B in failure.reason
    assert claims.check("urn:three", {"permissionSetArn": UNKNOWN, "scope": [A]}) == []
