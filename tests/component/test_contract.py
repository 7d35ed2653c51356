"""The contract with every state that exists: type tokens, logical names, parents, and AWS's order.

A change here changes resources in somebody's state: ship an alias with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pulumi

from components.access import Access, known_arns
from components.account_policies import AccountPolicies
from components.instance import Instance
from components.order import needed_policies
from components.permission_sets import PermissionSets
from remit.errors import Source
from remit.plan import Plan, PlannedAssignment, PlannedPermissionSet, PlannedPolicy
from remit.spoke_role import SpokeRole
from remit.stack import Stack
from tests.component.conftest import Recorder

INSTANCE = Instance("arn:aws:sso:::instance/ssoins-1", "eu-west-1")
ARN = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
HERE = Source("policies/x.yaml", 1)
ONE, TWO = "111111111111", "222222222222"
Run = Callable[[Callable[[], object]], Recorder]


def policy(account: str, name: str = "Guardrail", path: str = "/remit/") -> PlannedPolicy:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
    return PlannedPolicy(account, name, path, "keeps to the road", document, HERE)


def permission_set(**fields: object) -> PlannedPermissionSet:
    values: dict[str, object] = {
        "name": "Engineer",
        "description": "Day to day",
        "session_duration": "PT8H",
        "relay_state": "",
        "aws_managed_policies": ("arn:aws:iam::aws:policy/ReadOnlyAccess",),
        "customer_managed_policies": (("Guardrail", "/remit/"),),
        "inline_policy": None,
        "permissions_boundary": None,
        "tags": {},
        "source": HERE,
    }
    return PlannedPermissionSet(**{**values, **fields})  # type: ignore[arg-type]


def assignment(account: str, principal_id: str = "g-1") -> PlannedAssignment:
    return PlannedAssignment(account, "Engineer", "GROUP", "engineers", principal_id, HERE, (HERE,))


def plan(*assignments: PlannedAssignment) -> Plan:
    return Plan((), (permission_set(),), assignments, {"Engineer": ("Guardrail",)}, (ONE, TWO), ())


def whole_program() -> None:
    components = [
        AccountPolicies(account, [policy(account)], spoke=SpokeRole("RemitSpoke"), region="eu-west-1")
        for account in (ONE, TWO)
    ]
    whole = plan(assignment(ONE), assignment(TWO))
    needs = needed_policies(whole, {"Guardrail": [each.policies["Guardrail"] for each in components]})
    sets = PermissionSets(whole.permission_sets, instance=INSTANCE, needs=needs)
    Access(whole, instance=INSTANCE, stack=Stack("test")).assign(sets.arns, {})


def test_type_tokens_and_logical_names_are_frozen(run: Run) -> None:
    registered = {(request.type, request.name, request.parent) for request in run(whole_program).requests}
    stack = "urn:pulumi:test::remit::pulumi:pulumi:Stack::remit-test"

    def urn(qualified_type: str, name: str) -> str:
        # The mock monitor, unlike the real one, keeps the stack's type in what it makes of a parent.
        return f"urn:pulumi:test::remit::pulumi:pulumi:Stack${qualified_type}::{name}"

    expected = {
        ("remit:index:PermissionSets", "permission-sets"),
        ("pulumi:providers:aws-native", "identity-center"),
        ("aws-native:sso:PermissionSet", "Engineer"),
        ("remit:index:Access", "access"),
        ("pulumi:providers:remit", "identity-center"),
        ("remit:index:RevocationGuard", "revocation-guard"),
        ("remit:index:AccountAssignments", "Engineer"),
    }
    for account in (ONE, TWO):
        expected |= {
            ("remit:index:AccountPolicies", account),
            ("pulumi:providers:aws-native", account),
            ("aws-native:iam:ManagedPolicy", f"{account}/Guardrail"),
        }
    assert {(type_token, name) for type_token, name, _ in registered} - {
        ("pulumi:pulumi:Stack", "remit-test")
    } == expected
    parents = {(type_token, name): parent for type_token, name, parent in registered}
    assert parents["remit:index:AccountPolicies", ONE] == stack
    assert parents["aws-native:iam:ManagedPolicy", f"{ONE}/Guardrail"] == urn("remit:index:AccountPolicies", ONE)
    assert parents["pulumi:providers:aws-native", ONE] == urn("remit:index:AccountPolicies", ONE)
    assert parents["remit:index:AccountAssignments", "Engineer"] == urn("remit:index:Access", "access")


def test_a_policy_is_under_the_alias_that_assumes_its_accounts_spoke_role(run: Run) -> None:
    recorder = run(whole_program)
    alias = recorder.inputs("pulumi:providers:aws-native", TWO)
    assert alias["region"] == "eu-west-1"
    assert f"arn:aws:iam::{TWO}:role/RemitSpoke" in alias["assumeRole"]
    assert f"{TWO}-id" in recorder.of("aws-native:iam:ManagedPolicy")[f"{TWO}/Guardrail"].provider


def test_an_alias_and_its_watch_know_the_external_id(run: Run) -> None:
    def program() -> None:
        spoke, remit = SpokeRole("RemitSpoke", "remit-7f3a"), pulumi.ProviderResource("remit", "remit")
        AccountPolicies(ONE, [policy(ONE)], spoke=spoke, region="eu-west-1", remit=remit)

    recorder, without = run(program), run(whole_program)
    alias = json.loads(recorder.inputs("pulumi:providers:aws-native", ONE)["assumeRole"])
    assert alias == {
        "externalId": "remit-7f3a",
        "roleArn": f"arn:aws:iam::{ONE}:role/RemitSpoke",
        "sessionName": "remit",
    }
    assert recorder.inputs("remit:index:PolicyWatch", ONE)["externalId"] == "remit-7f3a"
    assert "externalId" not in without.inputs("pulumi:providers:aws-native", ONE)["assumeRole"]


def test_a_moved_policy_keeps_its_logical_name_and_is_replaced_old_one_first(run: Run) -> None:
    def program() -> None:
        AccountPolicies(ONE, [policy(ONE, path="/elsewhere/")], spoke=SpokeRole("RemitSpoke"), region="us-east-1")

    request = run(program).of("aws-native:iam:ManagedPolicy")[f"{ONE}/Guardrail"]
    assert request.deleteBeforeReplace


def test_a_permission_set_waits_for_its_policies_in_every_account(run: Run) -> None:
    request = run(whole_program).of("aws-native:sso:PermissionSet")["Engineer"]
    waits_for = {urn.split("::")[-1] for urn in request.dependencies}
    assert waits_for == {f"{ONE}/Guardrail", f"{TWO}/Guardrail"}


def test_assignments_wait_for_the_permission_set_and_its_policies(run: Run) -> None:
    request = run(whole_program).of("remit:index:AccountAssignments")["Engineer"]
    waits_for = {urn.split("::")[-1] for urn in request.dependencies}
    assert waits_for == {"Engineer", "revocation-guard"}
    assert f"{ONE}/Guardrail" not in waits_for, "the permission set waits for it: once is enough for the state"


def test_where_another_stack_owns_the_permission_set_assignments_wait_for_its_policies(run: Run) -> None:
    def program() -> None:
        policies = AccountPolicies(ONE, [policy(ONE)], spoke=SpokeRole("RemitSpoke"), region="eu-west-1").policies
        refers = replace(plan(assignment(ONE)), permission_sets=())
        needs = needed_policies(refers, {"Guardrail": [policies["Guardrail"]]})
        arns = known_arns(refers, {"Engineer": ARN, "AWSReservedSSO_Elsewhere": "arn:other"})
        Access(refers, instance=INSTANCE, stack=Stack("test")).assign(arns, needs)

    of_type = run(program).of("remit:index:AccountAssignments")
    assert set(of_type) == {"Engineer"}, "a permission set that no catalog knows is not ours to touch"
    waits_for = {urn.split("::")[-1] for urn in of_type["Engineer"].dependencies}
    assert waits_for == {f"{ONE}/Guardrail", "revocation-guard"}


def test_a_permission_set_that_another_stack_has_not_made_yet_is_left_out(run: Run) -> None:
    def program() -> None:
        refers = replace(plan(assignment(ONE)), permission_sets=())
        arns = known_arns(refers, {})
        Access(refers, instance=INSTANCE, stack=Stack("test", permission_sets="refer"), known=arns).assign(arns, {})

    recorder = run(program)
    assert recorder.of("remit:index:AccountAssignments") == {}
    assert recorder.inputs("remit:index:RevocationGuard", "revocation-guard")["missing"] == ["Engineer"]


def test_a_permission_set_that_is_there_or_the_stacks_own_is_not_missing(run: Run) -> None:
    refers = replace(plan(assignment(ONE)), permission_sets=())
    management, other = Stack("test", permission_sets="own-management"), Stack("test", permission_sets="refer")
    for whole, known, stack in ((plan(assignment(ONE)), {}, management), (refers, {"Engineer": ARN}, other)):
        recorder = run(partial(Access, whole, instance=INSTANCE, stack=stack, known=known))
        assert "missing" not in recorder.inputs("remit:index:RevocationGuard", "revocation-guard")


def test_assignments_are_keyed_by_account_and_principal_and_labelled_for_people(run: Run) -> None:
    inputs = run(whole_program).inputs("remit:index:AccountAssignments", "Engineer")
    assert inputs == {
        "instanceArn": INSTANCE.arn,
        "permissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-Engineer",
        "scope": [ONE, TWO],
        "assignments": {f"{ONE}/GROUP/g-1": "engineers", f"{TWO}/GROUP/g-1": "engineers"},
        "unmanaged": "remove",
    }


def test_a_permission_set_that_nobody_has_is_still_watched(run: Run) -> None:
    def program() -> None:
        Access(plan(), instance=INSTANCE, stack=Stack("test")).assign({"Engineer": ARN}, {})

    assert run(program).inputs("remit:index:AccountAssignments", "Engineer")["assignments"] == {}


def test_every_field_of_a_permission_set_arrives(run: Run) -> None:
    full = permission_set(
        relay_state="https://console.aws.amazon.com/",
        inline_policy={"Version": "2012-10-17", "Statement": []},
        permissions_boundary={"aws_managed": "arn:aws:iam::aws:policy/PowerUserAccess"},
        tags={"team": "platform"},
    )
    recorder = run(lambda: PermissionSets([full], instance=INSTANCE, needs={}))
    assert recorder.inputs("aws-native:sso:PermissionSet", "Engineer") == {
        "instanceArn": INSTANCE.arn,
        "name": "Engineer",
        "description": "Day to day",
        "sessionDuration": "PT8H",
        "relayStateType": "https://console.aws.amazon.com/",
        "managedPolicies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "customerManagedPolicyReferences": [{"name": "Guardrail", "path": "/remit/"}],
        "inlinePolicy": {"Version": "2012-10-17", "Statement": []},
        "permissionsBoundary": {"managedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"},
        "tags": [{"key": "team", "value": "platform"}],
    }
