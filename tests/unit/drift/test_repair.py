"""A repair targets what is enforced; what the state has and the catalog has not keeps its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remit.delta import STRANGER
from remit.drift.recorded import Recorded, Urn
from remit.drift.repair import known_targets, targets
from remit.drift.unplanned import Unplanned
from tests.unit.drift.world import findings, live_of, plan, with_assignments, with_policies, with_set
from tests.unit.small_world import LAB, SHOP


def test_targets_are_the_resources_that_enforced_differences_lie_in() -> None:
    live = with_assignments(live_of(plan()), "Strict", also=f"{SHOP}/USER/u-ann")
    live = with_set(live, "Loose", relay_state="https://x")  # reported
    live = with_policies(live, LAB)  # Guard is enforced, Quiet reported
    state = [Urn("remit:index:Access", "access"), Urn("remit:index:PermissionSets", "permission-sets")]
    assert targets(findings(live), state, pooled=False) == (
        f"**aws-native:iam:ManagedPolicy::{LAB}/Guard",
        "**remit:index:AccountAssignments::Strict",
        f"**remit:index:AccountPolicies::{LAB}",
        "**remit:index:Barrier::*",
    )
    assert f"**remit:index:ManagedPolicies::{LAB}" in targets(findings(live), state, pooled=True)
    assert targets(findings(with_set(live_of(plan()), "Loose", tags={"a": "b"})), state, pooled=False) == ()


def test_what_is_read_anew_is_in_the_state_and_is_enforced() -> None:
    live = with_policies(with_assignments(live_of(plan()), "Strict", also=f"{SHOP}/USER/u-ann"), LAB)
    urns = frozenset(Urn("remit:index:AccountAssignments", name) for name in ("Strict", "Loose"))
    only = ("**remit:index:AccountAssignments::Strict",)
    assert known_targets(findings(live), Recorded(urns, {}, {}), live, pooled=False) == only


@pytest.mark.parametrize("where", ["inputs", "outputs"])
def test_what_somebody_gave_and_took_back_is_read_anew_or_a_run_would_count_it_as_taken_away(where: str) -> None:
    by_hand = f"{SHOP}/USER/u-ann"
    told = {
        "inputs": {"inputs": {"assignments": {by_hand: f"ann, {STRANGER}"}}},
        "outputs": {"outputs": {"unmanagedAssignments": {by_hand: "ann"}}},
    }
    urn = "urn:pulumi:t::remit::remit:index:Access$remit:index:AccountAssignments::Strict"
    recorded = Recorded.of({"deployment": {"resources": [{"urn": urn, **told[where]}]}})
    there, gone = with_assignments(live_of(plan()), "Strict", also=by_hand), live_of(plan())
    assert known_targets((), recorded, there, pooled=False) == ()
    assert known_targets((), recorded, gone, pooled=False) == ("**remit:index:AccountAssignments::Strict",)
    without = replace(gone, arns={name: arn for name, arn in gone.arns.items() if name != "Strict"})
    assert known_targets((), recorded, without, pooled=False) == (), "of a permission set that is gone"


def test_what_the_state_has_and_the_plan_has_not_keeps_its_place() -> None:
    """A resource that a program no longer asks for would have to go with the target that it hangs on."""
    urns = [
        "urn:pulumi:t::remit::remit:index:AccountPolicies$aws-native:iam:ManagedPolicy::" + f"{LAB}/Expired",
        "urn:pulumi:t::remit::remit:index:AccountPolicies$aws-native:iam:ManagedPolicy::" + f"{LAB}/Guard",
        "urn:pulumi:t::remit::remit:index:PermissionSets$aws-native:sso:PermissionSet::Ended",
        "urn:pulumi:t::remit::remit:index:Access$remit:index:AccountAssignments::Ended",
    ]
    unplanned = Unplanned.of([Urn.of(each) for each in urns], plan())
    assert unplanned == Unplanned(frozenset({(LAB, "Expired")}), frozenset({"Ended"}))
    added = unplanned.added_to(plan())
    assert {each.name for each in added.managed_policies if each.account == LAB} == {"Expired", "Guard", "Quiet"}
    assert {each.name for each in added.permission_sets} == {"Ended", "Loose", "Strict"}
    assert added.references["Ended"] == ()


def test_an_account_that_is_watched_has_its_place_and_needs_no_policy_for_it() -> None:
    """It may be a target, for what somebody made under the stack's path: a run would make whatever it is given."""
    state = [Urn("remit:index:ManagedPolicies", account) for account in (LAB, SHOP)]
    watched = replace(plan(), managed_policies=(), watched=frozenset({LAB}))
    assert Unplanned.of(state, watched).policies == {(SHOP, "placeholder")}
