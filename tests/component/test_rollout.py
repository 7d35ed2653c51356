"""Policies, wave by wave; and what exists already, taken over as it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from components.access import Access
from components.account_policies import AccountPolicies
from components.fan_out import Aliases
from components.permission_sets import PermissionSets
from components.rollout import roll_out
from remit.documents import fingerprint
from remit.drift.kept import Kept
from remit.managed_policy import LivePolicy, Policy
from remit.spoke_role import SpokeRole
from remit.stack import Stack
from tests.component.conftest import Answers, Recorder
from tests.component.test_contract import INSTANCE, ONE, TWO, Run, permission_set, plan, policy

THREE = "333333333333"
IN_ACCOUNT = partial(AccountPolicies, spoke=SpokeRole("RemitSpoke"), region="eu-west-1")


def roll(waves: dict[str, int]) -> None:
    policies = (*(policy(ONE, name) for name in ("Guardrail", "Other")), policy(TWO), policy(THREE))
    whole = replace(plan(), managed_policies=policies, waves=waves)
    access = Access(whole, instance=INSTANCE, stack=Stack("test"))
    found = roll_out(whole, IN_ACCOUNT, after=access.guard, provider=access.provider)
    assert {name: len(resources) for name, resources in found.items()} == {"Guardrail": 3, "Other": 1}


def dependencies(recorder: Recorder, token: str, name: str) -> set[str]:
    return {urn.rpartition("::")[2] for urn in recorder.of(token)[name].dependencies}


def test_a_wave_waits_for_a_barrier_and_the_barrier_for_every_policy_of_the_wave_before(run: Run) -> None:
    recorder = run(lambda: roll({ONE: 1, TWO: 2, THREE: 3}))
    alias, barrier = "pulumi:providers:aws-native", "remit:index:Barrier"
    assert dependencies(recorder, alias, ONE) == {"revocation-guard"}
    assert dependencies(recorder, barrier, "wave-1") == {f"{ONE}/Guardrail", f"{ONE}/Other"}
    assert dependencies(recorder, alias, TWO) == {"wave-1"}
    assert dependencies(recorder, barrier, "wave-2") == {f"{TWO}/Guardrail"}
    assert dependencies(recorder, alias, THREE) == {"wave-2"}
    assert set(recorder.of(barrier)) == {"wave-1", "wave-2"}


def test_without_waves_there_is_no_barrier(run: Run) -> None:
    recorder = run(lambda: roll({ONE: 1, TWO: 1, THREE: 1}))
    assert recorder.of("remit:index:Barrier") == {}


def test_what_exists_is_imported_and_nothing_of_it_is_changed(run: Run) -> None:
    arn, set_arn = f"arn:aws:iam::{ONE}:policy/old/Guardrail", "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
    there = LivePolicy(arn, Policy("Guardrail", "/old/", "", {}))

    def provider() -> pulumi.ProviderResource:
        return Access(plan(), instance=INSTANCE, stack=Stack("test")).provider

    def program() -> None:
        remit = provider()
        for account in (ONE, TWO):
            IN_ACCOUNT(account, [policy(account)], existing={(ONE, "Guardrail"): there}, remit=remit)
        PermissionSets([permission_set()], instance=INSTANCE, needs={}, existing={"Engineer": set_arn})

    recorder = run(program)
    policies = recorder.of("aws-native:iam:ManagedPolicy")
    assert policies[f"{ONE}/Guardrail"].importId == arn
    assert policies[f"{TWO}/Guardrail"].importId == ""
    written = set(recorder.inputs("aws-native:iam:ManagedPolicy", f"{ONE}/Guardrail"))
    assert written <= set(policies[f"{ONE}/Guardrail"].ignoreChanges)
    watched = recorder.inputs("remit:index:PolicyWatch", ONE)["policies"]["Guardrail"]
    assert watched == {"path": "/old/", "description": "", "document": fingerprint({})}, (
        "as it is, so that a replacement later is foreseen"
    )
    assert recorder.inputs("remit:index:PolicyWatch", TWO)["policies"]["Guardrail"]["path"] == "/remit/"
    assert dependencies(recorder, "aws-native:iam:ManagedPolicy", f"{TWO}/Guardrail") == {TWO}
    engineer = recorder.of("aws-native:sso:PermissionSet")["Engineer"]
    assert engineer.importId == f"{INSTANCE.arn}|{set_arn}"
    settable = set(recorder.inputs("aws-native:sso:PermissionSet", "Engineer")) - {"name", "instanceArn"}
    assert settable <= set(engineer.ignoreChanges)


def test_what_lets_policies_go_comes_after_everything_else_of_the_run_in_each_account(run: Run) -> None:
    whole = replace(plan(), managed_policies=(policy(ONE), replace(policy(ONE, "Other"), detach_on_delete=True)))

    def program() -> None:
        access = Access(whole, instance=INSTANCE, stack=Stack("test"))
        out = Aliases(spoke=SpokeRole("RemitSpoke"), region="eu-west-1", provider=access.provider)
        out.roll_out(whole, after=access.guard)
        sets = PermissionSets(whole.permission_sets, instance=INSTANCE, needs={})
        access.assign(sets.arns, {})
        out.finish(whole, after=[*sets.resources.values(), *access.assignments])

    recorder, release = run(program), "remit:index:PolicyRelease"
    assert recorder.inputs(release, ONE) == {
        "account": ONE,
        "role": "RemitSpoke",
        "policies": {"Guardrail": "/remit/", "Other": "/remit/"},
        "detachOnDelete": ["Other"],
    }
    assert dependencies(recorder, release, ONE) == {f"{ONE}/Guardrail", f"{ONE}/Other", "everything"}
    assert dependencies(recorder, "remit:index:Barrier", "everything") == {"Engineer"}
    assert recorder.of(release)[ONE].parent.endswith(f"remit:index:AccountPolicies::{ONE}")
    assert recorder.inputs("remit:index:PolicyWatch", ONE)["policies"]["Other"]["detachOnDelete"] is True


def test_what_a_run_leaves_as_somebody_made_it_is_watched_as_the_stack_gave_it(run: Run) -> None:
    """A later run has nothing else to tell it by once a refresh was there."""
    kept = Kept(policies={(ONE, "Guardrail"): None}, written={(ONE, "Guardrail"): "as.given"})

    def program() -> None:
        access = Access(plan(), instance=INSTANCE, stack=Stack("test"))
        out = Aliases(spoke=SpokeRole("RemitSpoke"), region="eu-west-1", provider=access.provider, kept=kept)
        out.roll_out(replace(plan(), managed_policies=(policy(ONE), policy(ONE, "Other"))), after=access.guard)

    watched = run(program).inputs("remit:index:PolicyWatch", ONE)["policies"]
    assert (watched["Guardrail"]["document"], watched["Other"]["document"] == "as.given") == ("as.given", False)


def test_who_holds_a_policy_is_nobodys_business_here(run: Run) -> None:
    recorder = run(lambda: IN_ACCOUNT(ONE, [policy(ONE)]))
    ignored = recorder.of("aws-native:iam:ManagedPolicy")[f"{ONE}/Guardrail"].ignoreChanges
    assert list(ignored) == ["roles", "users", "groups"]


class Unreachable(Recorder):
    """An engine that goes on with the rest when a PolicyWatch fails: nobody gets into the account."""

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        response = super().RegisterResource(request)
        if request.type == "remit:index:PolicyWatch":
            response = resource_pb2.RegisterResourceResponse(urn=response.urn, result=resource_pb2.Result.FAIL)
        return response


def test_a_policy_that_the_engine_leaves_out_has_a_document_all_the_same() -> None:
    """It is checked before it is left out, and a check that fails ends the run for every account."""
    recorder = Unreachable()
    mocks.set_mocks(Answers(), project="remit", stack="test", preview=False, monitor=recorder)

    def program() -> None:
        IN_ACCOUNT(ONE, [policy(ONE)], remit=Access(plan(), instance=INSTANCE, stack=Stack("test")).provider)

    mocks.test(program)()
    assert recorder.inputs("aws-native:iam:ManagedPolicy", f"{ONE}/Guardrail")["policyDocument"] == policy(ONE).document
