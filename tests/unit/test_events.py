"""Which events start a run, held against CloudTrail's records with moto's matcher of EventBridge patterns."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from moto.events.models import EventPattern

from remit.events import (
    EVENT_TYPE,
    GROUP_CALLS,
    ORGANIZATION_CALLS,
    ORGANIZATION_RESULTS,
    PATHS,
    PERMISSION_SET_CALLS,
    Kind,
    Pattern,
    destination,
    identity_center_pattern,
    organization_pattern,
)

OURS = "arn:aws:iam::111111111111:role/remit/apply"
CALL, RESULT = "AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"


def matches(pattern: Pattern, source: str, detail_type: str, **detail: Any) -> bool:
    event: Any = {"source": source, "detail-type": detail_type, "detail": detail}
    return EventPattern.load(json.dumps(pattern)).matches_event(event)


def by_role(arn: str) -> dict[str, Any]:
    return {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn}}}


@pytest.mark.parametrize("name", ORGANIZATION_CALLS)
def test_a_change_of_the_organization_starts_a_run(name: str):
    assert matches(organization_pattern(), "aws.organizations", CALL, eventName=name)


@pytest.mark.parametrize("name", ORGANIZATION_RESULTS)
def test_what_organizations_tells_by_itself_starts_a_run(name: str):
    assert matches(organization_pattern(), "aws.organizations", RESULT, eventName=name)


@pytest.mark.parametrize(("state", "starts"), [("SUCCEEDED", True), ("FAILED", False), ("IN_PROGRESS", False)])
def test_an_account_starts_a_run_once_it_is_there(state: str, starts: bool):
    details = {"createAccountStatus": {"state": state, "accountId": "222222222222"}}
    found = matches(
        organization_pattern(),
        "aws.organizations",
        RESULT,
        eventName="CreateAccountResult",
        serviceEventDetails=details,
    )
    assert found is starts


def test_what_was_refused_starts_nothing():
    pattern = organization_pattern()
    assert not matches(pattern, "aws.organizations", CALL, eventName="MoveAccount", errorCode="AccessDenied")
    assert not matches(pattern, "aws.organizations", CALL, eventName="ListAccounts")
    assert not matches(pattern, "aws.iam", CALL, eventName="TagResource")


@pytest.mark.parametrize("name", [*PERMISSION_SET_CALLS, *GROUP_CALLS])
def test_what_somebody_else_did_in_identity_center_starts_a_run_and_what_we_did_does_not(name: str):
    pattern = identity_center_pattern([OURS])
    theirs = by_role("arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1")
    assert matches(pattern, "aws.sso", CALL, eventName=name, userIdentity=theirs)
    assert matches(pattern, "aws.sso", CALL, eventName=name, userIdentity={"type": "IAMUser"})
    assert not matches(pattern, "aws.sso", CALL, eventName=name, userIdentity=by_role(OURS))


def test_without_roles_of_our_own_everybody_starts_a_run():
    pattern = identity_center_pattern([])
    for who in (by_role(OURS), {"type": "Root"}):
        assert matches(pattern, "aws.sso-directory", CALL, eventName="CreateGroup", userIdentity=who)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_template_is_json_once_its_variables_are_filled_in(kind: Kind):
    to = destination(kind, "https://hook.example/remit" if kind == "webhook" else "shop/access")
    text = to.template
    for name in PATHS:
        assert f'"<{name}>"' in text
        text = text.replace(f"<{name}>", name)
    assert json.loads(text)
    assert to.endpoint.startswith("https://")


def test_each_host_gets_what_its_api_takes():
    github = destination("github", "shop/access")
    assert github.endpoint == "https://api.github.com/repos/shop/access/dispatches"
    assert json.loads(github.template)["event_type"] == EVENT_TYPE
    assert (github.header, github.prefix) == ("Authorization", "Bearer ")
    gitlab = destination("gitlab", "shop/access", ref="trunk")
    assert gitlab.endpoint == "https://gitlab.com/api/v4/projects/shop%2Faccess/trigger/pipeline"
    assert json.loads(gitlab.template)["variables"]["REMIT_EVENT"] == "<event>"
    assert gitlab.token_query == "token"
