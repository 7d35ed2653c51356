"""The scheduler: never more outstanding than allowed, in turn, nothing lost, nothing after a cancel."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.aws.scheduler import Outcome, Progress, Result, Scheduler, spread
from remit.aws.sso_admin import Action, Operation
from tests.provider.fake_sso_admin import INSTANCE, OTHER_SET, PERMISSION_SET, FakeSsoAdmin
from tests.provider.plugin import A, B, C, Hurry, key, sso_admin


def scheduler(client: FakeSsoAdmin, outstanding: int = 15, hurry: Hurry | None = None) -> Scheduler:
    hurry = hurry or Hurry()
    sso = sso_admin(client, hurry)
    return Scheduler(sso, outstanding=outstanding, report_every=0.01, clock=hurry.clock, sleep=hurry.sleep)


def creates(count: int, permission_set: str = PERMISSION_SET) -> list[Operation]:
    accounts = (A, B, C)
    keys = (key(accounts[each % 3], f"g{each}") for each in range(count))
    return [Operation(Action.CREATE, INSTANCE, permission_set, each) for each in keys]


def results(outcomes: Sequence[Outcome]) -> set[Result]:
    return {each.result for each in outcomes}


@pytest.mark.parametrize("hides", [False, True])
def test_every_operation_has_one_outcome(hides: bool) -> None:
    client = FakeSsoAdmin(lasts=20, listing_hides=hides)
    operations = creates(60)
    outcomes = scheduler(client).run(operations)
    assert sorted(each.operation.key for each in outcomes) == sorted(each.key for each in operations)
    assert results(outcomes) == {Result.DONE}
    assert len(client.live) == 60


def test_no_more_is_outstanding_than_allowed() -> None:
    client = FakeSsoAdmin(lasts=30)
    scheduler(client, outstanding=5).run(creates(40))
    assert client.most_outstanding <= 5


def test_a_smaller_allowance_than_ours_is_waited_for() -> None:
    client = FakeSsoAdmin(outstanding=2)
    assert results(scheduler(client).run(creates(20))) == {Result.DONE}


def test_statuses_are_asked_for_together() -> None:
    client = FakeSsoAdmin(lasts=40)
    scheduler(client).run(creates(150))
    assert client.calls["list_account_assignment_creation_status"] > 0
    assert client.calls["describe_account_assignment_creation_status"] < 50  # the last ones, alone


def test_a_caller_that_may_not_list_is_served_by_describes() -> None:
    client = FakeSsoAdmin(lasts=100, denied={"list_account_assignment_creation_status"})
    assert results(scheduler(client).run(creates(15))) == {Result.DONE}
    assert client.calls["list_account_assignment_creation_status"] == 3  # and never again


def test_an_unknown_outcome_is_a_failure_that_says_so() -> None:
    client = FakeSsoAdmin(denied={"describe_account_assignment_creation_status"})
    (outcome,) = scheduler(client).run(creates(1))
    assert outcome.result is Result.FAILED
    assert "outcome is not known" in outcome.reason
    assert "DescribeAccountAssignmentCreationStatus" in outcome.reason


@pytest.mark.parametrize("reason", ["Received a 404 status error: Assignment not found.", "The role cannot be found"])
def test_a_failed_removal_leaves_open_whether_the_assignment_is_there(reason: str) -> None:
    client = FakeSsoAdmin(doomed={key(A, "g"): reason})
    client.add(key(A, "g"))
    (outcome,) = scheduler(client).run([Operation(Action.DELETE, INSTANCE, PERMISSION_SET, key(A, "g"))])
    assert (outcome.result, outcome.reason, outcome.certain) == (Result.FAILED, reason, False)
    assert client.calls["delete_account_assignment"] == 1


def test_what_a_call_does_not_find_is_a_failure_that_only_a_removal_leaves_open() -> None:
    client = FakeSsoAdmin(permission_sets=set())
    outcomes = scheduler(client).run(
        [Operation(action, INSTANCE, PERMISSION_SET, key(A, "g")) for action in (Action.CREATE, Action.DELETE)]
    )
    assert {each.operation.action: (each.result, each.certain) for each in outcomes} == {
        Action.CREATE: (Result.FAILED, True),
        Action.DELETE: (Result.FAILED, False),
    }


def test_a_failure_that_passes_is_repeated_and_one_that_stays_is_not() -> None:
    passing, staying = key(A, "g1"), key(B, "g2")
    client = FakeSsoAdmin(doomed={passing: "An internal error occurred", staying: "The account is suspended"})
    scheduler(client).run([Operation(Action.CREATE, INSTANCE, PERMISSION_SET, each) for each in (passing, staying)])
    assert client.calls["create_account_assignment"] == 4 + 1


def test_progress_is_told_while_it_lasts() -> None:
    told: list[Progress] = []
    scheduler(FakeSsoAdmin(lasts=20), outstanding=1).run(creates(12), told.append)
    assert told
    assert all(0 <= each.done <= each.total == 12 for each in told)
    assert told[-1].seconds_left > 0


class HeldClient(FakeSsoAdmin):
    """Creates wait until the test lets them go; the order in which they came is kept."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.came: list[str] = []
        self.started, self.go = threading.Semaphore(0), threading.Event()

    def create_account_assignment(self, **call: str) -> dict[str, object]:
        self.came.append(call["PermissionSetArn"])
        self.started.release()
        assert self.go.wait(30)
        return super().create_account_assignment(**call)


def test_a_small_batch_does_not_queue_behind_a_large_one() -> None:
    client = HeldClient()
    work = scheduler(client, outstanding=1)
    large = threading.Thread(target=work.run, args=(creates(50),))
    large.start()
    assert client.started.acquire(timeout=30)
    small = threading.Thread(target=work.run, args=(creates(2, OTHER_SET),))
    small.start()
    while len(work.waiting()) < 2:
        time.sleep(0.0005)
    client.go.set()
    small.join(30)
    large.join(30)
    assert client.came.index(OTHER_SET) <= 3
    assert len(client.came) == 52


def test_after_a_cancel_what_runs_ends_and_nothing_is_submitted() -> None:
    client = HeldClient()
    work = scheduler(client, outstanding=2)
    outcomes: list[Outcome] = []
    run = threading.Thread(target=lambda: outcomes.extend(work.run(creates(10))))
    run.start()
    for _ in range(2):
        assert client.started.acquire(timeout=30)
    work.cancel()
    client.go.set()
    run.join(30)
    assert sorted(each.result for each in outcomes) == [Result.DONE] * 2 + [Result.NOT_ATTEMPTED] * 8
    assert len(client.live) == 2


@given(
    st.lists(
        st.tuples(st.sampled_from(Action), st.sampled_from((A, B, C)), st.integers(0, 9)), unique=True, max_size=30
    )
)
def test_spreading_keeps_every_operation_and_puts_creates_first(drawn: list[tuple[Action, str, int]]) -> None:
    operations = [Operation(action, INSTANCE, PERMISSION_SET, key(account, f"g{n}")) for action, account, n in drawn]
    ordered = spread(operations)
    assert sorted(map(repr, ordered)) == sorted(map(repr, operations))
    assert [each.action for each in ordered] == sorted(each.action for each in operations)


def test_neighbours_are_in_different_accounts() -> None:
    accounts = [each.key.split("/")[0] for each in spread(creates(30))]
    assert all(one != other for one, other in pairwise(accounts))
