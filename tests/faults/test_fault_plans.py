"""`up` under fault plans: few runs converge, each failed one names what it could not do, and the state never lies.

REMIT_PLANS says how many plans are drawn besides the two that are always run (`make faults`: 20).
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import FaultPlan
from sandbox.server import Sandbox
from tests.faults.project import ORGANIZATION, Desired, Project, Run

PLANS = int(os.environ.get("REMIT_PLANS", "0"))
SEED = int(os.environ.get("REMIT_SEED", "1"))
WORST = FaultPlan(seed=SEED, throttle=30, conflict=10, failed=5, error=5, reset=2)
# Many operations end FAILED: after every repetition some are left, which the other plans hardly ever see.
FAILING = FaultPlan(seed=SEED, failed=40, throttle=10)


def _drawn(number: int) -> FaultPlan:
    dice = random.Random(SEED * 1000 + number)  # noqa: S311 - repeatable, not secret
    shares = {"throttle": 30, "conflict": 10, "failed": 5, "error": 5, "reset": 2}
    drawn: dict[str, Any] = {name: dice.uniform(0, most) for name, most in shares.items()}
    return FaultPlan(seed=number, **drawn)


@pytest.mark.parametrize(
    ("plan", "changes", "most_runs"),
    [(WORST, 1, 2), (FAILING, 0, 4), *((_drawn(number), 1, 2) for number in range(PLANS))],
    ids=["worst", "failing", *map(str, range(PLANS))],
)
def test_a_few_runs_converge_and_none_reports_what_is_not_done(
    plan: FaultPlan, changes: int, most_runs: int, tmp_path: Path
) -> None:
    dice = random.Random(plan.seed)  # noqa: S311
    with Sandbox(ORGANIZATION, latency_ms=10, faults=plan) as sandbox:
        project = Project(tmp_path, sandbox)
        for number in range(1 + changes):
            project.want(project.desired.but(dice, 40) if number else Desired.draw(dice))
            runs = 1
            while (run := project.up()).code != 0:
                _assert_honest(project, run, resets=bool(plan.reset))
                runs += 1
                assert runs <= most_runs, run.text
            project.assert_converged(once=not plan.reset)
            print(f"\n{plan}: {runs} runs")  # noqa: T201 - for pytest -rP


def _assert_honest(project: Project, run: Run, *, resets: bool) -> None:
    """What is missing and what is left over is named with its reason; the state says what is there.

    Where an answer was lost the reason may be another one. And when a resource itself is to go, Pulumi has no way to
    tell the engine that it went in part.
    """
    asked = project.desired.assignments.keys()
    live, kept = project.live_grants(), project.kept_grants()
    for action, left in (("create", project.desired.grants - live), ("delete", live - project.desired.grants)):
        for permission_set, key in left:
            account, kind, principal = key.split("/")
            assert (
                permission_set not in asked
                or resets
                or (f"account {account}, {kind.lower()} {principal}: {action} failed: An unexpected" in run.text)
            ), run.text
    assert {grant for grant in kept if grant[0] in asked} == {grant for grant in live if grant[0] in asked}
