"""A repair targets what is enforced, and its plan keeps what is reported as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from remit.delta import delta
from remit.drift.repair import kept, targets
from remit.drift.run import VARIABLE, Repair, Run
from remit.drift.unplanned import Unplanned, Urn
from remit.managed_policy import LivePolicy, Policy
from remit.stack import Stack
from tests.unit.drift.world import STACK, findings, live_of, plan, with_assignments, with_policies, with_set
from tests.unit.small_world import LAB, PAYMENTS, PAYMENTS_DEV, SHOP

NOTHING = Unplanned(frozenset(), frozenset())
KEYS = [f"{account}/{who}" for account in (LAB, PAYMENTS, PAYMENTS_DEV, SHOP) for who in ("GROUP/g-eng", "USER/u-ann")]


@given(strict=st.frozensets(st.sampled_from(KEYS)), loose=st.frozensets(st.sampled_from(KEYS)))
def test_a_repair_makes_enforced_differences_go_and_no_other_change(
    strict: frozenset[str], loose: frozenset[str]
) -> None:
    """For any live assignments: what a run with the kept plan would write is just what is enforced."""
    planned, live = plan(), replace(live_of(plan()), assignments={"Strict": strict, "Loose": loose})
    found = findings(live)
    adjusted = kept(found, live, NOTHING, pooled=False).applied_to(planned)
    for name, there in live.assignments.items():
        wanted = {each.key for each in adjusted.assignments if each.permission_set == name}
        writes = delta(wanted, there, planned.scope)
        enforced = [each for each in found if each.name == name and each.mode == "enforce"]
        assert {*writes.create} == {_key(each.id) for each in enforced if each.change == "missing"}
        assert {*writes.remove} == {_key(each.id) for each in enforced if each.change == "unmanaged"}


def _key(id_: str) -> str:
    return id_.split("/", 2)[2]


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


def test_a_pooled_account_keeps_its_reported_policies_as_they_are() -> None:
    live = live_of(plan())
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    quiet = LivePolicy("arn:Q", Policy("Quiet", "/other/", "by hand", document))
    changed = with_policies(live, LAB, quiet)
    adjusted = kept(findings(changed), changed, NOTHING, pooled=True).applied_to(plan())
    (kept_quiet,) = (each for each in adjusted.managed_policies if each.name == "Quiet")
    assert (kept_quiet.path, kept_quiet.description, kept_quiet.document) == ("/other/", "by hand", document)
    gone = with_policies(live, LAB)
    adjusted = kept(findings(gone), gone, NOTHING, pooled=True).applied_to(plan())
    assert {each.name for each in adjusted.managed_policies if each.account == LAB} == {"Guard"}


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


def test_the_program_reads_what_the_verb_wrote(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.test.yaml"
    file.write_text("config:\n  remit:drift: report\n")
    live = with_assignments(live_of(plan()), "Loose", also=f"{SHOP}/USER/u-ann", without=f"{LAB}/GROUP/g-eng")
    live = with_policies(live, LAB)
    keep = kept(
        findings(live, replace(STACK, drift="report")),
        live,
        Unplanned(frozenset({(LAB, "E")}), frozenset()),
        pooled=True,
    )
    Repair(file, tmp_path / "policies", keep).write(tmp_path / "repair.json")
    run = Run.of({VARIABLE: str(tmp_path / "repair.json")}, Stack("test"), Path("elsewhere"))
    assert run == Run(Stack("test", drift="report"), tmp_path / "policies", keep)
    assert run.adjusted(plan()) == keep.applied_to(plan())
    plain = Run.of({}, Stack("test"), Path("policies"))
    assert plain.adjusted(plan()) == plan()
