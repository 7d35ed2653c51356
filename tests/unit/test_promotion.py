"""Which commit a stack has, and whose turn it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from remit.errors import CatalogError
from remit.promotion import (
    Applied,
    PromotionRefusedError,
    StackStatus,
    applied_in,
    attempted_in,
    refuse_to_jump,
    stages,
    state_of,
    waits_for,
)
from remit.resource_types import APPLIED, REVOCATION_GUARD
from remit.revision import (
    Revision,
    RevisionError,
    commits_since,
    file_at,
    is_older,
    read_revision,
    said,
    write_folder_at,
)

HEAD = Revision("c2", "tree2", "file")
OLD = Revision("c1", "tree1", "file")


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@x.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_state_says_which_commit_the_stack_got() -> None:
    resource = {
        "type": APPLIED,
        "inputs": {"commit": "c", "catalog": "t", "stackFile": "f", "dirty": False},
        "modified": "2026-11-24T03:00:00Z",
    }
    exported = {"deployment": {"resources": [{"type": "other"}, {**resource, "delete": True}, resource]}}
    assert applied_in(exported) == Applied(Revision("c", "t", "f"), "2026-11-24T03:00:00Z")
    assert applied_in({"deployment": {}}) is None
    guard = {"type": REVOCATION_GUARD, "inputs": {"attempted": said(HEAD)}}
    assert attempted_in({"deployment": {"resources": [resource, guard]}}) == HEAD
    assert attempted_in({"deployment": {"resources": [{**guard, "inputs": {}}]}}) is None
    assert attempted_in(exported) is None
    assert applied_in({}) is None


@pytest.mark.parametrize(
    ("applied", "newer", "state"),
    [
        (None, False, "never"),
        (Applied(HEAD), False, "current"),
        (Applied(Revision("c0", "tree2", "file")), False, "current"),  # content counts, not the commit
        (Applied(Revision("c0", "tree2", "other")), False, "waiting"),  # a scope that is new, say
        (Applied(OLD), False, "waiting"),
        (Applied(OLD), True, "ahead"),
        (Applied(Revision("c2", "tree2", "file", dirty=True)), False, "dirty"),
    ],
)
def test_a_stack_stands_to_head_by_what_the_catalog_says(applied: Applied | None, newer: bool, state: str) -> None:
    assert state_of(HEAD, applied, newer=newer) == state


def test_stages_are_names_and_globs_and_the_first_counts() -> None:
    names = ["dev", "prod-1", "prod-2", "sandbox"]
    assert stages(["dev", "prod-*"], names) == {"dev": 1, "prod-1": 2, "prod-2": 2}
    with pytest.raises(CatalogError, match=r"promotion names 'test', and there is no Pulumi\.test\.yaml"):
        stages(["test", "prod-*"], names)


DEV, PROD = StackStatus("dev", "current", 1), StackStatus("prod", "waiting", 2, Applied(OLD))


def test_a_stack_has_its_turn_when_all_before_it_have_the_catalog() -> None:
    refuse_to_jump("prod", HEAD, [DEV, PROD])
    refuse_to_jump("dev", HEAD, [StackStatus("dev", "never", 1), PROD])
    refuse_to_jump("prod", HEAD, [StackStatus("dev", "never"), StackStatus("prod", "waiting")])  # no order
    twin = StackStatus("dev-2", "waiting", 1)
    assert waits_for(PROD, [DEV, twin, PROD]) == (twin,)


@pytest.mark.parametrize(
    ("head", "stacks", "words"),
    [
        (HEAD, [StackStatus("dev", "waiting", 1), PROD], "comes after dev: dev has not got this catalog"),
        (HEAD, [StackStatus("dev", "never", 1), PROD], "has never been applied with success"),
        (HEAD, [StackStatus("dev", "dirty", 1), PROD], "has a catalog that is in no commit"),
        (HEAD, [StackStatus("dev", "unknown", 1, problem="no access"), PROD], r"cannot be read \(no access\)"),
        (HEAD, [DEV, StackStatus("prod", "ahead", 2, Applied(OLD))], "has a newer catalog already, c1"),
        (HEAD, [DEV, StackStatus("prod", "waiting", 0)], "has no place in the order"),
        (HEAD, [DEV], "has no place in the order"),
        (None, [DEV, PROD], "in no git repository"),
        (Revision("c2", "tree2", "file", dirty=True), [DEV, PROD], "changes that are in no commit"),
    ],
)
def test_a_jump_is_refused_with_its_reason(head: Revision | None, stacks: list[StackStatus], words: str) -> None:
    with pytest.raises(PromotionRefusedError, match=words):
        refuse_to_jump("prod", head, stacks)


@pytest.mark.parametrize(
    ("ignored", "dirty"),
    [
        ("policies/own.yaml", True),
        ("policies/deep/own.yml", True),
        ("policies/.DS_Store", False),
        ("policies/a~", False),
    ],
)
def test_what_git_ignores_and_a_catalog_reads_is_in_no_commit(tmp_path: Path, ignored: str, dirty: bool) -> None:
    catalog, file = tmp_path / "policies", tmp_path / "Pulumi.dev.yaml"
    (catalog / "deep").mkdir(parents=True)
    (catalog / "a.yaml").write_text("one")
    file.write_text("config: {}")
    (tmp_path / ".gitignore").write_text("own.*\n.DS_Store\n*~\ndeep/\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    (tmp_path / ignored).write_text("more")
    found = read_revision(catalog, file)
    assert found is not None
    assert found.dirty is dirty
    (tmp_path / ignored).unlink()
    git(tmp_path, "rm", "--quiet", "--cached", file.name)
    (tmp_path / ".gitignore").write_text("Pulumi.*\n")
    git(tmp_path, "add", ".gitignore")
    git(tmp_path, "commit", "--quiet", "-m", "the stack file is nobody's")
    found = read_revision(catalog, file)
    assert found is not None
    assert found.dirty


def test_a_revision_is_that_of_the_catalog_and_the_stack_file(tmp_path: Path) -> None:
    catalog, file = tmp_path / "policies", tmp_path / "Pulumi.dev.yaml"
    catalog.mkdir()
    (catalog / "a.yaml").write_text("one")
    file.write_text("config: {}")
    assert read_revision(catalog, file) is None  # no repository
    git(tmp_path, "init", "--quiet")
    assert read_revision(catalog, file) is None  # no commit
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    first = read_revision(catalog, file)
    assert first is not None
    assert not first.dirty
    (tmp_path / "README").write_text("x")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "not the catalog's")
    second = read_revision(catalog, file)
    assert second is not None
    assert second.same_content(first)
    assert commits_since(first.commit, catalog, file) == ()
    (catalog / "b.yaml").write_text("new")
    dirty = read_revision(catalog, file)
    assert dirty is not None
    assert dirty.dirty
    assert not dirty.same_content(dirty)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "more")
    file.write_text("config: {remit:maxRevoke: 5}")
    git(tmp_path, "commit", "--quiet", "-a", "-m", "a setting")
    found = commits_since(first.commit, catalog, file) or ()
    assert [each.subject for each in found] == ["a setting", "more"]
    assert commits_since("f" * 40, catalog, file) is None
    head = read_revision(catalog, file)
    assert head is not None
    assert is_older(first.commit, head.commit, catalog)
    assert not is_older(head.commit, first.commit, catalog)
    (catalog / "a.yaml").write_text("two")
    write_folder_at(first.commit, catalog, tmp_path / "old")
    assert [each.name for each in (tmp_path / "old").iterdir()] == ["a.yaml"]
    assert (tmp_path / "old" / "a.yaml").read_text() == "one"
    assert file_at(first.commit, file) == b"config: {}"
    with pytest.raises(RevisionError, match="fetch-depth"):
        file_at("f" * 40, file)


def test_a_commit_is_read_whole_whatever_an_export_leaves_out(tmp_path: Path) -> None:
    catalog, file = tmp_path / "policies", tmp_path / "Pulumi.dev.yaml"
    catalog.mkdir()
    (catalog / "a.yaml").write_text("one")
    (tmp_path / ".gitattributes").write_text("a.yaml export-ignore\n* export-subst\n")
    (catalog / "deep").mkdir()
    (catalog / "deep" / "ä b.yaml").write_text("$Format:%H$\n\n")
    (catalog / "link.yaml").symlink_to("a.yaml")
    file.write_text("config: {}")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "not for an export")
    write_folder_at("HEAD", catalog, tmp_path / "whole")
    found = {
        path.relative_to(tmp_path / "whole").as_posix(): path.read_text()
        for path in (tmp_path / "whole").rglob("*.yaml")
    }
    assert found == {"a.yaml": "one", "link.yaml": "one", "deep/ä b.yaml": "$Format:%H$\n\n"}
