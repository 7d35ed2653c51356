"""A run that is killed, and what docs/operations.md tells a user to do then, as code."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from tests.faults.processes import kill, survivors
from tests.faults.project import INSTANCE, QUIET, Project, Run


def up_and_kill(project: Project, victim: str, when: Callable[[], bool], *, pause: float = 0.0) -> tuple[Run, bool]:
    """`up`, and SIGKILL to one of its processes `pause` seconds after `when`; whether it came to that."""
    killed = False

    def meanwhile(process: subprocess.Popen[bytes]) -> None:
        nonlocal killed
        while process.poll() is None and not when():
            time.sleep(0.01)
        time.sleep(pause)
        while process.poll() is None and not killed:
            killed = kill(project.folder, victim)
            time.sleep(0.01)

    run = project.run("up", *QUIET, meanwhile=meanwhile)
    assert survivors(project.folder) == set()
    return run, killed


def recover(project: Project) -> list[str]:
    """Brings the project to what it wants; returns the steps that it took."""
    steps = ["up"]
    left = project.pending()
    run = project.up()
    if left:
        assert f"{len(left)} pending operations" in run.text, run.text
        assert all(f"{urn}, interrupted while {kind}" in run.text for urn, kind in left)
    for _ in range(5):
        if "ConcurrentOperationException" not in run.text:
            break
        steps.append("up, too early")  # AWS is still at what the killed run began
        run = project.up()
    half_created = sorted(urn for urn, _ in project.pending() if not project.knows(urn) and _name(urn) in run.text)
    if run.code != 0:
        assert "AlreadyExists" in run.text, run.text
        for urn in half_created:
            if urn.split("::")[2].startswith("aws-native:"):
                steps.append(f"import {_name(urn)}")
                imported = project.import_(urn, physical_id(project, urn))
                assert imported.code == 0, imported.text
        steps.append("up again")
        run = project.up()
        assert run.code == 0, run.text
    if project.pending():
        steps.append("clear")
        cleared = project.refresh("--clear-pending-creates")
        assert cleared.code == 0, cleared.text
    assert project.pending() == []
    return steps


def physical_id(project: Project, urn: str) -> str:
    """The id of a policy or a permission set: its ARN, by its name."""
    if urn.split("::")[2].endswith(":ManagedPolicy"):
        account, _, name = _name(urn).partition("/")
        return f"arn:aws:iam::{account}:policy/{name}"
    return f"{INSTANCE}|{project.arn(_name(urn))}"


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
