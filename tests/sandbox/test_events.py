"""What CloudTrail records becomes an event, rules match it, and API destinations get it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from remit.events import destination, organization_pattern
from tests.hosts.github import REPOSITORY, TOKEN, FakeGitHub
from tests.sandbox.cloud import DEV, MANAGEMENT, Cloud
from tests.sandbox.test_cloud_control import Resources

RULE, CONNECTION, DESTINATION = "AWS::Events::Rule", "AWS::Events::Connection", "AWS::Events::ApiDestination"
QUEUE, QUEUE_POLICY, ROLE = "AWS::SQS::Queue", "AWS::SQS::QueueInlinePolicy", "AWS::IAM::Role"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as host:
        yield host


class Carrier:
    """A rule on organization events, its destination at `url`, and a dead-letter queue."""

    def __init__(self, cloud: Cloud, url: str, token: str = TOKEN) -> None:
        self.resources, self._cloud = Resources(cloud), cloud
        key = {"ApiKeyName": "Authorization", "ApiKeyValue": f"Bearer {token}"}
        self.make(CONNECTION, Name="ci", AuthorizationType="API_KEY", AuthParameters={"ApiKeyAuthParameters": key})
        self.to = destination("github", REPOSITORY, url=url)
        arn = self.resources.read(CONNECTION, "ci")["Arn"]
        self.make(DESTINATION, Name="ci", ConnectionArn=arn, InvocationEndpoint=self.to.endpoint, HttpMethod="POST")
        self.queue = self.make(QUEUE, QueueName="dead")
        self.rule = self.make(
            RULE, Name="organization", EventPattern=organization_pattern(), Targets=[self.target(retries=2)]
        )

    def make(self, kind: str, **model: Any) -> str:
        event = self.resources.create(kind, model)
        assert event["OperationStatus"] == "SUCCESS", event
        return str(event["Identifier"])

    def target(self, retries: int) -> dict[str, Any]:
        return {
            "Id": "ci",
            "Arn": self.resources.read(DESTINATION, "ci")["Arn"],
            "RetryPolicy": {"MaximumRetryAttempts": retries},
            "DeadLetterConfig": {"Arn": self.resources.read(QUEUE, self.queue)["Arn"]},
            "InputTransformer": {
                "InputPathsMap": {"event": "$.detail.eventName"},
                "InputTemplate": '{"was": "<event>"}',
            },
        }

    def dead_letters(self) -> list[dict[str, Any]]:
        found = self._cloud.client("sqs").receive_message(
            QueueUrl=self.queue, MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )
        messages: list[dict[str, Any]] = found.get("Messages", [])
        return messages

    def deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._cloud.control("GET", "events")["deliveries"]
        return found


def close_account(cloud: Cloud) -> None:
    cloud.client("organizations").close_account(AccountId=DEV)


def test_a_change_that_a_rule_matches_is_delivered_by_the_time_it_is_answered(cloud: Cloud, github: FakeGitHub):
    Carrier(cloud, github.url)
    close_account(cloud)
    assert github.dispatches == [{"was": "CloseAccountResult"}, {"was": "CloseAccount"}]


def test_what_a_rule_does_not_match_is_not_delivered(cloud: Cloud, github: FakeGitHub):
    Carrier(cloud, github.url)
    cloud.permission_set()
    cloud.policy(DEV)
    assert github.dispatches == []


def test_an_event_stays_in_its_region(cloud: Cloud, github: FakeGitHub):
    """Organizations records in us-east-1 alone: the same rule elsewhere hears nothing."""
    carrier = Carrier(cloud, github.url)
    carrier.resources.delete(RULE, carrier.rule)
    carrier.resources.api = cloud.client("cloudcontrol", region="eu-west-1")
    elsewhere = carrier.make(RULE, Name="organization", EventPattern=organization_pattern())
    assert ":eu-west-1:" in elsewhere
    close_account(cloud)
    assert github.dispatches == []


def test_a_failure_is_tried_again_and_then_kept_for_a_person(cloud: Cloud, github: FakeGitHub):
    carrier = Carrier(cloud, github.url)
    github.before["POST"] = [(503, {}), (503, {}), (503, {})]
    close_account(cloud)
    assert [(each["event"], each["status"], each["tries"]) for each in carrier.deliveries()] == [
        ("CloseAccountResult", 503, 3),
        ("CloseAccount", 204, 1),
    ]
    (letter,) = carrier.dead_letters()
    assert json.loads(letter["Body"])["detail"]["eventName"] == "CloseAccountResult"
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert attributes["RULE_ARN"] == carrier.rule
    assert attributes["RETRY_ATTEMPTS"] == "2"


def test_a_wrong_token_is_not_tried_again(cloud: Cloud, github: FakeGitHub):
    carrier = Carrier(cloud, github.url, token="wrong")
    close_account(cloud)
    assert [(each["status"], each["tries"]) for each in carrier.deliveries()] == [(401, 1), (401, 1)]
    assert len(carrier.dead_letters()) == 2


def test_nothing_leaves_this_machine(cloud: Cloud):
    carrier = Carrier(cloud, "https://api.github.example")
    close_account(cloud)
    assert {(each["status"], each["tries"]) for each in carrier.deliveries()} == {(0, 0)}
    assert len(carrier.dead_letters()) == 2


def test_a_read_does_not_show_the_key(cloud: Cloud, github: FakeGitHub):
    carrier = Carrier(cloud, github.url)
    shown = carrier.resources.read(CONNECTION, "ci")
    assert shown["AuthParameters"] == {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization"}}
    carrier.resources.update(RULE, carrier.rule, {"op": "add", "path": "/State", "value": "DISABLED"})
    close_account(cloud)
    assert github.dispatches == []


def test_a_role_is_made_with_its_policies_and_goes_with_them(cloud: Cloud):
    resources = Resources(cloud)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "events:*", "Resource": "*"}]}
    model = {
        "RoleName": "invoke",
        "AssumeRolePolicyDocument": document | {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]},
        "Policies": [{"PolicyName": "p", "PolicyDocument": document}],
    }
    assert resources.create(ROLE, model)["OperationStatus"] == "SUCCESS"
    assert resources.create(ROLE, model)["ErrorCode"] == "AlreadyExists"
    assert resources.read(ROLE, "invoke")["Arn"] == f"arn:aws:iam::{MANAGEMENT}:role/invoke"
    changed = {"op": "replace", "path": "/Policies/0/PolicyName", "value": "q"}
    assert resources.update(ROLE, "invoke", changed)["OperationStatus"] == "SUCCESS"
    assert [policy["PolicyName"] for policy in resources.read(ROLE, "invoke")["Policies"]] == ["q"]
    assert resources.delete(ROLE, "invoke")["OperationStatus"] == "SUCCESS"
    assert resources.delete(ROLE, "invoke")["ErrorCode"] == "NotFound"


def test_a_pattern_that_eventbridge_would_refuse_is_refused(cloud: Cloud):
    event = Resources(cloud).create(RULE, {"Name": "x", "EventPattern": {"source": "aws.sso"}})
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "InvalidRequest")
    assert (
        Resources(cloud).create(QUEUE_POLICY, {"Queue": "https://none", "PolicyDocument": {}})["ErrorCode"]
        == "NotFound"
    )
