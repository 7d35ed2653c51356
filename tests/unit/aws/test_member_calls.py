"""Calls in member accounts: whose session signs them, when it is renewed, and at what rate."""

# ruff: noqa: N803 - parameters have AWS's names

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.aws.member_calls import BURST, RATE, MemberCalls, signer
from remit.aws.member_sessions import Member, MemberSessions, SpokeRoleError
from remit.aws.session import Aws
from remit.errors import AccessDeniedError, AwsError
from remit.spoke_role import SpokeRole

ONE, TWO = Member("111111111111", "RemitSpoke"), Member("222222222222", "platform/RemitSpoke")
START = datetime(2026, 6, 1, tzinfo=UTC)


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "any")


class Time:
    """Goes on by what is slept."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)


class Sts:
    """boto3's session and its client of STS. `errors` by role ARN."""

    def __init__(self, time: Time) -> None:
        self.time, self.assumed, self.errors = time, Counter[str](), dict[str, Exception]()
        self.external_ids: list[str | None] = []

    def client(self, service: str, **_: Any) -> Sts:
        assert service == "sts"
        return self

    def assume_role(self, RoleArn: str, RoleSessionName: str, **more: str) -> dict[str, Any]:
        assert more.keys() <= {"ExternalId"}
        self.external_ids.append(more.get("ExternalId"))
        self.assumed[RoleArn] += 1
        if RoleArn in self.errors:
            raise self.errors[RoleArn]
        keys = {"AccessKeyId": f"{RoleArn}#{self.assumed[RoleArn]}", "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": {**keys, "Expiration": self.time.now() + timedelta(hours=1)}}


class IamClient:
    """boto3's client of IAM: who signed each call. `errors` are raised one after the other."""

    def __init__(self) -> None:
        self.signed: list[str] = []
        self.errors: list[Exception] = []

    def get_policy(self, **_: Any) -> dict[str, Any]:
        self.signed.append(signer().access_key)
        if self.errors:
            raise self.errors.pop(0)
        return {}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sts(time: Time) -> Sts:
    return Sts(time)


@pytest.fixture
def client() -> IamClient:
    return IamClient()


@pytest.fixture
def calls(time: Time, sts: Sts, client: IamClient) -> MemberCalls:
    aws = Aws("us-east-1", session=lambda: sts, clock=lambda: time.seconds, sleep=time.sleep)
    sessions = MemberSessions(aws, now=time.now)
    return MemberCalls(sessions, lambda: client, clock=lambda: time.seconds, sleep=time.sleep)


def test_each_account_is_asked_with_its_own_session_which_is_assumed_once(
    calls: MemberCalls, sts: Sts, client: IamClient
) -> None:
    for member in (ONE, TWO, ONE, TWO):
        calls.call(member, "GetPolicy")
    assert client.signed == [f"{member.role_arn}#1" for member in (ONE, TWO, ONE, TWO)]
    assert sts.assumed == {ONE.role_arn: 1, TWO.role_arn: 1}
    assert calls.counts() == {"GetPolicy": 4}


def test_a_role_is_told_its_external_id_and_only_if_it_has_one(calls: MemberCalls, sts: Sts) -> None:
    for spoke in (SpokeRole("RemitSpoke"), SpokeRole("RemitSpoke", "remit-7f3a")):
        calls.call(Member.of("111111111111", spoke), "GetPolicy")
    assert sts.external_ids == [None, "remit-7f3a"]


def test_a_session_is_renewed_before_it_expires(calls: MemberCalls, time: Time, client: IamClient) -> None:
    for minutes in (0, 54, 56):
        time.seconds = minutes * 60
        calls.call(ONE, "GetPolicy")
    assert client.signed == [f"{ONE.role_arn}#1", f"{ONE.role_arn}#1", f"{ONE.role_arn}#2"]


def test_a_session_that_aws_ended_is_renewed_but_not_for_ever(calls: MemberCalls, client: IamClient) -> None:
    client.errors = [refused("ExpiredToken")]
    calls.call(ONE, "GetPolicy")
    assert client.signed == [f"{ONE.role_arn}#1", f"{ONE.role_arn}#2"]
    client.errors = [refused("ExpiredToken") for _ in range(3)]
    with pytest.raises(AwsError, match="iam:GetPolicy in account 111111111111: the AWS credentials are not valid"):
        calls.call(ONE, "GetPolicy")


def test_the_callers_own_session_may_end_too_and_says_so(calls: MemberCalls, sts: Sts) -> None:
    sts.errors[ONE.role_arn] = refused("ExpiredToken")
    with pytest.raises(AwsError, match="sts:AssumeRole: the AWS credentials are not valid any more"):
        calls.call(ONE, "GetPolicy")


def test_a_role_that_cannot_be_assumed_names_the_account_and_holds_up_no_other(calls: MemberCalls, sts: Sts) -> None:
    sts.errors[ONE.role_arn] = refused("AccessDenied")
    with pytest.raises(SpokeRoleError, match="account 111111111111: the role RemitSpoke cannot be assumed"):
        calls.call(ONE, "GetPolicy")
    calls.call(TWO, "GetPolicy")


def test_a_denied_call_is_not_repeated(calls: MemberCalls, client: IamClient) -> None:
    client.errors = [refused("AccessDenied")]
    with pytest.raises(AccessDeniedError, match="allow it to the spoke role"):
        calls.call(ONE, "GetPolicy")
    assert len(client.signed) == 1


def test_an_account_has_a_rate_of_its_own(calls: MemberCalls, time: Time) -> None:
    for _ in range(int(BURST) + 20):
        calls.call(ONE, "GetPolicy")
    assert time.seconds == pytest.approx(20 / RATE)
    calls.call(TWO, "GetPolicy")
    assert time.seconds == pytest.approx(20 / RATE), "the other's was not used"
