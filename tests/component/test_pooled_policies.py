"""Pooled policies: what the engine is told, and how little of it for many accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from components.access import Access
from components.fan_out import Pooled
from components.order import needed_policies
from components.permission_sets import PermissionSets
from remit.plan import Plan
from remit.spoke_role import SpokeRole
from remit.stack import Stack
from tests.component.conftest import Answers, Recorder
from tests.component.test_contract import INSTANCE, ONE, TWO, assignment, permission_set, policy

Run = Callable[[Callable[[], object]], Recorder]
THREE = "333333333333"
_SPOKE = SpokeRole("RemitSpoke")


def whole() -> Plan:
    return Plan(
        (policy(ONE), policy(ONE, "Logs"), policy(TWO)),
        (permission_set(),),
        (assignment(ONE), assignment(TWO)),
        {"Engineer": ("Guardrail",)},
        (ONE, TWO, THREE),
        (),
        {ONE: 1, TWO: 2},
    )


def program(stack: Stack, spoke: SpokeRole = _SPOKE) -> Callable[[], None]:
    def run() -> None:
        plan = whole()
        access = Access(plan, instance=INSTANCE, stack=stack, fan_out="pooled")
        out = Pooled(
            stack=stack, spoke=spoke, provider=access.provider, watched=[ONE, TWO, THREE] if stack.owned_path else []
        )
        needs = needed_policies(plan, out.roll_out(plan, after=access.guard))
        sets = PermissionSets(plan.permission_sets, instance=INSTANCE, needs=needs)
        access.assign(sets.arns, {})
        out.finish(plan, after=[*sets.resources.values(), *access.assignments])

    return run


@pytest.fixture
def told(run: Run) -> Recorder:
    return run(program(Stack("test")))


def waits_for(recorder: Recorder, token: str, name: str) -> set[str]:
    return {urn.split("::", 2)[2].rpartition("$")[2] for urn in recorder.of(token)[name].dependencies}


def test_an_account_is_one_resource_with_its_statements_by_name(told: Recorder) -> None:
    assert set(told.of("remit:index:ManagedPolicies")) == {ONE, TWO}
    inputs = told.inputs("remit:index:ManagedPolicies", ONE)
    assert inputs["account"] == ONE
    assert inputs["role"] == "RemitSpoke"
    assert inputs["policies"]["Guardrail"] == {
        "path": "/remit/",
        "description": "keeps to the road",
        "statements": {"#1": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}},
    }
    assert "pulumi:providers:aws-native" not in {
        request.type for request in told.requests if request.name in (ONE, TWO)
    }, "and no alias"


def test_the_external_id_reaches_what_assumes_the_role(run: Run, told: Recorder) -> None:
    named = run(program(Stack("test"), SpokeRole("RemitSpoke", "remit-7f3a")))
    for token, name in (("remit:index:ManagedPolicies", ONE), ("remit:index:PolicyRemoval", "policy-removal")):
        assert named.inputs(token, name)["externalId"] == "remit-7f3a"
        assert "externalId" not in told.inputs(token, name)


def test_policies_come_before_permission_sets_and_what_left_goes_last(told: Recorder) -> None:
    barrier, removal = "remit:index:Barrier", "remit:index:PolicyRemoval"
    assert waits_for(told, "remit:index:ManagedPolicies", ONE) == {"remit:index:RevocationGuard::revocation-guard"}
    assert waits_for(told, barrier, "policies") == {f"remit:index:ManagedPolicies::{each}" for each in (ONE, TWO)}
    assert waits_for(told, "aws-native:sso:PermissionSet", "Engineer") == {f"{barrier}::policies"}
    assert waits_for(told, removal, "policy-removal") == {
        f"{barrier}::policies",
        "aws-native:sso:PermissionSet::Engineer",
        "remit:index:AccountAssignments::Engineer",
    }
    assert told.inputs(removal, "policy-removal") == {
        "role": "RemitSpoke",
        "leaving": {},
        "permissionSets": ["Engineer"],
    }


class Leaving(Recorder):
    """Each account says that a policy is leaving; the engine has failed, or left out, the accounts `not_done`."""

    def __init__(self, *not_done: str) -> None:
        super().__init__()
        self._not_done = not_done

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        response = super().RegisterResource(request)
        if request.type == "remit:index:ManagedPolicies":
            response.object.update({"leaving": {"Old": {"path": "/remit/", "id": f"ANPA{request.name}"}}})
            if request.name in self._not_done:
                response.result = resource_pb2.FAIL
        return response


@pytest.mark.parametrize("preview", [False, True])
def test_what_the_accounts_say_is_leaving_reaches_the_removal_but_not_of_one_that_was_not_done(preview: bool) -> None:
    recorder = Leaving(TWO)
    mocks.set_mocks(Answers(), project="remit", stack="test", preview=preview, monitor=recorder)
    mocks.test(program(Stack("test")))()
    removal = "remit:index:PolicyRemoval"
    assert recorder.inputs(removal, "policy-removal")["leaving"] == {
        ONE: {"Old": {"path": "/remit/", "id": f"ANPA{ONE}"}}
    }
    assert recorder.of(removal)["policy-removal"].propertyDependencies["leaving"].urns == []
    if not preview:
        assert f"remit:index:ManagedPolicies::{TWO}" not in waits_for(recorder, "remit:index:Barrier", "policies")


def test_a_wave_waits_for_the_wave_before(told: Recorder) -> None:
    assert waits_for(told, "remit:index:Barrier", "wave-1") == {f"remit:index:ManagedPolicies::{ONE}"}
    assert waits_for(told, "remit:index:ManagedPolicies", TWO) == {"remit:index:Barrier::wave-1"}


def test_a_stack_with_a_path_of_its_own_sees_every_account(run: Run) -> None:
    told = run(program(Stack("test", owned_path="/remit/", unmanaged_policies="remove")))
    inputs = told.inputs("remit:index:ManagedPolicies", THREE)
    assert (inputs["policies"], inputs["ownedPath"], inputs["unmanaged"]) == ({}, "/remit/", "remove")


def test_a_stack_that_refers_to_permission_sets_waits_for_their_owner(run: Run) -> None:
    told = run(program(Stack("test", permission_sets="refer")))
    assert told.inputs("remit:index:PolicyRemoval", "policy-removal")["waitForOthers"] is True
