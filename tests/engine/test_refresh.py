"""Refresh: the state follows what is really there."""

from __future__ import annotations

from tests.engine.stack_project import StackProject

TWO = 'a = Thing("a", tags={"k": "v"})\nb = Thing("b", tags={"from": a.address})'


def test_drift_is_shown_entry_by_entry_and_repaired_by_up(project: StackProject) -> None:
    project.up(TWO)
    project.change_cloud(lambda c: c["things"]["id-a"]["tags"].update(hand="made"))
    ran = project.run("refresh", "--yes", "--diff")
    assert '      ~ tags: {\n          + hand: "made"\n        }\n' in ran.out
    assert "    ~ 1 updated\n" in ran.out
    assert project.resources()["a"]["inputs"]["tags"] == {"k": "v", "hand": "made"}
    project.calls()
    project.up()
    assert project.calls() == ["update a"]
    assert project.cloud["things"]["id-a"]["tags"] == {"k": "v"}


def test_what_is_gone_leaves_the_state_and_is_made_again(project: StackProject) -> None:
    project.up(TWO)
    project.calls()
    project.change_cloud(lambda c: c["things"].pop("id-a"))
    ran = project.run("refresh", "--yes")
    assert "- 1 deleted" in ran.out
    state = project.resources()
    assert "a" not in state
    assert "dependencies" not in state["b"]
    project.up()
    assert project.calls()[0] == "create a"


def test_preview_with_refresh_sees_drift_and_writes_nothing(project: StackProject) -> None:
    project.up(TWO)
    before = project.resources()
    project.change_cloud(lambda c: c["things"]["id-a"]["tags"].update(k="other"))
    ran = project.run("preview", "--refresh", "--diff")
    assert '          ~ k: "v" => "other"' in ran.out
    assert '          ~ k: "other" => "v"' in ran.out
    assert "    ~ 1 to update\n" in ran.out
    assert project.resources() == before


def test_a_refresh_without_drift_expects_no_changes(project: StackProject) -> None:
    project.up(TWO)
    assert project.run("refresh", "--yes", "--expect-no-changes").code == 0
    project.change_cloud(lambda c: c["things"].pop("id-b"))
    assert project.run("refresh", "--yes", "--expect-no-changes").code == 7


def test_a_failed_read_leaves_the_state_as_it_was(project: StackProject) -> None:
    project.up(TWO)
    before = project.resources()
    project.change_cloud(lambda c: c.update(faults={"read id-a": {"fail": "not now"}}))
    ran = project.run("refresh", "--yes")
    assert ran.code == 1
    assert "not now" in ran.said
    assert project.resources() == before


def test_what_was_read_stays_where_the_diff_of_it_fails(project: StackProject) -> None:
    """As with the Pulumi CLI."""
    project.up(TWO)
    project.change_cloud(lambda c: c["things"]["id-a"]["tags"].update(hand="made"))
    project.change_cloud(lambda c: c.update(faults={"diff id-a": {"fail": "not now"}}))
    ran = project.run("refresh", "--yes")
    assert ran.code == 1
    assert "not now" in ran.said
    assert project.resources()["a"]["inputs"]["tags"] == {"k": "v", "hand": "made"}
