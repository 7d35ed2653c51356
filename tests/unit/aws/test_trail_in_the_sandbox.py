"""Who did it is asked of CloudTrail; what it does not tell is said, and keeps nothing from being shown."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from remit.aws.member_sessions import MemberSessions
from remit.aws.session import Aws
from remit.aws.trail import Trail
from remit.drift.values import Finding
from remit.spoke_role import SpokeRole
from tests.sandbox.cloud import DEV, Cloud, running


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with running(fleet=0) as cloud:
        yield cloud


@pytest.fixture
def trail(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Trail:
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    aws = Aws("us-east-1", session=boto3.session.Session, sleep=lambda _: None)
    return Trail(aws, MemberSessions(aws), SpokeRole("RemitSpoke"), progress=lambda _what, _done, _total: None)


def policy(arn: str) -> Finding:
    return Finding("managed_policy", "unmanaged", "report", "Guardrail", account=DEV, path="/remit/", arn=arn)


def test_the_trail_of_an_account_and_that_of_identity_center_are_asked(cloud: Cloud, trail: Trail) -> None:
    found = policy(cloud.policy(DEV))
    made = Finding("permission_set", "unmanaged", "report", "Engineer", arn=cloud.permission_set())
    never = Finding("permission_set", "unmanaged", "report", "Other", arn="arn:other")
    explained = trail.explain([found, made, never])
    assert [[deed.event for deed in each.deeds or ()] for each in explained] == [
        ["CreatePolicy"],
        ["CreatePermissionSet"],
        [],
    ]
    assert explained[2].deeds == ()  # looked for, and nobody found
    assert trail.problems == []


def test_what_cannot_be_asked_stays_unknown_and_is_said(cloud: Cloud, trail: Trail) -> None:
    found = policy(cloud.policy(DEV))
    made = Finding("permission_set", "unmanaged", "report", "Engineer", arn=cloud.permission_set())
    cloud.control("PUT", f"accounts/{DEV}", {"missing_role": True})
    explained = trail.explain([found, made])
    assert explained[0].deeds is None
    assert len(explained[1].deeds or ()) == 1
    assert len(trail.problems) == 1
    assert f"who did it is not known for {DEV}" in trail.problems[0]
