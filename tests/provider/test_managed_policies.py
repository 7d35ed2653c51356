"""ManagedPolicies on a simulated IAM: what is written, what is seen, what is said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from provider.managed_policies import PartlyDoneError
from remit.aws.time_limit import TimeLimit
from remit.errors import AccessDeniedError, AwsError
from remit.managed_policy import Policy
from remit.organization import AccountState
from remit.policy_shape import policy_of, shaped
from sandbox import moto_bridge
from sandbox.faults import FaultPlan
from sandbox.limits import Limits
from tests.provider.accounts import BUILD, READ, Accounts, accounts, arn_of, inputs, policy
from tests.provider.plugin import A, B

FAULTS = {
    "throttles": FaultPlan(seed=3, throttle=30, calls=("iam:*", "sts:*")),
    "broken connections": FaultPlan(seed=3, error=10, reset=20, calls=("iam:*", "sts:*")),
    "sessions that end": FaultPlan(seed=3, expired=10, calls=("iam:*",)),
}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Accounts]:
    with accounts(monkeypatch) as running:
        yield running


def test_policies_are_made_changed_and_deleted(cloud: Accounts) -> None:
    first = inputs(policy("Guardrail"), policy("Builder", BUILD))
    assert cloud.create(first) == {"account": A}
    assert cloud.live()["Builder"].same(policy("Builder", BUILD))
    second = inputs(policy("Guardrail", READ, BUILD), policy("Builder", BUILD))
    cloud.update(first, second)
    assert cloud.live()["Guardrail"].same(policy("Guardrail", READ, BUILD))
    assert (cloud.versions("Guardrail"), cloud.versions("Builder")) == (2, 1)
    cloud.policies.delete(second, {}, cloud.warn)
    assert cloud.live() == {}


def test_the_sixth_version_takes_the_place_of_the_oldest(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail"))
    cloud.create(old)
    for number in range(6):
        new = inputs(policy("Guardrail", {**READ, "Resource": f"arn:aws:s3:::b{number}"}))
        cloud.update(old, new)
        old = new
    assert cloud.versions("Guardrail") == 5
    assert "b5" in str(cloud.live()["Guardrail"].document)


def test_a_refresh_is_three_calls_an_account_and_an_unchanged_preview_none(cloud: Accounts) -> None:
    wanted = inputs(*(policy(f"Policy{number}") for number in range(5)))
    cloud.create(wanted)
    fresh = Accounts(cloud.sandbox)
    assert fresh.differs(wanted, wanted) == {}
    assert fresh.calls.counts() == {}
    assert fresh.refresh(wanted) == (wanted, {"account": A})
    assert fresh.calls.counts() == {"GetAccountAuthorizationDetails": 1}, "and AssumeRole"


def test_another_way_to_write_the_same_is_no_drift(cloud: Accounts) -> None:
    wanted = inputs(policy("Guardrail", READ, BUILD))
    cloud.create(wanted)
    cloud.write(
        "Guardrail", {**BUILD, "Action": ["ECS:*"]}, {**READ, "Action": ["s3:List*", "s3:Get*"], "Resource": ["*"]}
    )
    assert cloud.refresh(wanted)[0] == wanted
    cloud.update(wanted, wanted)
    assert cloud.versions("Guardrail") == 2, "nothing was written"


def test_drift_is_shown_by_policy_and_statement_and_repaired(cloud: Accounts) -> None:
    wanted = inputs(policy("Guardrail", READ, BUILD), policy("Builder", BUILD))
    cloud.create(wanted)
    cloud.write("Guardrail", READ, {**BUILD, "Action": "*"})
    cloud.client().delete_policy(PolicyArn=arn_of("Builder"))
    live, state = cloud.refresh(wanted)
    assert cloud.differs(live, wanted, state) == {
        'policies["Builder"]': "ADD",
        'policies["Guardrail"].statements["Build"].Action': "UPDATE",
    }
    cloud.update(live, wanted, state)
    assert cloud.refresh(wanted)[0] == wanted


def test_a_statement_without_a_sid_may_move(cloud: Accounts) -> None:
    bare = {key: value for key, value in BUILD.items() if key != "Sid"}
    deny = {**bare, "Effect": "Deny"}
    assert cloud.differs(inputs(policy("P", bare, READ)), inputs(policy("P", READ, bare))) == {}
    assert cloud.differs(inputs(policy("P", bare, READ)), inputs(policy("P", READ, deny, bare))) == {
        'policies["P"].statements["#2"]': "ADD"
    }


@pytest.mark.parametrize("detach", [False, True])
def test_who_holds_a_policy_keeps_it_from_being_replaced_unless_they_get_the_new_one(
    cloud: Accounts, detach: bool
) -> None:
    old = inputs(policy("Guardrail", detach=detach))
    cloud.create(old)
    cloud.attach("Guardrail")
    new = inputs(policy("Guardrail", path="/moved/", detach=detach))
    assert cloud.differs(old, new) == {'policies["Guardrail"].path': "UPDATE"}
    if detach:
        assert "given back" in cloud.said[0]
        cloud.update(old, new)
        assert cloud.attached() == [arn_of("Guardrail", "/moved/")]
    else:
        assert "unless somebody has it attached" in cloud.said[0]
        with pytest.raises(PartlyDoneError, match=r"111111111111: policy Guardrail .*role ci .*detach_on_delete: true"):
            cloud.update(old, new)
        assert cloud.attached() == [arn_of("Guardrail")]


LOST = {
    "iam:DetachUserPolicy": r"iam:DetachUserPolicy in account 111111111111 was denied",
    "iam:DeletePolicy": r"iam:DeletePolicy in account 111111111111 was denied",
    "iam:CreatePolicy": r"deleted and could not be put back: .*; role ci, user ada had it, and must be given it by",
    "iam:AttachUserPolicy": r"policy/moved/Guardrail could not be given back to all of role ci, user ada: attach it",
}


@pytest.mark.parametrize("denied", LOST)
def test_a_replacement_that_fails_halfway_gives_back_or_says_who_has_lost_it(cloud: Accounts, denied: str) -> None:
    old = inputs(policy("Guardrail", detach=True))
    cloud.create(old)
    cloud.attach("Guardrail")
    cloud.client().create_user(UserName="ada")
    cloud.client().attach_user_policy(UserName="ada", PolicyArn=arn_of("Guardrail"))
    new = inputs(policy("Guardrail", path="/moved/", detach=True))
    cloud.sandbox.world.faults.reset(FaultPlan(denied=100, calls=(denied,), accounts=(A,)))
    with pytest.raises(PartlyDoneError, match=LOST[denied]):
        cloud.update(old, new)
    cloud.sandbox.world.faults.reset(FaultPlan())
    if denied in {"iam:DetachUserPolicy", "iam:DeletePolicy"}:
        assert cloud.attached() == [arn_of("Guardrail")], "given back"
        cloud.update(old, new)
        assert cloud.attached() == [arn_of("Guardrail", "/moved/")]


def test_a_replacement_whose_answers_are_lost_gives_everybody_the_new_one(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail", detach=True))
    cloud.create(old)
    cloud.attach("Guardrail")
    for number in range(6):
        new = inputs(policy("Guardrail", path=f"/moved/{number}/", detach=True))
        calls = ("iam:Create*", "iam:D*", "iam:Attach*")
        cloud.sandbox.world.faults.reset(FaultPlan(seed=number, reset=60, calls=calls))
        cloud.update(old, new)
        cloud.sandbox.world.faults.reset(FaultPlan())
        assert cloud.attached() == [arn_of("Guardrail", f"/moved/{number}/")]
        old = new


def test_a_boundary_is_never_taken_away(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail", detach=True))
    cloud.create(old)
    cloud.attach("Guardrail")
    cloud.client().put_role_permissions_boundary(RoleName="ci", PermissionsBoundary=arn_of("Guardrail"))
    with pytest.raises(AwsError, match=r"role ci \(as its permissions boundary\)"):
        cloud.policies.delete(old, {}, cloud.warn)
    assert cloud.attached() == [arn_of("Guardrail")]


@pytest.mark.parametrize("unmanaged", ["report", "remove"])
def test_strangers_under_the_owned_path_are_told_or_removed_by_name(cloud: Accounts, unmanaged: str) -> None:
    wanted = inputs(policy("Guardrail"), ownedPath="/remit/", unmanaged=unmanaged)
    cloud.create(wanted)
    cloud.write("Stray", READ, path="/remit/x/")
    cloud.write("Elsewhere", READ, path="/")
    live, state = cloud.refresh(wanted)
    if unmanaged == "report":
        assert cloud.differs(live, wanted, state) == {}
        assert cloud.said == [f"account {A} has a policy that nobody manages, left as it is: /remit/x/Stray"]
        assert state["unmanagedPolicies"] == {"Stray": "/remit/x/"}
    else:
        assert cloud.differs(live, wanted, state) == {'policies["Stray"]': "DELETE"}
    cloud.update(live, wanted, state)
    assert set(cloud.live()) == {"Guardrail", "Elsewhere"} | ({"Stray"} if unmanaged == "report" else set())


@pytest.mark.parametrize("wanted", ["reported", "elsewhere", "ours", "gone"])
def test_a_preview_says_of_a_stray_what_the_run_does(cloud: Accounts, wanted: str) -> None:
    rules = {"ownedPath": "/remit/", "unmanaged": "remove"}
    old = inputs(policy("Guardrail"), **rules)
    cloud.create(old)
    cloud.write("Stray", READ, description="why")
    live, state = cloud.refresh(old)
    more = [policy("Stray")] if wanted == "ours" else []
    now = {"reported": {"unmanaged": "report"}, "elsewhere": {"ownedPath": "/team/"}}.get(wanted, {})
    news = inputs(policy("Guardrail"), *more, **{**rules, **now})
    told = {"ours": {'policies["Stray"]': "ADD"}, "gone": {'policies["Stray"]': "DELETE"}}
    assert cloud.differs(live, news, state) == told.get(wanted, dict.fromkeys(now, "UPDATE"))
    cloud.update(live, news, state)
    assert ("Stray" in cloud.live()) == (wanted != "gone")


def test_a_stray_that_could_not_go_is_told_again(cloud: Accounts) -> None:
    wanted = inputs(policy("Guardrail"), ownedPath="/remit/", unmanaged="remove")
    cloud.create(wanted)
    cloud.write("Stray", READ)
    cloud.attach("Stray")
    live, state = cloud.refresh(wanted)
    with pytest.raises(PartlyDoneError, match="Stray cannot be deleted while it is attached to role ci") as failed:
        cloud.update(live, wanted, state)
    assert cloud.differs(live, wanted, failed.value.properties) == {'policies["Stray"]': "DELETE"}


def test_a_preview_repeats_who_nobody_manages_from_the_state_alone_and_once_in_a_run(cloud: Accounts) -> None:
    wanted = inputs(policy("Guardrail"), ownedPath="/remit/")
    cloud.create(wanted)
    cloud.write("Stray", READ)
    cloud.write("Other", READ)
    live, state = cloud.refresh(wanted)
    cloud.differs(live, wanted, state)
    words = f"account {A} has 2 policies that nobody manages, left as they are:\n  /remit/Other\n  /remit/Stray"
    assert cloud.said == [words]
    later = Accounts(cloud.sandbox)
    assert later.differs(live, wanted, state) == {}
    assert (later.said, later.calls.counts()) == ([words], {})
    later = Accounts(cloud.sandbox)
    later.differs(live, inputs(policy("Guardrail"), policy("Other"), ownedPath="/remit/"), state)
    assert later.said == [f"account {A} has a policy that nobody manages, left as it is: /remit/Stray"]
    later.differs(live, inputs(policy("Guardrail")), state)
    assert len(later.said) == 1, "a stack that owns no path is told of nobody"


def test_what_a_killed_run_made_is_taken_for_ours_and_what_another_made_is_not(cloud: Accounts) -> None:
    cloud.write("Guardrail", READ)
    wanted = inputs(policy("Guardrail", BUILD), policy("Builder", BUILD))
    with pytest.raises(PartlyDoneError, match="a policy Guardrail at /remit/ already") as failed:
        cloud.create(wanted)
    assert set(failed.value.properties["policies"]) == {"Builder"}
    again = inputs(policy("Builder", BUILD))
    assert cloud.create(again) == {"account": A}, "it was just as wanted"


def test_another_policy_that_got_our_name_elsewhere_is_told_and_stays(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail", detach=True), policy("Builder"))
    cloud.create(old)
    cloud.client().delete_policy(PolicyArn=arn_of("Guardrail"))
    cloud.write("Guardrail", BUILD, path="/theirs/")
    new = inputs(policy("Guardrail", detach=True), policy("Builder", BUILD))
    assert not any("Guardrail" in path for path in cloud.differs(old, new)), "no refresh has seen it"
    with pytest.raises(
        PartlyDoneError, match=r"Guardrail at /theirs/ already, which this stack did not make"
    ) as failed:
        cloud.update(old, new)
    assert set(failed.value.properties["policies"]) == {"Builder"}
    assert cloud.live()["Guardrail"].same(replace(policy("Guardrail", BUILD, path="/theirs/"), description=""))
    assert cloud.live()["Builder"].same(policy("Builder", BUILD))


def test_a_policy_whose_replacement_came_halfway_is_ours_where_it_is_now(cloud: Accounts) -> None:
    old, new = inputs(policy("Guardrail", detach=True)), inputs(policy("Guardrail", path="/moved/", detach=True))
    cloud.create(old)
    cloud.attach("Guardrail")
    cloud.sandbox.world.faults.reset(FaultPlan(denied=100, calls=("iam:AttachRolePolicy",), accounts=(A,)))
    with pytest.raises(PartlyDoneError, match="could not be given back to all of role ci") as failed:
        cloud.update(old, new)
    cloud.sandbox.world.faults.reset(FaultPlan())
    assert failed.value.properties["policies"] == new["policies"]
    edited = inputs(policy("Guardrail", BUILD, path="/moved/", detach=True))
    cloud.update(old, edited, failed.value.properties)
    assert cloud.refresh(edited)[0] == edited


def described(policy_: Policy, text: str) -> Policy:
    return replace(policy_, description=text)


def test_an_edit_of_a_described_policy_is_a_new_version_and_asks_for_no_description(cloud: Accounts) -> None:
    old, new = inputs(policy("Guardrail")), inputs(policy("Guardrail", BUILD))
    cloud.create(old)
    cloud.attach("Guardrail")
    fresh = Accounts(cloud.sandbox)
    fresh.update(old, new)
    assert fresh.calls.counts() == {"GetAccountAuthorizationDetails": 1, "CreatePolicyVersion": 1}
    assert cloud.versions("Guardrail") == 2
    assert cloud.live()["Guardrail"].same(policy("Guardrail", BUILD))
    assert cloud.refresh(new) == (new, {"account": A})
    assert cloud.differs(new, new) == {}


def test_another_description_makes_the_policy_anew_once(cloud: Accounts) -> None:
    old, new = inputs(policy("Guardrail")), inputs(described(policy("Guardrail"), "because"))
    cloud.create(old)
    cloud.update(old, new)
    assert cloud.live()["Guardrail"].description == "because"
    fresh = Accounts(cloud.sandbox)
    fresh.update(old, new)  # the run was killed before its state was written
    assert fresh.calls.counts() == {"GetAccountAuthorizationDetails": 1, "GetPolicy": 1}


def test_what_a_killed_run_made_is_taken_over_with_its_description_alone(cloud: Accounts) -> None:
    cloud.write("Guardrail", READ, description="why")
    cloud.write("Other", READ, description="whatever")
    cloud.write("Nobodys", READ, description="asked by nobody")
    wanted = inputs(policy("Guardrail"), policy("Other"))
    fresh = Accounts(cloud.sandbox)
    with pytest.raises(PartlyDoneError, match="a policy Other at /remit/ already") as failed:
        fresh.create(wanted)
    assert set(failed.value.properties["policies"]) == {"Guardrail"}
    assert fresh.calls.counts() == {"GetAccountAuthorizationDetails": 1, "GetPolicy": 2}


def test_a_policy_that_could_not_be_replaced_is_put_back_with_its_description(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail"))
    cloud.create(old)
    new = inputs(described(policy("Guardrail"), "x" * 1001))  # longer than IAM takes
    with pytest.raises(PartlyDoneError, match="the policy was put back as it was") as failed:
        cloud.update(old, new)
    assert failed.value.properties["policies"] == old["policies"]
    assert cloud.live()["Guardrail"].same(policy("Guardrail"))


def test_a_policy_of_our_name_at_another_path_is_somebody_elses(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail"))
    cloud.create(old)
    cloud.client().delete_policy(PolicyArn=arn_of("Guardrail"))
    cloud.write("Guardrail", BUILD, path="/team/", description="theirs")
    live, _ = cloud.refresh(old)
    assert live == inputs()
    (said,) = cloud.said
    assert said.startswith(f"account {A}: policy Guardrail at /remit/ is gone; another one has its name: ")
    assert said.endswith(arn_of("Guardrail", "/team/"))
    with pytest.raises(PartlyDoneError, match="a policy Guardrail at /team/ already, which this stack did not make"):
        cloud.update(live, old)
    assert cloud.live()["Guardrail"].path == "/team/"


@pytest.mark.parametrize("unmanaged", ["report", "remove"])
def test_one_of_our_name_at_another_path_of_our_own_is_a_stranger_at_once(cloud: Accounts, unmanaged: str) -> None:
    owner = {"ownedPath": "/remit/", "unmanaged": unmanaged}
    old = inputs(policy("Guardrail"), **owner)
    cloud.create(old)
    cloud.client().delete_policy(PolicyArn=arn_of("Guardrail"))
    cloud.write("Guardrail", BUILD, path="/remit/x/")
    live, state = cloud.refresh(old)
    with pytest.raises(PartlyDoneError, match="which this stack did not make"):
        cloud.update(live, old, state)  # the catalog wants the name: nobody's policy makes way for it
    state = cloud.update(live, inputs(**owner), state)
    assert set(cloud.live()) == ({"Guardrail"} if unmanaged == "report" else set())
    assert state.get("unmanagedPolicies") == ({"Guardrail": "/remit/x/"} if unmanaged == "report" else None)


def test_somebody_elses_policy_of_our_name_is_not_ours_after_a_run_that_kept_it(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail"))
    cloud.create(old)
    cloud.client().delete_policy(PolicyArn=arn_of("Guardrail"))
    cloud.write("Guardrail", BUILD, path="/team/")
    kept = cloud.update(old, {**old, "kept": ["Guardrail"]})
    assert "policies" not in kept
    with pytest.raises(PartlyDoneError, match="a policy Guardrail at /team/ already"):
        cloud.update(old, inputs(policy("Guardrail", READ)), kept)
    assert cloud.live()["Guardrail"].path == "/team/"


def test_strangers_that_are_to_go_are_known_with_their_descriptions(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail"), ownedPath="/remit/", unmanaged="remove")
    cloud.create(old)
    cloud.write("Stray", READ, description="by hand")
    live, _ = cloud.refresh(old)
    assert live["policies"]["Stray"] == {**shaped(described(policy("Stray"), "by hand")), "unmanaged": True}


def test_an_import_finds_what_is_there(cloud: Accounts) -> None:
    cloud.create(inputs(policy("Guardrail"), policy("Other", path="/x/")))
    found = cloud.policies.read(f"{A}|RemitSpoke|/remit/", {}, {}, cloud.warn)
    assert found is not None
    assert (found.id, found.inputs) == (A, inputs(policy("Guardrail")))
    with pytest.raises(ValueError, match="not an id of ManagedPolicies"):
        cloud.policies.read("Guardrail", {}, {}, cloud.warn)


def test_a_role_that_asks_for_an_external_id_is_assumed_with_it(cloud: Accounts) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"}
    wants = {**statement, "Condition": {"StringEquals": {"sts:ExternalId": "remit-7f3a"}}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [wants]})
    moto_bridge.iam(A).create_role("RemitSpoke", trust, "/", None, "", [], "3600")
    wanted = inputs(policy("Guardrail"))
    with pytest.raises(AwsError, match="RemitSpoke cannot be assumed"):
        cloud.create(wanted)
    told = {**wanted, "externalId": "remit-7f3a"}
    assert cloud.differs(wanted, told, {}) == {"externalId": "UPDATE"}
    cloud.create(told)
    found = cloud.policies.read(f"{A}|RemitSpoke|/remit/|remit-7f3a", {}, {}, cloud.warn)
    assert found is not None
    assert found.inputs == told
    cloud.removal.create(
        {"role": "RemitSpoke", "externalId": "remit-7f3a", "leaving": {A: {"Guardrail": {"path": "/remit/"}}}},
        cloud.warn,
        preview=False,
    )
    with pytest.raises(AwsError, match="RemitSpoke cannot be assumed"):
        cloud.policies.read(f"{A}|RemitSpoke|/remit/", {}, {}, cloud.warn)
    again = cloud.policies.read(f"{A}|RemitSpoke|/remit/|remit-7f3a", {}, {}, cloud.warn)
    assert again is not None
    assert again.inputs == told | {"policies": {}}


def test_an_account_without_its_role_says_so_and_one_that_is_gone_leaves_the_state(cloud: Accounts) -> None:
    wanted = inputs(policy("Guardrail"))
    cloud.create(wanted)
    world = cloud.sandbox.world
    world.tree.accounts[A].state = AccountState.SUSPENDED
    fresh = Accounts(cloud.sandbox)
    assert fresh.refresh(wanted) == (None, None)
    fresh.policies.delete(wanted, {}, fresh.warn)
    assert f"account {A} is SUSPENDED" in fresh.said[0]
    world.missing_roles.add(B)
    with pytest.raises(AwsError, match=f"account {B}: the role RemitSpoke cannot be assumed. Is it there yet"):
        fresh.create(inputs(policy("Guardrail"), account=B))
    with pytest.raises(AwsError, match=rf"{B}.*`remit retire --account {B}` lets go of them"):
        fresh.policies.delete(inputs(policy("Guardrail"), account=B), {}, fresh.warn)
    fresh.policies.delete(inputs(account=B, ownedPath="/remit/"), {}, fresh.warn)  # where there is nothing to delete


def test_a_missing_permission_in_one_account_is_told_with_the_account(cloud: Accounts) -> None:
    cloud.sandbox.world.faults.reset(FaultPlan(denied=100, calls=("iam:CreatePolicy",), accounts=(A,)))
    with pytest.raises(PartlyDoneError, match=f"iam:CreatePolicy in account {A} was denied"):
        cloud.create(inputs(policy("Guardrail")))
    cloud.sandbox.world.faults.reset(FaultPlan(denied=100, calls=("iam:Get*",), accounts=(A,)))
    with pytest.raises(AccessDeniedError, match="allow it to the spoke role"):
        cloud.create(inputs(policy("Guardrail")))
    assert cloud.create(inputs(policy("Guardrail"), account=B)) == {"account": B}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_that_pass_do_no_harm(cloud: Accounts, fault: str) -> None:
    cloud.sandbox.world.faults.reset(FAULTS[fault])
    first = inputs(*(policy(f"Policy{number}") for number in range(4)))
    second = inputs(*(policy(f"Policy{number}", READ, BUILD) for number in range(2)), policy("New"))
    cloud.create(first)
    cloud.update(first, second)
    cloud.sandbox.world.faults.reset(FaultPlan())
    live = cloud.live()
    assert live["New"].same(policy("New"))
    assert live["Policy1"].same(policy("Policy1", READ, BUILD))


def test_iams_own_rates_are_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with accounts(monkeypatch, limits=Limits(iam_writes_per_second=50)) as cloud:
        cloud.create(inputs(*(policy(f"Policy{number}") for number in range(60))))
        assert len(cloud.live()) == 60


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_after_the_time_that_customtimeouts_give_no_policy_is_begun(cloud: Accounts, verb: str) -> None:
    old, new, over = inputs(policy("Guardrail")), inputs(policy("Guardrail", BUILD), policy("New")), TimeLimit(1e-9)
    if verb != "create":
        cloud.create(old)
    before = set(cloud.live())
    calls: dict[str, Callable[[], object]] = {
        "create": lambda: cloud.policies.create(new, cloud.warn, preview=False, limit=over),
        "update": lambda: cloud.policies.update(A, old, {}, new, cloud.warn, preview=False, limit=over),
        "delete": lambda: cloud.policies.delete(old, {}, cloud.warn, over),
    }
    with pytest.raises(AwsError if verb == "delete" else PartlyDoneError) as failed:
        calls[verb]()
    assert "policy Guardrail: the 1e-09 s of customTimeouts are over, not attempted; the next run" in str(failed.value)
    assert set(cloud.live()) == before
    assert not before or cloud.versions("Guardrail") == 1


def test_an_interrupted_change_says_what_is_left_and_keeps_what_was_done(cloud: Accounts) -> None:
    cloud.cancelled.set()
    with pytest.raises(PartlyDoneError, match="interrupted, not attempted") as failed:
        cloud.create(inputs(policy("Guardrail")))
    assert failed.value.properties["policies"] == {}


def test_what_is_to_be_kept_stays_as_it_is_while_the_rest_of_the_account_is_done(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail"), policy("Builder"), policy("Other"), ownedPath="/remit/", unmanaged="remove")
    cloud.create(old)
    cloud.write("Guardrail", READ, {**BUILD, "Action": "*"})
    cloud.client().delete_policy(PolicyArn=arn_of("Builder"))
    cloud.write("ByHand", READ)
    seen, _ = cloud.refresh(old)
    by_hand = cloud.live()["Guardrail"]
    new = inputs(policy("Guardrail"), policy("Builder"), policy("Other", READ, BUILD), ownedPath="/remit/")
    new |= {"unmanaged": "remove", "kept": ["Guardrail", "Builder", "ByHand"]}
    for before in (old, seen):
        assert {path.partition(".")[0] for path in cloud.differs(before, new)} == {'policies["Other"]'}
    cloud.update(seen, new)
    live = cloud.live()
    assert live.keys() == {"Guardrail", "Other", "ByHand"}
    assert live["Guardrail"].same(by_hand)
    assert live["Other"].same(policy("Other", READ, BUILD))
    assert cloud.differs(new, new) == {}
    assert "kept" not in cloud.refresh(new)[0]


def test_a_partial_failure_says_what_was_kept_as_it_is(cloud: Accounts) -> None:
    old = inputs(policy("Guardrail"))
    cloud.create(old)
    cloud.write("Guardrail", READ, {**BUILD, "Action": "*"})
    cloud.write("Taken", READ)
    new = {**inputs(policy("Guardrail"), policy("Taken", BUILD)), "kept": ["Guardrail", "Gone"]}
    with pytest.raises(PartlyDoneError, match="did not make") as failed:
        cloud.update(old, new)
    assert failed.value.properties["kept"] == ["Guardrail"]
    assert policy_of("Guardrail", failed.value.properties["policies"]["Guardrail"]).same(cloud.live()["Guardrail"])
