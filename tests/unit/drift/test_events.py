"""Which records of CloudTrail speak of a difference."""

from __future__ import annotations

from typing import Any

import pytest

from remit.drift.events import deed, event_names, speaks_of
from remit.drift.values import Difference, Finding

SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
GIVEN = {"targetId": "1" * 12, "principalType": "USER", "principalId": "u", "permissionSetArn": SET}


def assignment(change: Any, arn: str = SET) -> Finding:
    return Finding("assignment", change, "enforce", "Set", account="1" * 12, principal=("USER", "u", ""), arn=arn)


def permission_set(change: Any, field: str = "", arn: str = SET) -> Finding:
    differences = (Difference(field, 1, 2),) if field else ()
    return Finding("permission_set", change, "enforce", "Set", differences=differences, arn=arn)


def policy(change: Any) -> Finding:
    return Finding("managed_policy", change, "enforce", "P", account="1" * 12, path="/remit/", arn="arn:P")


@pytest.mark.parametrize(
    ("finding", "event", "asked"),
    [
        (assignment("unmanaged"), "CreateAccountAssignment", GIVEN),
        (assignment("missing"), "DeleteAccountAssignment", GIVEN),
        (assignment("missing", arn=""), "DeleteAccountAssignment", GIVEN),
        (permission_set("changed", "session_duration"), "UpdatePermissionSet", {"permissionSetArn": SET}),
        (permission_set("changed", "tag team"), "TagResource", {"resourceArn": SET}),
        (
            permission_set("changed", "inline policy, statement A"),
            "PutInlinePolicyToPermissionSet",
            {"permissionSetArn": SET},
        ),
        (permission_set("unmanaged"), "CreatePermissionSet", {"name": "Set"}),
        (permission_set("missing", arn=""), "DeletePermissionSet", {"permissionSetArn": SET}),
        (policy("changed"), "CreatePolicyVersion", {"policyArn": "arn:aws:iam::1:policy/remit/P"}),
        (policy("missing"), "DeletePolicy", {"policyArn": "arn:aws:iam::1:policy/remit/P"}),
        (policy("unmanaged"), "CreatePolicy", {"policyName": "P"}),
    ],
)
def test_a_record_speaks_of_what_it_did_and_of_nothing_else(
    finding: Finding, event: str, asked: dict[str, str]
) -> None:
    assert event in event_names(finding)
    assert speaks_of({"eventName": event, "requestParameters": asked}, finding)
    assert not speaks_of({"eventName": event, "requestParameters": asked, "errorCode": "AccessDenied"}, finding)
    assert not speaks_of({"eventName": "ListInstances", "requestParameters": asked}, finding)
    if finding.arn:
        other = dict.fromkeys(asked, "other")
        assert not speaks_of({"eventName": event, "requestParameters": other}, finding)


def test_a_deed_names_a_session_a_user_or_a_service() -> None:
    record = {"eventTime": "2026-11-24T03:00:00Z", "eventName": "X", "eventID": "e", "sourceIPAddress": "192.0.2.7"}
    told = deed({**record, "userIdentity": {"arn": "arn:aws:sts::1:assumed-role/Admin/ada"}})
    assert (told.by, told.address, told.time.isoformat()) == (
        "arn:aws:sts::1:assumed-role/Admin/ada",
        "192.0.2.7",
        "2026-11-24T03:00:00+00:00",
    )
    assert deed({**record, "userIdentity": {"type": "AWSService", "invokedBy": "sso.amazonaws.com"}}).by == (
        "sso.amazonaws.com"
    )
