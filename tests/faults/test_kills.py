"""kill -9, at any moment of `up`, of the engine or one of its plugins: the documented way back always converges.

REMIT_KILLS says how often (`make faults`: 200). What is killed and when comes from the seed: after so many of the
calls that the run makes to AWS, and a moment more.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.faults.processes import AWS_NATIVE, ENGINE, REMIT
from tests.faults.project import ORGANIZATION, Desired, Project
from tests.faults.recovery import recover, up_and_kill

KILLS = int(os.environ.get("REMIT_KILLS", "2"))
SEED = int(os.environ.get("REMIT_SEED", "1"))
WORKERS = 4  # so that pytest-xdist has something to share out
LATENCY = 60.0  # milliseconds that each operation of AWS takes
LINGERING = 5000.0


@pytest.mark.parametrize("part", range(min(KILLS, WORKERS)))
def test_after_a_kill_the_next_runs_converge(part: int, tmp_path: Path) -> None:
    dice = random.Random(SEED * 1000 + part)  # noqa: S311 - repeatable, not secret
    seen: Counter[str] = Counter()
    with Sandbox(ORGANIZATION, latency_ms=LATENCY, seed=part) as sandbox:
        project = Project(tmp_path, sandbox)
        for number in range(part, KILLS, WORKERS):
            # The first run of a stack creates everything; later ones change, delete and create.
            wanted = project.desired.but(dice, 20) if number >= WORKERS else Desired.draw(dice, share=0.3)
            seen += _kill_and_recover(project, wanted, dice, which=number)
        refreshed = project.refresh("--expect-no-changes")
        assert refreshed.code == 0, refreshed.text
    print(f"\nkills {part}: {dict(sorted(seen.items()))}")  # noqa: T201 - for pytest -rP


def _kill_and_recover(project: Project, wanted: Desired, dice: random.Random, *, which: int) -> Counter[str]:
    victim = (ENGINE, REMIT, ENGINE, AWS_NATIVE)[(which + which // WORKERS) % 4]
    changes = len(wanted.grants ^ project.desired.grants) + len(wanted.rules ^ project.desired.rules)
    after, pause = dice.randint(0, changes), dice.uniform(0, 0.3)
    project.want(wanted)
    project.control("DELETE", "calls")
    lingering = dice.random() < 0.4  # what is under way at AWS then ends while the next run is at work

    def when() -> bool:
        if project.writes() < after:
            return False
        if lingering:
            project.sandbox.world.latency_ms = LINGERING
        return True

    run, killed = up_and_kill(project, victim, when, pause=pause)
    project.sandbox.world.latency_ms = LATENCY
    if run.code == 0:  # it was killed when its work was done
        project.assert_converged()
    steps = recover(project)
    project.assert_converged()
    told = f"{victim}, {'killed' if killed else 'over before'}, {'ended well' if run.code == 0 else 'failed'}"
    return Counter([told, *(f"then {step.partition(' ')[0] if 'import' in step else step}" for step in steps)])
