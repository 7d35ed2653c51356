"""What a killed run has left under way is waited for, and no more than that."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from remit.aws.sso_admin import SsoAdmin
from remit.aws.throttle import Throttle, TokenBucket
from remit.aws.under_way import PATIENCE, let_finish


class Client:
    """Lists the creations that are under way; one of them ends each second, and one more begins."""

    def __init__(self, under_way: int, *, stuck: bool = False, denied: bool = False) -> None:
        self.now = 0.0
        self.calls = 0
        self._under_way, self._stuck, self._denied = under_way, stuck, denied

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def list_account_assignment_creation_status(self, **call: Any) -> dict[str, Any]:
        self.calls += 1
        assert call["Filter"] == {"Status": "IN_PROGRESS"}
        if self._denied:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "List")
        first = 0 if self._stuck else int(self.now)
        listed = range(first, first + self._under_way)
        return {"AccountAssignmentsCreationStatus": [{"RequestId": f"{each}"} for each in listed]}

    def list_account_assignment_deletion_status(self, **_: Any) -> dict[str, Any]:
        self.calls += 1
        return {"AccountAssignmentsDeletionStatus": []}


def wait(client: Client) -> Client:
    throttle = Throttle(TokenBucket(1e6, sleep=lambda _: None), sleep=lambda _: None)
    boto3s: Any = client
    let_finish(SsoAdmin(boto3s, throttle), "instance", clock=client.clock, sleep=client.sleep)
    return client


def test_nothing_under_way_costs_two_calls_and_no_time() -> None:
    client = wait(Client(0))
    assert (client.calls, client.now) == (2, 0.0)


def test_what_was_under_way_is_waited_for_and_what_began_since_is_not() -> None:
    assert wait(Client(7)).now == 7.0


def test_patience_ends() -> None:
    assert wait(Client(1, stuck=True)).now == PATIENCE


def test_a_caller_that_may_not_list_goes_on_without() -> None:
    assert wait(Client(3, denied=True)).now == 0.0
