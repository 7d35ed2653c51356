"""Waiting, restarting and re-reading of Cloud Control operations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.aws_native.cloud_control import CloudControl, OperationFailedError
from engine.aws_native.waiting import Waiting

# Fixtures: see conftest.py.
Cloud = Any

POLICY = "AWS::IAM::ManagedPolicy"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def control(cloud: Any, sleeps: list[float]) -> CloudControl:
    return CloudControl(cloud, waiting=Waiting(sleeps.append, now=lambda: NOW, chance=lambda: 1.0), attempts=3)


def throttled(**more: Any) -> dict[str, Any]:
    return {"OperationStatus": "FAILED", "ErrorCode": "Throttling", "StatusMessage": "slow down", **more}


def test_the_delay_doubles_up_to_half_a_minute(control: CloudControl, cloud: Cloud, sleeps: list[float]):
    cloud.polls = 7
    control.create(POLICY, {"ManagedPolicyName": "P"})
    assert sleeps == [1, 2, 4, 8, 16, 30, 30]


def test_a_finished_operation_is_not_waited_for(control: CloudControl, cloud: Cloud, sleeps: list[float]):
    cloud.polls = 0
    control.create(POLICY, {"ManagedPolicyName": "P"})
    assert sleeps == []


def test_retry_after_is_honoured(control: CloudControl, cloud: Cloud, sleeps: list[float]):
    cloud.failures = [throttled(RetryAfter=NOW + timedelta(seconds=7))]
    control.create(POLICY, {"ManagedPolicyName": "P"})
    assert 7.0 in sleeps


def test_a_throttled_operation_is_started_again_with_another_token(control: CloudControl, cloud: Cloud):
    cloud.failures = [throttled(), throttled()]
    assert control.create(POLICY, {"ManagedPolicyName": "P"}).identifier == "arn:P"
    tokens = [arguments["ClientToken"] for name, arguments in cloud.calls if name == "create"]
    assert len(set(tokens)) == 3


def test_throttling_without_end_is_an_error(control: CloudControl, cloud: Cloud):
    cloud.failures = [throttled() for _ in range(3)]
    with pytest.raises(OperationFailedError, match="slow down"):
        control.create(POLICY, {"ManagedPolicyName": "P"})


def test_a_created_resource_may_take_a_while_to_show(control: CloudControl, cloud: Cloud):
    cloud.hidden_reads = 3
    assert control.create(POLICY, {"ManagedPolicyName": "P"}).model["ManagedPolicyName"] == "P"


def test_any_other_failure_is_not_tried_again(control: CloudControl, cloud: Cloud):
    cloud.failures = [throttled(ErrorCode="AccessDenied")]
    with pytest.raises(OperationFailedError, match='failed with "AccessDenied": slow down'):
        control.delete(POLICY, "arn:P")
    assert [name for name, _ in cloud.calls].count("delete") == 1


def test_a_role_of_the_configuration_is_passed_on(cloud: Cloud, sleeps: list[float]):
    control = CloudControl(cloud, waiting=Waiting(sleeps.append), role_arn="arn:role")
    control.create(POLICY, {"ManagedPolicyName": "P"})
    assert {arguments.get("RoleArn") for name, arguments in cloud.calls if name in {"create", "get"}} == {"arn:role"}
