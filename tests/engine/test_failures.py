"""Failures and interruptions: nothing that was done is forgotten, nothing is done twice."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.engine.stack_project import StackProject, interrupt

FOUR = """
a = Thing("a")
b = Thing("b", tags={"from": a.address})
c = Thing("c")
d = Thing("d", opts=Options(depends_on=[c]))
"""


def _children(of: int) -> set[int]:
    """Every process below `of`, by its id."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, last = {of}, 0
    while len(found) > last:
        last = len(found)
        found |= {pid for pid, parent in parents.items() if parent in found}
    return found - {of}


def _gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        left = [pid for pid in pids if Path(f"/proc/{pid}").exists() and "Z" not in _status(pid)]
        if not left:
            return True
        time.sleep(0.05)
    return False


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def test_a_failure_holds_up_only_what_depends_on_it(project: StackProject) -> None:
    project.faults(create_a={"fail": "no such luck"})
    ran = project.run("up", "--yes", text=FOUR)
    assert ran.code == 1
    assert "no such luck" in ran.out
    assert "1 errored" in ran.out
    assert set(project.resources()) == {"proj-dev", "default", "c", "d"}
    project.faults()
    project.calls()
    project.up()
    assert project.calls() == ["create a", "create b"]


def test_what_a_failure_holds_up_is_checked_first_and_a_failed_check_ends_the_run(project: StackProject) -> None:
    """As the Pulumi CLI does, which goes on with the rest after a failure, and not after a failed check."""
    project.faults(create_a={"fail": "no such luck"})
    program = 'a = Thing("a")\nb = Thing("b", size=SIZE, tags={"from": a.address})\nb.urn.apply(lambda _: Thing("c"))'
    held = project.run("up", "--yes", text=program.replace("SIZE", "1"))
    assert (held.code, "create c" in project.calls()) == (1, True), held.said
    project.up("")
    refused = project.run("up", "--yes", text=program.replace("SIZE", "0"))
    assert "nothing has size 0" in refused.said
    assert "create c" not in project.calls()


def test_stop_on_error_begins_nothing_after_a_failure(project: StackProject) -> None:
    project.faults(create_a={"fail": "no such luck"})
    ran = project.run("up", "--yes", "--stop-on-error", text='a = Thing("a")\na.id.apply(lambda _: Thing("later"))')
    assert ran.code == 1
    assert "create later" not in project.calls()


def test_what_a_skipped_resource_needs_is_not_deleted(project: StackProject) -> None:
    project.up('old = Thing("old")\nb = Thing("b", tags={"from": old.address})')
    project.calls()
    project.faults(create_a={"fail": "no such luck"})
    assert project.run("up", "--yes", text='a = Thing("a")\nb = Thing("b", tags={"from": a.address})').code == 1
    assert project.calls() == ["create a"]
    project.faults()
    project.up()
    assert project.calls() == ["create a", "update b", "delete old"]


def test_what_was_done_in_part_is_kept_and_gone_on_with(project: StackProject) -> None:
    project.faults(create_a={"partial": "half of it is missing"})
    much = "x" * 20_000  # more than Python's gRPC takes by itself
    assert project.run("up", "--yes", text=f'Thing("a", tags={{"much": "{much}"}})').code == 1
    state = project.resources()["a"]
    assert state["initErrors"] == ["half of it is missing"]
    assert (state["id"], state["outputs"]["tags"]) == ("id-a", {"much": much})
    project.calls()
    project.faults(update_a={"partial": "still missing"})
    assert project.run("up", "--yes").code == 1
    assert project.calls() == ["update a"]
    project.faults()
    project.up()
    assert project.calls() == ["update a"]
    assert "initErrors" not in project.resources()["a"]
    project.up(None, "--expect-no-changes")


def test_an_update_done_in_part_keeps_the_inputs_of_before_and_is_tried_again(project: StackProject) -> None:
    project.up('Thing("a", size=1)')
    project.faults(update_a={"partial": "half of it is missing"})
    assert project.run("up", "--yes", text='Thing("a", size=2)').code == 1
    state = project.resources()["a"]
    assert (state["inputs"]["size"], state["outputs"]["size"]) == (1, 2)
    assert state["initErrors"] == ["half of it is missing"]
    project.calls()
    project.faults()
    project.up('Thing("a", size=1)')
    assert project.calls() == ["update a"]
    assert project.resources()["a"]["outputs"]["size"] == 1
    project.up(None, "--expect-no-changes")


def test_a_failed_delete_leaves_what_it_depends_on(project: StackProject) -> None:
    project.up(FOUR)
    project.calls()
    project.faults(delete_b={"fail": "stuck"})
    assert project.run("destroy", "--yes").code == 1
    assert {"a", "b"} < set(project.resources())
    assert not {"c", "d"} & set(project.resources())
    project.faults()
    project.calls()
    assert project.run("destroy", "--yes").code == 0
    assert project.calls() == ["delete b", "delete a"]


