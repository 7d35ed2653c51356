"""The resource on a simulated AWS as strict as the real one: limits, asynchronous operations, faults, tampering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from remit.organization import Account, Organization, Principal
from sandbox.faults import FaultPlan
from sandbox.limits import Limits
from sandbox.server import Sandbox
from tests.provider.plugin import A, B, C, RefusedError, inputs, key, plugin

MANAGEMENT = "999999999999"
GROUPS = [f"{number}1111111-1111-1111-1111-111111111111" for number in range(6)]
INSTANCE = "arn:aws:sso:::instance/ssoins-1111111111111111"
ORGANIZATION = Organization(
    organization_id="o-abcdef1234",
    management_account=MANAGEMENT,
    accounts=tuple(Account(id=each, name=f"account-{each[0]}") for each in (MANAGEMENT, A, B, C)),
    groups=tuple(Principal(id=each, name=f"group-{each[0]}") for each in GROUPS),
    instance_arn=INSTANCE,
    identity_store_id="d-1234567890",
)
KEYS = [key(account, group) for account in (A, B, C) for group in GROUPS]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"latency_ms": 5}


@pytest.fixture
def sso(options: dict[str, Any]) -> Iterator[Any]:
    """boto3's client of a running sandbox."""
    with Sandbox(ORGANIZATION, **options) as sandbox:
        yield boto3.client(
            "sso-admin",
            region_name="us-east-1",
            endpoint_url=sandbox.url,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",
            config=Config(retries={"total_max_attempts": 1}),
        )


@pytest.fixture
def permission_set(sso: Any) -> str:
    for _ in range(50):  # the faults of a plan hit this call too
        try:
            arn: str = sso.create_permission_set(InstanceArn=INSTANCE, Name="Engineer")["PermissionSet"][
                "PermissionSetArn"
            ]
        except sso.exceptions.ClientError:
            continue
        return arn
    raise AssertionError("no permission set in 50 attempts")


def wanted(permission_set: str, keys: list[str]) -> dict[str, Any]:
    return inputs(*keys, instanceArn=INSTANCE, permissionSetArn=permission_set)


def test_what_is_created_is_read_tampering_is_seen_and_all_is_deleted(sso: Any, permission_set: str) -> None:
    news = wanted(permission_set, KEYS[:-1])
    with plugin(sso) as remit:
        id_, state = remit.create(news)
    sso.create_account_assignment(
        InstanceArn=INSTANCE,
        PermissionSetArn=permission_set,
        TargetType="AWS_ACCOUNT",
        TargetId=C,
        PrincipalType="GROUP",
        PrincipalId=GROUPS[-1],
    )
    live = news
    while KEYS[-1] not in live["assignments"]:  # AWS takes its time
        with plugin(sso) as remit:
            _, live, _ = remit.read(id_, news, state)
    with plugin(sso) as remit:
        assert remit.diff(live, news, state) == {f'assignments["{KEYS[-1]}"]': "DELETE"}
        assert remit.update(live, news, state)["deleted"] == 1
        remit.delete(news, state)
        _, gone, _ = remit.read(id_, news, state)
    assert gone["assignments"] == {}


class TestLimits:
    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return {"latency_ms": 20, "limits": Limits(requests_per_second=400, burst=20, outstanding=5)}

    def test_a_caller_over_the_limits_gets_there_too(self, sso: Any, permission_set: str) -> None:
        with plugin(sso) as remit:
            _, state = remit.create(wanted(permission_set, KEYS))
        assert state["created"] == len(KEYS)


class TestFaults:
    @pytest.fixture
    def options(self) -> dict[str, Any]:
        plan = FaultPlan(seed=7, throttle=30, conflict=10, failed=5, error=5, reset=5)
        return {"latency_ms": 5, "faults": plan}

    def test_runs_converge(self, sso: Any, permission_set: str) -> None:
        news = wanted(permission_set, KEYS)
        state: dict[str, Any] = {}
        with plugin(sso) as remit:
            for _ in range(10):
                try:
                    state = remit.update(wanted(permission_set, []), news, state)
                    break
                except RefusedError as failure:
                    state = failure.properties
        with plugin(sso) as remit:
            _, live, _ = remit.read(f"{INSTANCE}|{permission_set}", news, state)
        assert live["assignments"] == news["assignments"]
