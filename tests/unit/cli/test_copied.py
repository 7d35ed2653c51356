"""What is tried in a copy of the catalog touches nobody's file, and its errors name the files that people know."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click
import pytest

from remit.cli.copied import copied
from remit.errors import CatalogError


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=ada", "-c", "user.email=ada@shop.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_copy_is_read_as_it_is_edited_and_the_original_stays(project: Path) -> None:
    original = project / "policies" / "all.yaml"
    text = original.read_text()
    with copied(["prod"]) as base:
        assert base.held("prod").catalog.permission_sets[0].session_duration == "PT8H"
        (base.folder / "all.yaml").write_text(text.replace("session_duration: 8h", "session_duration: 4h"))
        assert base.held("prod").catalog.permission_sets[0].session_duration == "PT4H"
    assert original.read_text() == text


def test_a_commit_is_copied_as_it_was_with_its_stack_file(project: Path) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "first")
    commit = git(project, "rev-parse", "HEAD")
    (project / "policies" / "all.yaml").write_text("permission_sets: [{name: Other}]\n")
    (project / "Pulumi.prod.yaml").write_text('config: {"remit:drift": adopt}\n')
    with copied(["prod"], commit) as base:
        held = base.held("prod")
    assert (held.commit, held.stack.drift, held.catalog.permission_sets[0].name) == (commit, "enforce", "Engineer")


def test_an_error_names_the_file_that_people_know(project: Path) -> None:
    with copied(["prod"]) as base:
        (base.folder / "all.yaml").write_text("permission_sets: [{name: Engineer, sesion: 1}]\n")
        with pytest.raises(CatalogError) as told:
            base.held("prod")
    assert [str(each.source) for each in told.value.problems] == ["policies/all.yaml:1"]
    (project / "Pulumi.prod.yaml").write_text('config: {"remit:drift": maybe}\n')
    with pytest.raises(CatalogError, match=r"^Pulumi\.prod\.yaml:1"), copied(["prod"]):
        pass


def test_stacks_of_different_catalogs_are_taken_one_by_one(project: Path) -> None:
    (project / "Pulumi.dev.yaml").write_text('config: {"remit:catalog": other}\n')
    with pytest.raises(click.UsageError, match="different catalogs"), copied(["prod", "dev"]):
        pass
