"""Calls to AWS: rates, repetition, and errors that say what to do."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ProfileNotFound

from remit.aws.refusals import NotFoundError
from remit.aws.session import Aws, in_parallel
from remit.errors import AccessDeniedError, AwsError
from tests.unit.aws.fake_session import FakeSession


def client_error(code: str, message: str = "because") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (client_error("AccessDeniedException"), AccessDeniedError, "organizations:ListRoots was denied: because"),
        (client_error("ExpiredTokenException"), AwsError, "not valid any more.*aws sso login"),
        (client_error("AWSOrganizationsNotInUseException"), AwsError, "management account"),
        (client_error("ResourceNotFoundException"), NotFoundError, "found nothing"),
        (client_error("InvalidInputException"), AwsError, "organizations:ListRoots failed: InvalidInputException"),
        (NoCredentialsError(), AwsError, "no AWS credentials.*AWS_PROFILE.*make sandbox"),
        (EndpointConnectionError(endpoint_url="http://x"), AwsError, "AWS_ENDPOINT_URL"),
    ],
)
def test_errors_name_the_call_and_the_remedy(
    aws: Aws, session: FakeSession, error: Exception, kind: type[AwsError], words: str
):
    session.errors["list_roots"] = [error] * 9  # some are tried again
    with pytest.raises(kind, match=words):
        aws.call("organizations", "ListRoots")


def test_a_profile_that_does_not_exist_is_an_error_with_a_remedy():
    def session() -> FakeSession:
        raise ProfileNotFound(profile="x")

    with pytest.raises(AwsError, match=r"x.*AWS_PROFILE"):
        Aws("us-east-1", session=session).call("organizations", "ListRoots")


def test_a_throttled_call_is_repeated(aws: Aws, session: FakeSession):
    session.errors["list_roots"] = [client_error("TooManyRequestsException")] * 3
    assert aws.call("organizations", "ListRoots")["Roots"] == [{"Id": "r-1"}]
    assert session.calls["list_roots"] == 4


def test_calls_keep_to_the_rate_of_their_operation(session: FakeSession):
    slept: list[float] = []
    aws = Aws("us-east-1", session=lambda: session, clock=lambda: 0.0, sleep=slept.append)
    for _ in range(10):
        aws.call("organizations", "ListAccountsForParent", ParentId="r-1")
    assert [round(seconds, 6) for seconds in slept] == [0.2, 0.4]  # eight at once, then five a second
    aws.call("organizations", "ListAccounts")
    assert len(slept) == 2


def test_a_session_is_made_when_it_is_first_needed_and_once(session: FakeSession):
    made: list[FakeSession] = []

    def make() -> FakeSession:
        made.append(session)
        return session

    aws = Aws("us-east-1", session=make)
    assert made == []
    in_parallel(lambda _: aws.client("organizations"), range(20))
    assert len(made) == 1


def test_boto3_repeats_nothing_beneath_the_throttle(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    client = Aws("eu-west-1", session=boto3.session.Session).client("sso-admin")
    assert client.meta.config.retries["total_max_attempts"] == 1
    assert client.meta.config.user_agent.startswith(f"Boto3/{boto3.__version__} remit")
    assert client.meta.region_name == "eu-west-1"


def test_parallel_results_come_in_the_order_of_their_items():
    assert in_parallel(lambda number: number * 2, range(100)) == [number * 2 for number in range(100)]


def test_the_first_error_in_parallel_is_raised():
    def fail(number: int) -> int:
        if number == 3:
            raise AwsError("three")
        return number

    with pytest.raises(AwsError, match="three"):
        in_parallel(fail, range(1000))
