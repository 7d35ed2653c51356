"""CloudTrail: who changed what, in the shape of its records, and LookupEvents over them."""

from __future__ import annotations

import json
from typing import Any

from sandbox.limits import Limits
from tests.sandbox.cloud import ALLOW, DEV, ENGINEERS, INSTANCE, MANAGEMENT, Clock, Cloud, refused, running


def look_up(client: Any, **attribute: str) -> list[dict[str, Any]]:
    attributes = [{"AttributeKey": key, "AttributeValue": value} for key, value in attribute.items()]
    found = client.lookup_events(LookupAttributes=attributes)["Events"]
    return [{**json.loads(each["CloudTrailEvent"]), "shown": each} for each in found]


def test_a_change_is_recorded_with_its_caller_and_a_refused_one_and_a_look_are_not(cloud: Cloud) -> None:
    sso = cloud.client("sso-admin", key="ada")
    arn = sso.create_permission_set(InstanceArn=INSTANCE, Name="ByHand")["PermissionSet"]["PermissionSetArn"]
    with refused("ConflictException", "already exists"):
        sso.create_permission_set(InstanceArn=INSTANCE, Name="ByHand")
    sso.describe_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)
    sso.create_account_assignment(
        InstanceArn=INSTANCE,
        PermissionSetArn=arn,
        TargetId=DEV,
        TargetType="AWS_ACCOUNT",
        PrincipalType="GROUP",
        PrincipalId=ENGINEERS,
    )
    assigned, created = look_up(cloud.client("cloudtrail"), EventSource="sso.amazonaws.com")
    assert created["userIdentity"]["arn"] == f"arn:aws:iam::{MANAGEMENT}:user/ada"
    assert created["shown"]["Username"] == "ada"
    assert created["responseElements"]["permissionSet"]["permissionSetArn"] == arn
    assert assigned["eventName"] == "CreateAccountAssignment"
    assert assigned["requestParameters"]["targetId"] == DEV
    assert assigned["requestParameters"]["permissionSetArn"] == arn


def test_a_change_in_a_member_account_is_found_there_by_the_policy_it_is_about(cloud: Cloud) -> None:
    arn = f"arn:aws:iam::{DEV}:policy/remit/Guardrail"
    member = cloud.client("iam", DEV)
    member.create_policy(PolicyName="Guardrail", Path="/remit/", PolicyDocument=json.dumps(ALLOW))
    member.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(ALLOW), SetAsDefault=True)
    found = look_up(cloud.client("cloudtrail", DEV), ResourceName=arn)
    assert [each["eventName"] for each in found] == ["CreatePolicyVersion", "CreatePolicy"]
    assert {each["userIdentity"]["type"] for each in found} == {"AssumedRole"}
    assert ":assumed-role/" in found[0]["userIdentity"]["arn"]
    assert look_up(cloud.client("cloudtrail"), ResourceName=arn) == []


def test_look_ups_go_back_in_time_by_the_page_and_in_their_rate() -> None:
    clock = Clock()
    with running(clock=clock, limits=Limits()) as cloud:
        sso, trail = cloud.client("sso-admin"), cloud.client("cloudtrail")
        for name in ("First", "Second"):
            sso.create_permission_set(InstanceArn=INSTANCE, Name=name)
            clock.now += 60
        page = trail.lookup_events(MaxResults=1)
        assert json.loads(page["Events"][0]["CloudTrailEvent"])["requestParameters"]["name"] == "Second"
        rest = trail.lookup_events(MaxResults=1, NextToken=page["NextToken"])
        assert json.loads(rest["Events"][0]["CloudTrailEvent"])["requestParameters"]["name"] == "First"
        assert "NextToken" not in rest
        with refused("ThrottlingException", "Rate exceeded"):
            trail.lookup_events()
        clock.now += 1
        assert len(trail.lookup_events(StartTime=clock.now - 90)["Events"]) == 1
