"""What leaves the catalog is deleted, and nothing else, whatever becomes of the runs between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from provider.managed_policies import PartlyDoneError
from remit.aws.time_limit import TimeLimit
from remit.errors import AwsError
from sandbox import moto_bridge
from sandbox.faults import FaultPlan
from tests.provider.accounts import BUILD, Accounts, accounts, arn_of, policy
from tests.provider.plugin import A
from tests.provider.pooled_stack import PooledStack

Stack = PooledStack[Accounts]
GUARD, OLD, NEW = policy("Guard"), policy("Old"), policy("New")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Accounts]:
    with accounts(monkeypatch) as running:
        yield running


@pytest.fixture(params=[False, True], ids=["old inputs", "new inputs"])
def stack(request: pytest.FixtureRequest, cloud: Accounts) -> Stack:
    """By what an engine keeps of an update that was done in part."""
    return PooledStack(cloud, keeps_new_inputs=request.param)


def reserved(cloud: Accounts, permission_set: str, name: str = "Old") -> None:
    """Identity Center has the policy for a permission set, in a role that nobody else may change."""
    backend, role = moto_bridge.iam(A), f"AWSReservedSSO_{permission_set}_0123456789abcdef"
    backend.create_role(role, "{}", "/", None, "", [], "3600")
    backend.attach_role_policy(arn_of(name), role)


def unreserved(permission_set: str, name: str = "Old") -> None:
    moto_bridge.iam(A).detach_role_policy(arn_of(name), f"AWSReservedSSO_{permission_set}_0123456789abcdef")


def settled(stack: Stack) -> bool:
    """Whether a run after a refresh finds nothing to do."""
    stack.refresh()
    assert stack.account
    wanted = {name for name, shape in stack.account.inputs["policies"].items() if not shape.get("unmanaged")}
    policies = [stack.cloud.live()[name] for name in sorted(wanted)]
    return not stack.foreseen(*policies)[0]


def test_a_policy_that_leaves_is_let_go_and_deleted_when_all_else_is_done(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    calls = stack.cloud.calls.counts()
    assert stack.foreseen(GUARD) == ([f'leaving["{A}"]["Old"]'], [])
    assert stack.cloud.calls.counts() == calls, "a preview makes no call"
    stack.up(GUARD, until_removal=True)
    assert set(stack.cloud.live()) == {"Guard", "Old"}
    assert stack.foreseen(GUARD)[0] == [f'leaving["{A}"]["Old"]'], "and the next preview says so too"
    assert stack.up(GUARD) == ""
    assert set(stack.cloud.live()) == {"Guard"}
    assert stack.foreseen(GUARD)[0] == []
    assert settled(stack)
    assert stack.account
    assert "leaving" not in stack.account.outputs, "a read has shown that it is gone"


@pytest.mark.parametrize("first", [False, True])
def test_what_a_run_made_that_was_cut_off_goes_with_the_commit_that_wanted_it(stack: Stack, first: bool) -> None:
    if not first:
        stack.up(GUARD)
    for _ in range(3):
        stack.up(GUARD, NEW, until_removal=True)
        assert set(stack.cloud.live()) == {"Guard", "New"}
        assert stack.up(GUARD) == ""
        assert set(stack.cloud.live()) == {"Guard"}
    assert settled(stack)


def test_what_comes_back_and_leaves_again_between_two_removals_is_deleted(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    stack.up(GUARD, until_removal=True)
    stack.up(GUARD, OLD, until_removal=True)
    stack.up(GUARD)
    assert set(stack.cloud.live()) == {"Guard"}


def test_what_a_run_made_whose_removal_failed_in_part_goes_all_the_same(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    stack.cloud.attach("Old")
    assert "Old cannot be deleted while it is attached to role ci" in stack.up(GUARD, NEW)
    stack.up(GUARD)
    assert set(stack.cloud.live()) == {"Guard", "Old"}
    assert stack.foreseen(GUARD)[0] == [f'left["{A}"]["Old"]']
    stack.cloud.client().detach_role_policy(RoleName="ci", PolicyArn=arn_of("Old"))
    assert stack.up(GUARD) == ""
    assert set(stack.cloud.live()) == {"Guard"}
    assert settled(stack)


def test_what_leaves_while_another_policy_of_the_account_fails_waits_and_goes_later(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    stack.cloud.sandbox.world.faults.reset(FaultPlan(denied=100, calls=("iam:CreatePolicy",), accounts=(A,)))
    assert "denied" in stack.up(GUARD, NEW)
    assert set(stack.cloud.live()) == {"Guard", "Old"}
    stack.cloud.sandbox.world.faults.reset(FaultPlan())
    assert stack.up(GUARD) == ""
    assert set(stack.cloud.live()) == {"Guard"}


def test_an_account_that_a_run_leaves_out_keeps_what_left(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    assert stack.up_without_the_account() == ""
    assert stack.changed == []
    assert stack.foreseen(GUARD, OLD)[0] == [], "the commit is reverted"
    assert settled(stack)
    assert set(stack.cloud.live()) == {"Guard", "Old"}


def test_what_was_left_over_outlives_runs_that_leave_its_account_out(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    stack.cloud.attach("Old")
    stack.up(GUARD)
    stack.up_without_the_account()
    stack.cloud.client().detach_role_policy(RoleName="ci", PolicyArn=arn_of("Old"))
    assert stack.up(GUARD) == ""
    assert set(stack.cloud.live()) == {"Guard"}


def test_a_policy_that_could_not_move_is_deleted_where_it_is(stack: Stack) -> None:
    stack.up(policy("Guard", path="/a/"))
    stack.cloud.client().create_user(UserName="ada")
    stack.cloud.client().attach_user_policy(UserName="ada", PolicyArn=arn_of("Guard", "/a/"))
    assert "attached to user ada" in stack.up(policy("Guard", path="/b/"))
    stack.cloud.client().detach_user_policy(UserName="ada", PolicyArn=arn_of("Guard", "/a/"))
    assert stack.up(policy("Rail", path="/b/")) == ""
    assert set(stack.cloud.live()) == {"Rail"}


@pytest.mark.parametrize("leaving", [False, True])
@pytest.mark.parametrize("path", ["/remit/", "/team/"])
def test_another_policy_of_the_name_is_told_and_left_alone(stack: Stack, path: str, leaving: bool) -> None:
    stack.up(GUARD, OLD)
    if leaving:
        stack.up(GUARD, until_removal=True)
    elif path == "/remit/":
        return  # what nobody let go of yet is ours by its name and path
    stack.cloud.client().delete_policy(PolicyArn=arn_of("Old"))
    stack.cloud.write("Old", BUILD, path=path)
    assert stack.up(GUARD) == ""
    assert set(stack.cloud.live()) == {"Guard", "Old"}
    assert (
        f"policy Old, which is to be deleted, is gone; another one has its name, and stays: {arn_of('Old', path)}"
        in (" ".join(stack.cloud.said))
    )


def test_a_policy_that_a_refresh_found_elsewhere_is_somebody_elses_and_stays(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    stack.cloud.client().delete_policy(PolicyArn=arn_of("Old"))
    stack.cloud.write("Old", BUILD, path="/hand/")
    stack.refresh()
    assert stack.up(GUARD) == ""
    assert set(stack.cloud.live()) == {"Guard", "Old"}


def test_what_is_left_for_a_later_run_is_detached_then_if_it_said_so(stack: Stack) -> None:
    stack.others = True
    stack.up(GUARD, policy("Old", detach=True))
    stack.cloud.attach("Old")
    reserved(stack.cloud, "Dev")
    taken = (
        f"account {A}: policy Old is to be deleted, and before that it is taken from the roles, users and groups that "
        "have it (detach_on_delete)"
    )
    assert stack.foreseen(GUARD)[1] == [taken]
    assert stack.up(GUARD) == ""
    assert "left for a later run" in stack.cloud.said[-1]
    assert stack.cloud.attached() == [arn_of("Old")]
    unreserved("Dev")
    assert stack.up(GUARD) == ""
    assert stack.cloud.said[-1] == f"account {A}: policy Old was taken from role ci, as its detach_on_delete says"
    assert set(stack.cloud.live()) == {"Guard"}


def test_what_was_left_and_comes_back_is_still_ours(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    stack.cloud.attach("Old")
    stack.up(GUARD)
    edited = policy("Old", BUILD)
    assert stack.up(GUARD, edited) == ""
    assert stack.cloud.live()["Old"].same(edited)
    assert settled(stack)


def test_the_role_of_today_deletes_what_was_left_over(stack: Stack) -> None:
    stack.up(GUARD, OLD)
    stack.cloud.attach("Old")
    stack.up(GUARD)
    stack.cloud.client().detach_role_policy(RoleName="ci", PolicyArn=arn_of("Old"))
    trust = '{"Version": "2012-10-17", "Statement": []}'
    moto_bridge.iam(A).create_role("Renamed", trust, "/", None, "", [], "3600")
    stack.cloud.sandbox.world.missing_roles.add(A)
    stack.cloud = Accounts(stack.cloud.sandbox)  # another run, which has no session of the old role
    stack.role = "Renamed"
    assert stack.up(GUARD) == ""
    assert {each.name for each in moto_bridge.iam(A).managed_policies.values() if "/remit/" in each.arn} == {"Guard"}


def test_an_account_that_leaves_takes_what_was_leaving_along_and_says_who_loses_it(stack: Stack) -> None:
    stack.up(GUARD, policy("Old", detach=True), NEW)
    stack.up(GUARD, NEW, until_removal=True)
    stack.cloud.attach("Old")
    stack.cloud.client().delete_policy(PolicyArn=arn_of("Guard"))
    stack.cloud.write("Guard", BUILD, path="/team/")
    stack.down()
    assert set(stack.cloud.live()) == {"Guard"}, "the other team's"
    assert f"another one has its name, and stays: {arn_of('Guard', '/team/')}" in stack.cloud.said[-2]
    assert "policy Old was taken from role ci" in stack.cloud.said[-1]


def test_an_account_that_leaves_while_a_permission_set_has_its_policy_says_so_and_goes_later(
    stack: Stack,
) -> None:
    stack.up(OLD)
    reserved(stack.cloud, "Dev")
    with pytest.raises(AwsError, match=r"Old cannot be deleted .*take it out of permission set Dev first"):
        stack.down()
    unreserved("Dev")
    stack.down()
    assert stack.cloud.live() == {}


@pytest.mark.parametrize("case", ["moved", "another path", "wanted"])
def test_a_stray_goes_only_from_where_a_refresh_saw_it_and_under_the_path_of_today(stack: Stack, case: str) -> None:
    stack.more = {"ownedPath": "/remit/", "unmanaged": "remove"}
    stack.up(GUARD)
    stack.cloud.write("Stray", BUILD)
    stack.refresh()
    wanted = [GUARD]
    if case == "moved":
        stack.cloud.client().delete_policy(PolicyArn=arn_of("Stray"))
        stack.cloud.write("Stray", BUILD, path="/theirs/")
    elif case == "another path":
        stack.more = {"ownedPath": "/team/", "unmanaged": "remove"}
    else:
        wanted.append(policy("STRAY"))
    failed = stack.up(*wanted)
    assert ("which this stack did not make" in failed) == (case == "wanted")
    assert set(stack.cloud.live()) == {"Guard", "Stray"}


@pytest.mark.parametrize("others", [False, True])
def test_what_a_permission_set_still_gives_is_left_where_that_is_another_stacks(stack: Stack, others: bool) -> None:
    stack.others = others
    stack.up(GUARD, OLD)
    reserved(stack.cloud, "Dev_Ops")
    failed = stack.up(GUARD)
    told = failed or stack.cloud.said[-1]
    assert (failed == "") == others
    assert "take it out of permission set Dev_Ops first" in told
    unreserved("Dev_Ops")
    assert stack.up(GUARD) == ""
    assert set(stack.cloud.live()) == {"Guard"}


def test_what_only_a_permission_set_holds_that_goes_in_the_same_run_is_left_for_the_next(stack: Stack) -> None:
    stack.up(GUARD, OLD, sets=("Dev", "Ops"))
    reserved(stack.cloud, "Dev")
    assert "take it out of permission set Dev first" in stack.up(GUARD, sets=("Dev", "Ops"))
    stack.up(GUARD, OLD, sets=("Dev", "Ops"))
    assert stack.up(GUARD, sets=("Ops",)) == ""
    assert "left for a later run" in stack.cloud.said[-1]
    unreserved("Dev")
    assert stack.up(GUARD, sets=("Ops",)) == ""
    assert set(stack.cloud.live()) == {"Guard"}
    stack.up(GUARD)
    assert stack.changed == [], "which permission sets there are makes no difference by itself"


def test_a_removal_whose_time_is_over_keeps_in_mind_what_is_left(cloud: Accounts) -> None:
    cloud.write("Old", BUILD)
    news: dict[str, Any] = {"role": "RemitSpoke", "leaving": {A: {"Old": {"path": "/remit/"}}}}
    with pytest.raises(PartlyDoneError, match="customTimeouts are over, not attempted") as failed:
        cloud.removal.create(news, cloud.warn, preview=False, limit=TimeLimit(1e-9))
    assert failed.value.properties["left"] == {A: {"Old": "/remit/"}}
    assert set(cloud.live()) == {"Old"}
    assert list(cloud.removal.diff(news, failed.value.properties, news, cloud.warn)) == [f'left["{A}"]["Old"]']


def test_a_deletion_that_fails_after_people_lost_the_policy_names_them(stack: Stack) -> None:
    stack.up(GUARD, policy("Old", detach=True))
    stack.cloud.attach("Old")
    stack.cloud.sandbox.world.faults.reset(FaultPlan(denied=100, calls=("iam:DeletePolicy",), accounts=(A,)))
    assert "iam:DeletePolicy" in stack.up(GUARD)
    assert stack.cloud.said[-1] == f"account {A}: policy Old was taken from role ci, as its detach_on_delete says"
