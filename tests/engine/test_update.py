"""What `up` does, with a real program and a real plugin."""

from __future__ import annotations

import pytest

from tests.engine.stack_project import StackProject

TWO = """
a = Thing("a", zone="z1", tags={"x/y": "1", "k": "v"})
b = Thing("b", zone="z1", tags={"from": a.address})
pulumi.export("address", b.address)
"""


def test_a_second_up_changes_nothing(project: StackProject) -> None:
    project.up(TWO)
    assert project.calls() == ["create a", "create b"]
    assert project.cloud["things"]["id-b"]["tags"] == {"from": "at-id-a"}
    project.up(None, "--expect-no-changes")
    assert project.calls() == []
    assert project.run("stack", "output", "address").out == "at-id-b\n"


def test_a_preview_changes_nothing_and_shows_what_is_not_known_yet(project: StackProject) -> None:
    ran = project.run("preview", "--diff", text=TWO)
    assert ran.code == 0
    assert "            from: [unknown]" in ran.out
    assert "    + 3 to create" in ran.out
    assert project.calls() == []
    assert project.resources() == {}


def test_an_update_is_told_entry_by_entry_and_touches_only_what_changed(project: StackProject) -> None:
    project.up(TWO)
    project.calls()
    changed = TWO.replace('"x/y": "1"', '"x/y": "2", "new": "n"').replace('"k": "v"', '"k": "v"')
    shown = project.run("preview", "--diff", text=changed).out
    assert '      ~ tags: {\n          + new: "n"\n          ~ x/y: "1" => "2"\n        }\n' in shown
    project.up(changed)
    assert project.calls() == ["update a"]


def test_unexpected_changes_have_an_exit_code_of_their_own(project: StackProject) -> None:
    ran = project.run("preview", "--expect-no-changes", text=TWO)
    assert ran.code == 7
    assert "no changes were expected" in ran.err


def test_a_replacement_is_made_before_the_old_one_goes(project: StackProject) -> None:
    project.up(TWO)
    project.calls()
    project.up(TWO.replace('"a", zone="z1"', '"a", zone="z2"'))
    assert project.calls() == ["create a", "update b", "delete a"]
    assert project.resources()["a"]["id"] == "id-a+"


def test_delete_before_replace_takes_along_only_what_must_be_replaced_too(project: StackProject) -> None:
    program = """
a = Thing("a", zone="{zone}", opts=Options(delete_before_replace=True))
tied = Thing("tied", zone=a.address)
free = Thing("free", tags={{"from": a.address}})
"""
    project.up(program.format(zone="z1"))
    project.calls()
    project.up(program.format(zone="z2"))
    calls = project.calls()
    # The tied one has a create-only property that comes from `a`; the fake gives `a` the same address again, which
    # nobody can know before.
    assert calls[:3] == ["delete tied", "delete a", "create a"]
    assert sorted(calls[3:]) == ["create tied"]
    assert set(project.resources()) >= {"a", "tied", "free"}
    assert not any(r.get("pendingReplacement") for r in project.resources().values())


def test_what_the_program_drops_is_deleted_dependents_first(project: StackProject) -> None:
    project.up(TWO + 'c = Thing("c", opts=Options(depends_on=[b]))')
    project.calls()
    project.up('Thing("other")')
    assert project.calls() == ["create other", "delete c", "delete b", "delete a"]


def test_destroy_needs_no_program_and_leaves_nothing(project: StackProject) -> None:
    project.up(TWO + 'g = Group("g"); Thing("in", opts=Options(parent=g))')
    (project.folder / "__main__.py").unlink()
    assert project.run("destroy", "--yes").code == 0
    assert project.cloud["things"] == {}
    assert project.resources() == {}


def test_a_component_gives_its_children_their_urns(project: StackProject) -> None:
    project.up('g = Group("g")\nThing("t", opts=Options(parent=g))\ng.register_outputs({"o": 1})')
    state = project.resources()
    assert state["t"]["urn"] == "urn:pulumi:dev::proj::test:index:Group$fake:index:Thing::t"
    assert state["g"]["outputs"] == {"o": 1}
    assert state["t"]["provider"].startswith("urn:pulumi:dev::proj::pulumi:providers:fake::default::")


def test_a_new_provider_configuration_replaces_what_it_cannot_keep(project: StackProject) -> None:
    program = 'p = Fake("p", region="{region}", note="{note}")\nThing("t", opts=Options(provider=p))'
    project.up(program.format(region="r1", note="n1"))
    project.calls()
    project.up(program.format(region="r1", note="n2"))
    assert project.calls() == []
    project.up(program.format(region="r2", note="n2"))
    assert project.calls() == ["create t", "delete t"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('Thing("a", size=0)', "nothing has size 0"),
        ('Thing("a"); Thing("a")', "Duplicate resource URN"),
        ('Fake("p", refuse="me")', "as you wish"),
        ("1 / 0", "ZeroDivisionError"),
        ('raise pulumi.RunError("not like this")', "not like this"),
        ('pulumi.export("s", pulumi.Output.secret("x"))', "secret"),
        ('Thing("a", tags={"s": pulumi.Output.secret("x")})', "secret"),
        ('Thing("a", opts=Options(additional_secret_outputs=["address"]))', "secret"),
        ('pulumi.StackReference("other")', "built-in"),
    ],
)
def test_what_cannot_be_done_is_told_and_fails_the_run(project: StackProject, text: str, message: str) -> None:
    ran = project.run("up", "--yes", text=text)
    assert ran.code == 1
    assert message in ran.said


def test_targets_alone_are_touched(project: StackProject) -> None:
    project.up(TWO)
    project.calls()
    changed = TWO.replace('"k": "v"', '"k": "w"').replace('{"from"', '{"more": "m", "from"') + 'Thing("c")'
    project.up(changed, "--target", "**::b")
    assert project.calls() == ["update b"]
    assert "c" not in project.resources()
