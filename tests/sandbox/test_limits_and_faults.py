"""AWS's limits and AWS's bad days, both on demand."""

from __future__ import annotations

from collections import Counter

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from sandbox.faults import Fault, FaultPlan, Faults
from sandbox.limits import Limits, TokenBucket
from tests.sandbox.cloud import AUDITORS, DEV, ENGINEERS, INSTANCE, STORE, Clock, Cloud, assignment, refused, running


def list_sets(cloud: Cloud) -> None:
    cloud.client("sso-admin").list_permission_sets(InstanceArn=INSTANCE)


def test_a_bucket_lets_its_burst_through_and_then_its_rate():
    bucket = TokenBucket(rate=2, burst=3)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(1.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]


def test_there_are_no_limits_unless_asked_for(cloud: Cloud):
    sso = cloud.client("sso-admin")
    for _ in range(100):
        sso.list_permission_sets(InstanceArn=INSTANCE)


def test_all_sso_admin_calls_share_one_rate():
    clock = Clock()
    with running(limits=Limits(requests_per_second=20, burst=5), clock=clock) as cloud:
        sso = cloud.client("sso-admin")
        for _ in range(4):
            sso.list_permission_sets(InstanceArn=INSTANCE)
        sso.list_instances()
        with refused("ThrottlingException", "Rate exceeded"):
            sso.list_instances()
        clock.now += 0.06
        sso.list_instances()


def test_organizations_calls_have_rates_of_their_own():
    with running(limits=Limits(), clock=Clock()) as cloud:
        client = cloud.client("organizations")
        for _ in range(2):
            client.list_roots()
        with refused("TooManyRequestsException"):
            client.list_roots()
        client.list_accounts()


def test_a_cap_on_outstanding_operations():
    clock = Clock()
    with running(limits=Limits(outstanding=1), latency_ms=1000, clock=clock) as cloud:
        arn = cloud.permission_set()
        cloud.assign(arn)
        with refused("ThrottlingException", "There are too many requests processing."):
            cloud.assign(arn, principal=AUDITORS)
        clock.now += 1
        cloud.assign(arn, principal=AUDITORS)


def test_two_operations_on_one_assignment_conflict_under_limits():
    with running(limits=Limits(), latency_ms=1000, clock=Clock()) as cloud:
        arn = cloud.permission_set()
        cloud.assign(arn)
        with refused("ConflictException", "Please try again"):
            cloud.assign(arn)


def test_limits_can_be_switched_while_it_runs(cloud: Cloud):
    cloud.control("PUT", "limits", {"requests_per_second": 0.001, "burst": 1, "latency_ms": 60000})
    list_sets(cloud)
    with refused("ThrottlingException"):
        list_sets(cloud)
    assert cloud.control("GET", "limits")["on"] is True
    cloud.control("DELETE", "limits")
    assert cloud.assign(cloud.permission_set())["Status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("plan", "code"),
    [({"throttle": 100}, "ThrottlingException"), ({"error": 100}, "InternalServerException")],
)
def test_a_fault_plan_hits_reads_and_its_end_heals(cloud: Cloud, plan: dict[str, float], code: str):
    cloud.control("PUT", "faults", plan)
    with refused(code):
        list_sets(cloud)
    cloud.client("organizations").list_roots()
    cloud.control("DELETE", "faults")
    list_sets(cloud)


def test_conflicts_hit_writes_alone(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.control("PUT", "faults", {"conflict": 100})
    list_sets(cloud)
    with refused("ConflictException", "try again"):
        cloud.client("sso-admin").create_account_assignment(**assignment(arn, DEV, ENGINEERS))


def test_failed_operations_change_nothing(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.control("PUT", "faults", {"failed": 100})
    assert cloud.assign(arn)["Status"] == "FAILED"
    assert cloud.control("GET", "state")["assignments"] == []


def test_a_reset_connection_is_one_and_half_of_the_times_the_request_took_effect(cloud: Cloud):
    cloud.control("PUT", "faults", {"reset": 100, "calls": ["identitystore:CreateGroup"]})
    store = cloud.client("identitystore")
    for number in range(40):
        with pytest.raises(HTTPClientError):
            store.create_group(IdentityStoreId=STORE, DisplayName=f"group-{number}")
    made = sum(len(page["Groups"]) for page in store.get_paginator("list_groups").paginate(IdentityStoreId=STORE)) - 2
    assert 5 < made < 35


def test_answers_can_be_slow():
    slept: list[float] = []
    with running(faults=FaultPlan(slow_ms=250), sleep=slept.append) as cloud:
        list_sets(cloud)
        cloud.client("organizations").list_roots()
    assert slept == [0.25]


def test_a_plan_of_thirty_percent_is_about_that(cloud: Cloud):
    cloud.control("PUT", "faults", {"throttle": 30, "seed": 7})
    sso = cloud.client("sso-admin")
    outcomes: Counter[bool] = Counter()
    for _ in range(300):
        try:
            sso.list_permission_sets(InstanceArn=INSTANCE)
            outcomes[True] += 1
        except ClientError:
            outcomes[False] += 1
    assert 60 < outcomes[False] < 120


def test_the_same_requests_meet_the_same_faults_in_any_order():
    plan = FaultPlan(seed=3, throttle=20, conflict=10, error=5, reset=5)
    bodies = [f"{number % 40}".encode() for number in range(200)]

    def fates(bodies: list[bytes]) -> dict[bytes, list[Fault]]:
        faults, met = Faults(plan), dict[bytes, list[Fault]]()
        for body in bodies:
            met.setdefault(body, []).append(faults.of_request("sso-admin", "X", body, writes=True))
        return met

    assert fates(bodies) == fates(bodies[::-1])
    assert len({fault for met in fates(bodies).values() for fault in met}) > 3


def test_a_plan_with_a_typing_error_is_refused(cloud: Cloud):
    with pytest.raises(OSError, match="400"):
        cloud.control("PUT", "faults", {"throtle": 10})
