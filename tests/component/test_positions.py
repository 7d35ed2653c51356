"""A resource of an account says where it was made, in a line or two: a state has one for each account."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import pytest

from components.access import Access
from components.fan_out import fan_out
from components.positions import brief_positions
from remit.drift.kept import Kept
from remit.plan import Plan
from remit.spoke_role import SpokeRole
from remit.stack import Stack
from tests.component.test_contract import INSTANCE, ONE, TWO, Run, plan, policy


def roll(mode: Literal["pooled", "aliases"], whole: Plan) -> None:
    access = Access(whole, instance=INSTANCE, stack=Stack("test"), fan_out=mode)
    made = partial(fan_out, spoke=SpokeRole("RemitSpoke"), region="eu-west-1", provider=access.provider)
    out = made(mode, stack=Stack("test", owned_path="/remit/"), existing={}, watched=[ONE, TWO], kept=Kept())
    out.roll_out(whole, after=access.guard)


def positions(request: Any) -> list[str]:
    return [frame.pc.uri.rpartition("/")[2] for frame in request.stackTrace.frames]


@pytest.mark.parametrize("mode", ["pooled", "aliases"])
def test_what_an_account_has_remembers_the_call_and_not_the_stack(run: Run, mode: Literal["pooled", "aliases"]) -> None:
    whole = replace(plan(), managed_policies=(policy(ONE), policy(TWO)), waves={ONE: 1, TWO: 1})
    recorder = run(lambda: roll(mode, whole))
    kinds = {
        "pooled": ["remit:index:ManagedPolicies"],
        "aliases": ["aws-native:iam:ManagedPolicy", "remit:index:PolicyWatch", "pulumi:providers:aws-native"],
    }
    for kind in kinds[mode]:
        assert recorder.of(kind)
        for request in recorder.of(kind).values():
            assert 1 <= len(positions(request)) <= 2, kind
    assert len(positions(recorder.of("remit:index:RevocationGuard")["revocation-guard"])) > 7


def test_an_error_keeps_its_whole_traceback() -> None:
    with pytest.raises(ZeroDivisionError), brief_positions():
        raise ZeroDivisionError
    assert not hasattr(sys, "tracebacklimit")
