"""customTimeouts: when the time is over nothing begins, what runs is waited for, and the state says what happened."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from provider.account_assignments import PartialFailureError
from provider.inputs import Inputs
from remit.aws.time_limit import GRACE, TimeLimit
from remit.errors import AwsError
from remit.resource_types import ACCOUNT_ASSIGNMENTS
from tests.provider.fake_sso_admin import FakeSsoAdmin
from tests.provider.plugin import URN, A, B, C, Plugin, RefusedError, inputs, key, plugin, session, struct

KEYS = [key(account, f"g-{number}") for number in range(20) for account in (A, B, C)]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class SlowSsoAdmin(FakeSsoAdmin):
    """`clock` stands at `then` from the tenth submission on."""

    def __init__(self, clock: Clock, then: float, **more: Any) -> None:
        super().__init__(**more)
        self._clock, self._then = clock, then

    def create_account_assignment(self, **call: str) -> dict[str, object]:
        answer = super().create_account_assignment(**call)
        if self.writes >= 10:
            self._clock.now = self._then
        return answer


def apply(sso: FakeSsoAdmin, limit: TimeLimit, *keys: str) -> PartialFailureError:
    with pytest.raises(PartialFailureError) as caught:
        session(sso).resource.apply(Inputs.of(inputs(*keys)), limit=limit)
    return caught.value


def test_what_runs_is_waited_for_and_the_rest_is_left_to_the_next_run() -> None:
    clock = Clock()
    sso = SlowSsoAdmin(clock, 31.0, lasts=5)
    failure = apply(sso, TimeLimit(30, clock=clock), *KEYS)
    assert 10 <= len(sso.keys()) < len(KEYS)
    assert set(failure.outputs.live or ()) == sso.keys()
    assert failure.outputs.created == len(sso.keys())
    assert failure.outputs.failed == {}
    (reason,) = failure.reasons
    left = len(KEYS) - len(sso.keys())
    assert reason.startswith(f"the 30 s of customTimeouts are over: {left} of 60 changes were not attempted")
    session(sso).resource.apply(Inputs.of(inputs(*KEYS)))
    assert sso.keys() == set(KEYS)


def test_what_does_not_end_within_the_grace_is_a_failure_that_says_so() -> None:
    clock = Clock()
    sso = SlowSsoAdmin(clock, 30 + GRACE, lasts=10**9)
    failure = apply(sso, TimeLimit(30, clock=clock), *KEYS)
    assert failure.outputs.live == {}
    assert len(failure.outputs.failed) == sso.writes
    assert all("AWS is still at work on it" in reason for reason in failure.outputs.failed.values())


def test_a_limit_that_ends_while_reading_leaves_everything_as_it_is() -> None:
    sso = FakeSsoAdmin()
    sso.add(*KEYS)
    clock = Clock()
    limit = TimeLimit(30, clock=clock)
    clock.now = 30.0
    with pytest.raises(AwsError, match=r"the 30 s of customTimeouts are over: .* not read to the end"):
        session(sso).resource.apply(Inputs.of(inputs()), limit=limit)
    assert sso.writes == 0


def test_the_engine_hands_the_limit_over_with_each_verb_that_writes() -> None:
    sso = FakeSsoAdmin()
    news, brief = struct(inputs(*KEYS)), 1e-9
    with plugin(sso) as remit:
        for name, request in (
            ("Create", provider_pb2.CreateRequest(urn=URN, type=ACCOUNT_ASSIGNMENTS, properties=news, timeout=brief)),
            (
                "Update",
                provider_pb2.UpdateRequest(
                    urn=URN, type=ACCOUNT_ASSIGNMENTS, news=news, old_inputs=news, timeout=brief
                ),
            ),
            ("Delete", provider_pb2.DeleteRequest(urn=URN, type=ACCOUNT_ASSIGNMENTS, old_inputs=news, timeout=brief)),
        ):
            assert "customTimeouts are over" in refusal(remit, name, request)
    assert sso.writes == 0


def refusal(remit: Plugin, name: str, request: object) -> str:
    with pytest.raises(RefusedError) as caught:
        remit.call(name, request)
    return str(caught.value)
