"""PolicyWatch: whose policies are about to go, and who has them."""

from __future__ import annotations

from typing import Any

import pytest

from provider.policy_watch import PolicyWatch, changes, check, doomed, told
from provider.served import ServedWatch
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.errors import AwsError
from remit.managed_policy import Holders, LivePolicy

ONE, TWO, GONE = "111111111111", "222222222222", "333333333333"


class FakeIam:
    """Who has what, by ARN; an account in `closed` lets nobody in."""

    def __init__(self, held: dict[str, Holders], closed: tuple[str, ...] = ()) -> None:
        self._held, self._closed = held, closed

    def holders(self, member: Member, live: LivePolicy) -> Holders:
        if member.account in self._closed:
            raise SpokeRoleError("no role")
        return self._held.get(live.arn, Holders())


def arn(account: str, name: str = "Guard", path: str = "/remit/") -> str:
    return f"arn:aws:iam::{account}:policy{path}{name}"


def inputs(*places: tuple[str, str], path: str = "/remit/", description: str = "d") -> dict[str, Any]:
    policies: dict[str, Any] = {}
    for name, account in places:
        policies.setdefault(name, {})[account] = {"path": path, "description": description}
    return {"role": "RemitSpoke", "accounts": [ONE, TWO], "policies": policies}


def watch(held: dict[str, Holders] | None = None, closed: tuple[str, ...] = ()) -> PolicyWatch:
    iam: Any = FakeIam(held or {}, closed)
    return PolicyWatch(iam)


def test_what_leaves_and_what_is_made_anew_is_doomed_in_accounts_that_stay() -> None:
    old = inputs(("Guard", ONE), ("Guard", TWO), ("Old", ONE), ("Old", GONE))
    new = inputs(("Guard", ONE), ("Guard", TWO), path="/other/")
    found = {(each.account, each.name): each.fixed for each in doomed(old, new)}
    assert found == {(ONE, "Guard"): ("path",), (TWO, "Guard"): ("path",), (ONE, "Old"): ()}
    assert list(doomed(old, old)) == []


def test_a_replacement_is_told_with_all_who_have_the_policy() -> None:
    old, new = inputs(("Guard", ONE), ("Guard", TWO)), inputs(("Guard", ONE), ("Guard", TWO), description="other")
    held = {arn(ONE): Holders(roles=("AWSReservedSSO_Dev_0123", "deploy"), users=("ada",))}
    first, second = told(watch(held), old, new)
    assert f"account {ONE}: policy Guard gets another description, which IAM fixes at creation" in first
    assert "AWS refuses while it is held by role AWSReservedSSO_Dev_0123, role deploy, user ada" in first
    assert "give the policy a new name" in first
    assert second == (
        f"account {TWO}: policy Guard gets another description, which IAM fixes at creation: it is to be deleted "
        "and made anew"
    )


def test_a_deletion_is_told_only_where_somebody_else_than_a_permission_set_has_the_policy() -> None:
    old, new = inputs(("Guard", ONE), ("Guard", TWO)), inputs()
    held = {arn(ONE): Holders(roles=("AWSReservedSSO_Dev_0123",)), arn(TWO): Holders(boundary_of=("role deploy",))}
    (line,) = told(watch(held), old, new)
    assert f"account {TWO}: policy Guard is to be deleted" in line
    assert "role deploy (as its permissions boundary)" in line


def test_an_update_fails_with_the_names_and_keeps_its_state_and_an_account_nobody_gets_into_is_no_reason() -> None:
    old, new = inputs(("Guard", ONE), ("Guard", TWO)), inputs()
    served = ServedWatch(watch({arn(ONE): Holders(users=("ada",))}, closed=(TWO,)))
    with pytest.raises(AwsError, match="held by user ada"):
        served.update("policy-watch", old, {}, new, print, preview=False)
    assert served.update("policy-watch", old, {}, new, print, preview=True).id == "policy-watch"
    assert ServedWatch(watch(closed=(ONE, TWO))).update("policy-watch", old, {}, new, print, preview=False)


def test_changes_are_by_policy_and_account() -> None:
    old, new = inputs(("Guard", ONE), ("Old", ONE)), inputs(("Guard", ONE), ("New", TWO), path="/x/")
    assert {path: change.kind.value for path, change in changes(old, new).items()} == {
        f'policies["Guard"]["{ONE}"]': "UPDATE",
        f'policies["Old"]["{ONE}"]': "DELETE",
        f'policies["New"]["{TWO}"]': "ADD",
    }
    assert changes(old, {**old, "accounts": [ONE]}) == {}


def test_what_is_no_property_is_refused() -> None:
    assert [failure.property for failure in check({"rolle": "x", "accounts": []})[1]] == ["rolle", "policies", "role"]
