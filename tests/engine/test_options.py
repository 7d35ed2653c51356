"""The resource options, each by what it keeps from happening."""

from __future__ import annotations

from tests.engine.stack_project import StackProject


def test_protected_resources_are_neither_deleted_nor_replaced(project: StackProject) -> None:
    project.up('Thing("a", zone="z1", opts=Options(protect=True))\nThing("b")')
    project.calls()
    replaced = project.run("up", "--yes", text='Thing("a", zone="z2", opts=Options(protect=True))\nThing("b")')
    assert replaced.code == 1
    assert "marked for protection" in replaced.said
    dropped = project.run("up", "--yes", text="")
    assert dropped.code == 1
    assert "protected" in dropped.said
    assert project.calls() == ["delete b"]
    project.up('Thing("a", zone="z1", opts=Options(protect=False))')
    project.up("")
    assert project.calls() == ["delete a"]


def test_ignored_changes_are_not_made(project: StackProject) -> None:
    tags = '{{"mine": "{mine}", "theirs": "{theirs}"}}'
    program = f'Thing("a", size={{size}}, tags={tags}, opts=Options(ignore_changes={{ignored}}))'
    project.up(program.format(size=1, mine="1", theirs="1", ignored="[]"))
    project.calls()
    project.up(program.format(size=2, mine="1", theirs="2", ignored='["size", "tags.theirs"]'), "--expect-no-changes")
    project.up(program.format(size=2, mine="2", theirs="2", ignored='["size", "tags.theirs"]'))
    assert project.calls() == ["update a"]
    assert project.cloud["things"]["id-a"] == {"name": "a", "size": 1, "tags": {"mine": "2", "theirs": "1"}}


def test_replace_on_changes_turns_an_update_into_a_replacement(project: StackProject) -> None:
    program = 'Thing("a", tags={{"k": "{k}"}}, opts=Options(replace_on_changes=["tags"]))'
    project.up(program.format(k=1))
    project.calls()
    project.up(program.format(k=2))
    assert project.calls() == ["create a", "delete a"]


def test_retained_resources_are_only_forgotten(project: StackProject) -> None:
    project.up('Thing("a", opts=Options(retain_on_delete=True))')
    project.up("")
    assert project.calls() == ["create a"]
    assert "a" not in project.resources()


def test_what_is_deleted_with_another_is_not_deleted_by_itself(project: StackProject) -> None:
    project.up('a = Thing("a")\nThing("b", opts=Options(deleted_with=a))')
    project.calls()
    project.up("")
    assert project.calls() == ["delete a"]
    assert set(project.resources()) == {"proj-dev"}


def test_an_alias_keeps_the_resource_through_a_rename_and_a_new_parent(project: StackProject) -> None:
    project.up(
        'g = Group("g")\np = Fake("p", opts=Options(parent=g))\nt = Thing("t", opts=Options(parent=g, provider=p))'
    )
    before = project.resources()["t"]
    project.calls()
    project.up(
        """
h = Group("h", opts=Options(aliases=[pulumi.Alias(name="g")]))
p = Fake("q", opts=Options(parent=h, aliases=[pulumi.Alias(name="p")]))
t = Thing("t2", name="t", opts=Options(parent=h, provider=p, aliases=[pulumi.Alias(name="t")]))
Thing("after", tags={"from": t.address}, opts=Options(provider=p))
"""
    )
    assert project.calls() == ["create after"]
    state = project.resources()
    assert state["t2"]["id"] == before["id"]
    assert "::q::" in state["t2"]["provider"]
    assert not any("aliases" in resource for resource in state.values())
    project.up(None, "--expect-no-changes")


def test_an_alias_by_urn_is_taken(project: StackProject) -> None:
    project.up('Thing("t")')
    project.calls()
    urn = "urn:pulumi:dev::proj::fake:index:Thing::t"
    project.up(f'g = Group("g")\nThing("new", name="t", opts=Options(parent=g, aliases=["{urn}"]))')
    assert project.calls() == []


def test_import_takes_what_is_there_and_then_updates_it(project: StackProject) -> None:
    project.change_cloud(lambda c: c["things"].update({"id-x": {"name": "x", "size": 3}}))
    project.up('Thing("x", name="x", size=4, opts=Options(import_="id-x"))')
    assert project.calls() == ["update x"]
    project.up(None, "--expect-no-changes")
    missing = project.run("up", "--yes", text='Thing("y", name="y", opts=Options(import_="id-y"))')
    assert missing.code == 1
    assert "does not exist" in missing.said


def test_the_import_verb_takes_a_resource_into_the_state_protected(project: StackProject) -> None:
    project.up('Thing("a")')
    project.change_cloud(lambda c: c["things"].update({"id-x": {"name": "x", "size": 3}}))
    ran = project.run("import", "fake:index:Thing", "x", "id-x", "--yes")
    assert ran.code == 0, ran.said
    assert project.resources()["x"]["protect"] is True
    project.up('Thing("a")\nThing("x", name="x", size=3, opts=Options(protect=True))', "--expect-no-changes")


def test_a_resource_that_is_only_read_is_never_changed_or_deleted(project: StackProject) -> None:
    project.change_cloud(lambda c: c["things"].update({"id-x": {"name": "x", "size": 3}}))
    project.up('x = Thing.get("x", "id-x") if hasattr(Thing, "get") else Thing("x", opts=Options(id="id-x"))')
    assert project.resources()["x"]["external"] is True
    project.up("")
    assert project.calls() == []
    assert "id-x" in project.cloud["things"]
