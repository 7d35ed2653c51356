"""Events to CI: what is registered, in which region, and every document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components.events import EventsToCi
from remit.events import destination, identity_center_pattern, organization_pattern
from tests.component.conftest import Answers, Recorder

OURS = ["arn:aws:iam::111111111111:role/remit-apply"]
HOME, US, TOKEN = "eu-west-1", "us-east-1", "a-token"
RULE, DESTINATION, CONNECTION = (
    "aws-native:events:Rule",
    "aws-native:events:ApiDestination",
    "aws-native:events:Connection",
)
QUEUE, QUEUE_POLICY, ROLE = "aws-native:sqs:Queue", "aws-native:sqs:QueueInlinePolicy", "aws-native:iam:Role"


class WithArns(Answers):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        identifier, outputs = super().new_resource(args)
        arn = f"arn:of:{args.name}"
        return identifier, {**outputs, "arn": arn, "arnForPolicy": arn, "queueUrl": f"https://{args.name}"}


@pytest.fixture
def registered() -> Callable[..., Recorder]:
    def run(kind: Any = "github", region: str = HOME, token: Any = TOKEN) -> Recorder:
        recorder = Recorder()
        recorder.mocks = WithArns()
        mocks.set_mocks(WithArns(), project="remit-events", stack="main", preview=False, monitor=recorder)
        to = destination(kind, "shop/access")
        mocks.test(lambda: EventsToCi("events", to=to, token=token, region=region, own_roles=OURS))()
        return recorder

    return run


def provider_of(recorder: Recorder, token: str, name: str) -> str:
    urn: str = recorder.of(token)[name].provider
    return urn.split("::")[3]


def test_each_rule_stands_in_the_region_of_its_events(registered: Callable[..., Recorder]):
    found = registered()
    assert found.of(RULE).keys() == {f"{US}/organization", f"{HOME}/identity-center"}
    assert found.inputs(RULE, f"{US}/organization")["eventPattern"] == organization_pattern()
    assert found.inputs(RULE, f"{HOME}/identity-center")["eventPattern"] == identity_center_pattern(OURS)
    assert provider_of(found, RULE, f"{US}/organization") == US
    assert provider_of(found, RULE, f"{HOME}/identity-center") == HOME


def test_in_us_east_1_one_way_carries_both(registered: Callable[..., Recorder]):
    found = registered(region=US)
    assert found.of(RULE).keys() == {f"{US}/organization", f"{US}/identity-center"}
    assert found.of(DESTINATION).keys() == {f"{US}/destination"}


def test_a_rule_calls_the_destination_and_loses_nothing(registered: Callable[..., Recorder]):
    (target,) = registered().inputs(RULE, f"{US}/organization")["targets"]
    assert target["arn"] == f"arn:of:{US}/destination"
    assert target["roleArn"] == "arn:of:remit-events"
    assert target["deadLetterConfig"] == {"arn": f"arn:of:{US}/dead-letters"}
    assert target["retryPolicy"] == {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 20}
    assert target["inputTransformer"]["inputPathsMap"]["event"] == "$.detail.eventName"


def test_the_role_may_call_the_two_destinations_and_nothing_else(registered: Callable[..., Recorder]):
    role = registered().inputs(ROLE, "remit-events")
    assert role["assumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    (policy,) = role["policies"]
    assert policy["policyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "events:InvokeApiDestination",
            "Resource": [f"arn:of:{US}/destination/*", f"arn:of:{HOME}/destination/*"],
        }
    ]


def test_only_our_rules_may_fill_the_dead_letter_queue(registered: Callable[..., Recorder]):
    found = registered()
    assert found.inputs(QUEUE, f"{US}/dead-letters")["messageRetentionPeriod"] == 14 * 24 * 3600
    policy = found.inputs(QUEUE_POLICY, f"{US}/dead-letters-policy")
    (statement,) = policy["policyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": [f"arn:of:{US}/organization"]}}
    assert statement["Resource"] == f"arn:of:{US}/dead-letters"


def test_a_secret_token_stays_one_on_its_way_to_the_connection(registered: Callable[..., Recorder]):
    found = registered(token=pulumi.Output.secret("a-token"))
    request = found.of(CONNECTION)[f"{US}/connection"]
    key = request.object["authParameters"]["apiKeyAuthParameters"]
    assert key["apiKeyName"] == "Authorization"
    assert key["apiKeyValue"]["value"] == "Bearer a-token"
    assert "4dabf18193072939515e22adb298388d" in dict(key["apiKeyValue"])  # Pulumi's mark of a secret


def test_gitlab_gets_its_trigger_token_as_a_query_parameter(registered: Callable[..., Recorder]):
    parameters = registered("gitlab").inputs(CONNECTION, f"{US}/connection")["authParameters"]
    assert parameters["apiKeyAuthParameters"]["apiKeyName"] == "X-Remit-Source"
    assert parameters["invocationHttpParameters"]["queryStringParameters"] == [
        {"key": "token", "value": "a-token", "isValueSecret": True}
    ]
