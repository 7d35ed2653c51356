"""PolicyRelease on a simulated IAM: what is taken from whom before the engine deletes it, and what never is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from provider.managed_policies import PartlyDoneError
from provider.policy_release import changes, check
from remit.aws.time_limit import TimeLimit
from remit.errors import AwsError
from remit.organization import AccountState
from sandbox import moto_bridge
from sandbox.faults import FaultPlan
from tests.provider.accounts import ROLE, Accounts, accounts, arn_of, inputs, policy
from tests.provider.plugin import A

RESERVED = "AWSReservedSSO_Dev_0123456789abcdef"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Accounts]:
    with accounts(monkeypatch) as running:
        running.create(inputs(policy("Guard"), policy("Other")))
        running.attach("Guard")
        yield running


def known(*names: str, detach: tuple[str, ...] = ("Guard",)) -> dict[str, Any]:
    kept = [name for name in detach if name in names]
    return {"account": A, "role": ROLE, "policies": dict.fromkeys(names, "/remit/"), "detachOnDelete": kept}


def update(cloud: Accounts, old: dict[str, Any], new: dict[str, Any], olds: dict[str, Any] | None = None) -> Any:
    return cloud.release.update(A, old, olds or {}, new, cloud.warn, preview=False).outputs


def test_what_leaves_is_taken_from_everybody_but_identity_centers_own_roles(cloud: Accounts) -> None:
    backend = moto_bridge.iam(A)
    backend.create_role(RESERVED, "{}", "/", None, "", [], "3600")
    backend.attach_role_policy(arn_of("Guard"), RESERVED)
    assert update(cloud, known("Guard", "Other"), known("Other")) == {}
    assert (cloud.attached(), cloud.attached(RESERVED)) == ([], [arn_of("Guard")])
    assert cloud.said == [f"account {A}: policy Guard was taken from role ci, as its detach_on_delete says"]
    assert set(cloud.live()) == {"Guard", "Other"}, "the engine deletes it"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (known("Guard", detach=()), known()),  # it never said so
        (known("Guard"), known("Guard", detach=())),  # it does not say so any more
        (known("Guard"), known("Guard") | {"policies": {"Guard": "/elsewhere/"}}),  # it is made anew
    ],
)
def test_nothing_is_taken_that_stays_or_never_said_so(
    cloud: Accounts, old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert update(cloud, old, new) == {}
    assert cloud.attached() == [arn_of("Guard")]


def test_an_account_that_leaves_loses_its_policies_and_who_has_them_is_asked_only_where_one_says_so(
    cloud: Accounts,
) -> None:
    fresh = Accounts(cloud.sandbox)
    fresh.release.delete(known("Guard", detach=()), {}, fresh.warn)
    assert fresh.calls.counts() == {}
    assert cloud.attached() == [arn_of("Guard")]
    fresh.release.delete(known("Guard"), {}, fresh.warn)
    assert cloud.attached() == []


def test_a_boundary_stays_and_nobody_loses_anything_before_it_is_gone(cloud: Accounts) -> None:
    cloud.client().put_role_permissions_boundary(RoleName="ci", PermissionsBoundary=arn_of("Guard"))
    with pytest.raises(PartlyDoneError, match="a boundary is never taken away by itself") as failed:
        update(cloud, known("Guard"), known())
    assert failed.value.properties == {"left": {"Guard": "/remit/"}}
    assert cloud.attached() == [arn_of("Guard")]


def test_what_could_not_be_taken_is_taken_by_the_next_run(cloud: Accounts) -> None:
    cloud.sandbox.world.faults.reset(FaultPlan(denied=100, calls=("iam:DetachRolePolicy",), accounts=(A,)))
    with pytest.raises(PartlyDoneError, match=f"account {A}: policy Guard: .*DetachRolePolicy") as failed:
        update(cloud, known("Guard"), known())
    cloud.sandbox.world.faults.reset(FaultPlan())
    left = failed.value.properties
    assert list(changes(known(), left, known())) == ['left["Guard"]']
    assert update(cloud, known(), known(), left) == {}
    assert cloud.attached() == []
    assert update(cloud, known(), known(), left) == {}, "and once more, as after a run that was killed"
    assert changes(known(), {}, known()) == {}


def test_a_policy_that_is_gone_already_is_no_failure(cloud: Accounts) -> None:
    assert update(cloud, known("Guard", "Gone", detach=("Gone",)), known("Guard")) == {}


def test_an_account_without_its_role_is_a_failure_and_one_that_is_gone_is_none(cloud: Accounts) -> None:
    fresh = Accounts(cloud.sandbox)
    cloud.sandbox.world.missing_roles.add(A)
    with pytest.raises(AwsError, match=f"account {A}: the role {ROLE} cannot be assumed"):
        fresh.release.delete(known("Guard"), {}, fresh.warn)
    cloud.sandbox.world.tree.accounts[A].state = AccountState.SUSPENDED
    fresh = Accounts(cloud.sandbox)
    fresh.release.delete(known("Guard"), {}, fresh.warn)
    assert "is SUSPENDED" in fresh.said[0]


def test_after_the_time_that_customtimeouts_give_nothing_is_begun(cloud: Accounts) -> None:
    with pytest.raises(PartlyDoneError, match="customTimeouts are over, not attempted"):
        cloud.release.update(A, known("Guard"), {}, known(), cloud.warn, preview=False, limit=TimeLimit(1e-9))
    assert cloud.attached() == [arn_of("Guard")]


def test_policies_that_never_say_so_make_no_change() -> None:
    assert changes(known("Other"), {}, known("Other", "New")) == {}
    assert changes(known("Other", "Old"), {}, known("Other")) == {}
    assert list(changes(known("Other"), {}, known("Other", "Guard"))) == ["detachOnDelete"]
    assert list(changes(known("Guard"), {}, known())) == ['policies["Guard"]']


def test_what_is_no_property_is_refused() -> None:
    failures = check({"rolle": "x", "account": A, "policies": {}})[1]
    assert [failure.property for failure in failures] == ["rolle", "detachOnDelete", "role"]
