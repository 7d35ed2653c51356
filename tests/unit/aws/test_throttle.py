"""The token bucket keeps AWS's rate, slows down and recovers; faults are told apart by what they mean."""

from __future__ import annotations

import random

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from hypothesis import given
from hypothesis import strategies as st

from remit.aws.throttle import PATIENCE, Fault, Throttle, TokenBucket, fault_of


class Time:
    """A clock that moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def bucket(time: Time, rate: float = 20, burst: float = 10) -> TokenBucket:
    return TokenBucket(rate, burst, clock=time.clock, sleep=time.sleep)


def refused(code: str, message: str = "", status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "CreateAccountAssignment")


@given(rate=st.floats(0.5, 1000), burst=st.integers(1, 50), calls=st.integers(0, 200))
def test_calls_take_the_time_that_the_rate_says_and_no_more(rate: float, burst: int, calls: int) -> None:
    time = Time()
    tokens = bucket(time, rate, burst)
    for _ in range(calls):
        tokens.take()
    assert time.now == pytest.approx(max(0, calls - burst) / rate)


def test_tokens_are_kept_up_to_the_burst() -> None:
    time = Time()
    tokens = bucket(time)
    time.sleep(1000)
    for _ in range(11):
        tokens.take()
    assert time.now == pytest.approx(1000 + 1 / 20)


def test_many_complaints_at_once_cut_the_rate_once() -> None:
    time = Time()
    tokens = bucket(time)
    time.sleep(1)
    for _ in range(10):
        tokens.slow_down()
    assert tokens.rate == pytest.approx(14)


def test_the_rate_has_a_floor_and_recovers_to_the_full_rate() -> None:
    time = Time()
    tokens = bucket(time)
    for _ in range(100):
        time.sleep(1)
        tokens.slow_down()
    assert tokens.rate == pytest.approx(1)
    for _ in range(100):
        tokens.recover()
    assert tokens.rate == 20


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (refused("ThrottlingException", "Rate exceeded"), Fault.THROTTLED),
        (refused("ThrottlingException", "There are too many requests processing. Please try again."), Fault.BUSY),
        (refused("ConflictException", "There is a conflicting operation in process."), Fault.CONFLICT),
        (refused("ConflictException", "PermissionSet with name Engineer already exists."), Fault.REFUSED),
        (refused("ConflictException", "PermissionSet has ApplicationProfile associated with it."), Fault.REFUSED),
        (refused("ResourceNotFoundException", "Assignment not found."), Fault.GONE),
        (refused("AccessDeniedException", "not authorized"), Fault.DENIED),
        (refused("InternalServerException", "", 500), Fault.TRANSIENT),
        (refused("502", "Bad Gateway", 502), Fault.TRANSIENT),
        (refused("ValidationException", "TargetId is wrong"), Fault.REFUSED),
        (ConnectionClosedError(endpoint_url="https://sso"), Fault.TRANSIENT),
        (ReadTimeoutError(endpoint_url="https://sso"), Fault.TRANSIENT),
        (EndpointConnectionError(endpoint_url="https://sso"), Fault.UNREACHED),
        (ConnectTimeoutError(endpoint_url="https://sso"), Fault.UNREACHED),
        (ProxyConnectionError(proxy_url="http://proxy"), Fault.UNREACHED),
    ],
)
def test_an_error_means(error: ClientError, fault: Fault) -> None:
    assert fault_of(error) is fault


class Calls:
    """A call that raises these errors, one after the other, and then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def throttle() -> tuple[Throttle, Time]:
    time = Time()
    return Throttle(bucket(time), sleep=time.sleep, dice=random.Random(1)), time  # noqa: S311


@pytest.mark.parametrize("fault", ["ThrottlingException", "ConflictException", "InternalServerException"])
def test_what_passes_is_repeated_and_counted(fault: str) -> None:
    door, time = throttle()
    assert door.call("Create", Calls(refused(fault), refused(fault))) == "answer"
    assert door.calls == {"Create": 3}
    assert time.now > 0


@pytest.mark.parametrize("fault", ["ResourceNotFoundException", "AccessDeniedException", "ValidationException"])
def test_what_stays_is_raised_at_once(fault: str) -> None:
    door, _ = throttle()
    with pytest.raises(ClientError):
        door.call("Create", Calls(refused(fault)))
    assert door.calls == {"Create": 1}


def test_patience_has_an_end() -> None:
    door, _ = throttle()
    broken = [ConnectionClosedError(endpoint_url="https://sso")] * 100
    with pytest.raises(ConnectionClosedError):
        door.call("Create", Calls(*broken))
    assert door.calls == {"Create": PATIENCE[Fault.TRANSIENT] + 1}


def test_who_gives_up_gets_the_error_at_hand() -> None:
    door, _ = throttle()
    with pytest.raises(ClientError):
        door.call("Create", Calls(refused("ThrottlingException")), give_up=lambda: True)


def test_only_throttling_slows_the_others_down() -> None:
    door, time = throttle()
    time.sleep(1)
    door.call("Create", Calls(refused("ConflictException")))
    assert door.bucket.rate == 20
    door.call("Create", Calls(refused("ThrottlingException")))
    assert door.bucket.rate < 20


def test_a_connection_that_is_not_made_is_tried_for_some_seconds_and_leaves_no_doubt() -> None:
    door, time = throttle()
    unsure: list[None] = []
    lost = EndpointConnectionError(endpoint_url="https://sso")
    assert door.call("Create", Calls(lost, lost), unanswered=lambda: unsure.append(None)) == "answer"
    assert (door.calls["Create"], unsure) == (3, []), "nothing was sent, so AWS did nothing"
    with pytest.raises(EndpointConnectionError):
        door.call("Create", Calls(*[lost] * 100))
    assert time.now < 10, "who is offline is told so soon"


@pytest.mark.parametrize("error", [NoCredentialsError(), SSLError(endpoint_url="https://sso", error="self-signed")])
def test_what_is_wrong_at_home_is_raised_at_once(error: Exception) -> None:
    door, _ = throttle()
    with pytest.raises(type(error)):
        door.call("Create", Calls(error))
    assert door.calls == {"Create": 1}
