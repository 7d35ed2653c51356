"""A kill between a create at AWS and the end of its step: the way back of docs/operations.md, step by step."""

from __future__ import annotations

from pathlib import Path

from sandbox.server import Sandbox
from tests.faults.processes import ENGINE, REMIT
from tests.faults.project import ACCOUNTS, EVERY_KEY, ORGANIZATION, Desired, Project
from tests.faults.recovery import recover, up_and_kill

LOCKS = ".pulumi/locks/**/*.json"
WANTED = Desired({ACCOUNTS[0]: {"Guardrail": "iam:*"}}, {"Admin": frozenset(EVERY_KEY[:60])})


def test_a_policy_and_a_permission_set_that_nobody_saw_end_are_imported(tmp_path: Path) -> None:
    with Sandbox(ORGANIZATION, latency_ms=1500) as sandbox:
        project = Project(tmp_path, sandbox)
        project.want(WANTED)
        up_and_kill(project, ENGINE, lambda: len(project.pending()) == 2 and project.writes() == 2)
        assert {kind for _, kind in project.pending()} == {"creating"}
        assert len(list(tmp_path.glob(LOCKS))) == 1
        assert recover(project) == ["up", "import 200000000001/Guardrail", "import Admin", "up again", "clear"]
        assert list(tmp_path.glob(LOCKS)) == []  # the dead engine's was taken over
        project.assert_converged()


def test_assignments_that_nobody_saw_end_are_adopted_by_the_next_run(tmp_path: Path) -> None:
    with Sandbox(ORGANIZATION, latency_ms=50) as sandbox:
        project = Project(tmp_path, sandbox)
        project.want(WANTED)
        up_and_kill(project, REMIT, lambda: project.writes() > 30)
        assert [kind for urn, kind in project.pending() if "AccountAssignments" in urn] == ["creating"]
        assert recover(project) == ["up", "clear"]
        project.assert_converged()
