"""What a run keeps as it is: what the engine is told of it, in each resource."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from components.access import Access
from components.applied import record
from components.fan_out import Pooled
from components.permission_sets import PermissionSets
from remit.documents import document
from remit.drift.kept import Kept, KeptSet
from remit.drift.run import Run as ProgramRun
from remit.managed_policy import Policy
from remit.plan import Plan
from remit.spoke_role import SpokeRole
from remit.stack import Stack
from tests.component.conftest import Recorder
from tests.component.test_contract import INSTANCE, ONE, TWO, assignment, permission_set, policy

Run = Callable[[Callable[[], object]], Recorder]
BY_HAND = f"{ONE}/USER/u-ada"
GIVEN = Policy("Guardrail", "/remit/", "as the stack gave it", document([{"Effect": "Deny", "Action": "*"}]))
PLAN = Plan(
    (policy(ONE), policy(TWO)),
    (permission_set(),),
    (assignment(ONE), assignment(TWO)),
    {"Engineer": ()},
    (ONE, TWO),
    (),
)
OURS = assignment(TWO).key
KEPT = Kept(
    {"Engineer": {OURS: "engineers", BY_HAND: None}},
    {(ONE, "Guardrail"): GIVEN, (TWO, "Stray"): None},
    {"Engineer": KeptSet(frozenset({"inline_policy", "tags"}))},
)


def told(run: Run, kept: Kept) -> Recorder:
    def program() -> None:
        stack, plan = Stack("test"), kept.applied_to(PLAN)
        access = Access(plan, instance=INSTANCE, stack=stack, fan_out="pooled", kept=kept)
        out = Pooled(stack=stack, spoke=SpokeRole("RemitSpoke"), provider=access.provider, kept=kept)
        out.roll_out(plan, after=access.guard)
        sets = PermissionSets(plan.permission_sets, instance=INSTANCE, needs={}, kept=kept)
        access.assign(sets.arns, {})
        out.finish(plan, after=[])
        record(ProgramRun(stack, Path("policies"), kept, again=True), after=[], provider=access.provider)

    return run(program)


def test_resources_have_what_the_stack_gave_and_the_names_that_stay_as_they_are(run: Run) -> None:
    recorder = told(run, KEPT)
    assignments = recorder.inputs("remit:index:AccountAssignments", "Engineer")
    assert assignments["kept"] == sorted([OURS, BY_HAND])
    assert recorder.inputs("remit:index:RevocationGuard", "revocation-guard")["kept"] == {
        "Engineer": assignments["kept"]
    }
    assert {*assignments["assignments"]} == {assignment(ONE).key, OURS}
    one, two = (recorder.inputs("remit:index:ManagedPolicies", each) for each in (ONE, TWO))
    assert (one["kept"], one["policies"]["Guardrail"]["description"]) == (["Guardrail"], "as the stack gave it")
    assert (two["kept"], [*two["policies"]]) == (["Stray"], ["Guardrail"])
    ignored = recorder.of("aws-native:sso:PermissionSet")["Engineer"].ignoreChanges
    assert {*ignored} == {"inlinePolicy", "tags"}
    assert {*recorder.of("remit:index:Applied")["applied"].ignoreChanges} == {"commit", "catalog", "stackFile", "dirty"}


def test_a_permission_set_that_stays_away_changes_in_nothing(run: Run) -> None:
    recorder = told(run, Kept(permission_sets={"Engineer": KeptSet(gone=True)}))
    assert len(recorder.of("aws-native:sso:PermissionSet")["Engineer"].ignoreChanges) == 8
    assert {*recorder.of("remit:index:AccountAssignments")["Engineer"].ignoreChanges} == {"scope", "assignments"}


def test_a_run_that_keeps_nothing_says_nothing_of_it(run: Run) -> None:
    recorder = told(run, Kept())
    assert "kept" not in recorder.inputs("remit:index:AccountAssignments", "Engineer")
    assert "kept" not in recorder.inputs("remit:index:RevocationGuard", "revocation-guard")
    assert "kept" not in recorder.inputs("remit:index:ManagedPolicies", ONE)
    assert not recorder.of("aws-native:sso:PermissionSet")["Engineer"].ignoreChanges