REPLACED = """
a = Thing("a", zone="{zone}", opts=Options(delete_before_replace=True))
tied = Thing("tied", zone=a.address)
"""


def test_a_replacement_that_failed_half_way_is_finished_by_the_next_run(project: StackProject) -> None:
    project.up(REPLACED.format(zone="z1"))
    project.calls()
    project.faults(create_a={"fail": "no room"})
    assert project.run("up", "--yes", text=REPLACED.format(zone="z2")).code == 1
    assert project.calls() == ["delete tied", "delete a", "create a"]
    state = project.resources()
    assert state["a"]["pendingReplacement"] is True
    assert state["tied"]["pendingReplacement"] is True
    project.faults()
    project.up()
    assert project.calls() == ["create a", "create tied"]
    project.up(None, "--expect-no-changes")


def test_a_replacement_that_nobody_wants_any_more_is_forgotten(project: StackProject) -> None:
    project.up(REPLACED.format(zone="z1"))
    project.faults(create_a={"fail": "no room"})
    assert project.run("up", "--yes", text=REPLACED.format(zone="z2")).code == 1
    project.calls()
    project.up("")
    assert project.calls() == []
    assert set(project.resources()) == {"proj-dev"}


def test_an_old_copy_whose_delete_failed_goes_with_the_next_run(project: StackProject) -> None:
    project.up('Thing("a", zone="z1")')
    project.faults(delete_a={"fail": "in use"})
    assert project.run("up", "--yes", text='Thing("a", zone="z2")').code == 1
    assert {"a", "a (old)"} <= set(project.resources())
    project.faults()
    project.calls()
    project.up()
    assert project.calls() == ["delete a"]
    assert set(project.cloud["things"]) == {"id-a+"}


def test_an_interrupt_finishes_what_is_running_and_begins_nothing(project: StackProject) -> None:
    project.faults(create_a={"seconds": 2})
    project.program(FOUR)
    process = project.start("up", "--yes", "--parallel", "1")
    project.wait_for_call("create a")
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 8, out + err
    made = project.calls()
    assert made[-1] == "create a"
    assert project.resources()["a"]["id"] == "id-a"
    project.faults()
    project.up()
    assert sorted(made + project.calls()) == ["create a", "create b", "create c", "create d"]
    project.up(None, "--expect-no-changes")


def test_a_second_interrupt_ends_at_once_and_keeps_what_is_open_on_record(project: StackProject) -> None:
    project.faults(create_a={"seconds": 60})
    project.program(FOUR)
    process = project.start("up", "--yes")
    project.wait_for_call("create a")
    project.wait_for_call("create d")
    time.sleep(0.3)
    below = _children(process.pid)
    interrupt(process)
    time.sleep(0.3)
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 8, out + err
    assert _gone(below)
    assert {"c", "d"} < set(project.resources())
    assert project.pending() == ["creating a"]


def test_a_killed_run_loses_nothing_that_was_finished(project: StackProject) -> None:
    project.faults(create_a={"seconds": 60})
    project.program(FOUR)
    process = project.start("up", "--yes")
    project.wait_for_call("create d")
    time.sleep(0.5)
    below = _children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert _gone(below), "the program and the plugins end with the engine"
    assert {"c", "d"} < set(project.resources())
    assert project.pending() == ["creating a"]
    project.faults()
    project.calls()
    ran = project.up()
    assert "interrupted while creating" in ran.out
    assert project.calls() == ["create a", "create b"]
    # As with Pulumi, an unsettled create stays on record until someone says that it was looked into.
    assert project.pending() == ["creating a"]
    assert project.run("refresh", "--yes", "--clear-pending-creates").code == 0
    assert project.pending() == []


def test_a_stack_is_held_by_one_run_at_a_time(project: StackProject) -> None:
    project.faults(create_a={"seconds": 5})
    project.program(FOUR)
    first = project.start("up", "--yes")
    project.wait_for_call("create a")
    second = project.run("up", "--yes")
    assert second.code == 1
    assert "currently locked by 1 lock" in second.err
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_an_update_that_was_killed_is_told_once_and_made_again(project: StackProject) -> None:
    project.up('a = Thing("a", size=1)')
    project.faults(update_a={"seconds": 60})
    project.program('a = Thing("a", size=2)')
    process = project.start("up", "--yes")
    project.wait_for_call("update a")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert project.pending() == ["updating a"]
    project.faults()
    project.calls()
    assert "interrupted while updating" in project.up().out
    assert project.calls() == ["update a"]
    assert project.pending() == []
