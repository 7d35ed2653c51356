"""A branch of commits, made beside whatever somebody has checked out."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from remit.cli.branch import NewCommit, Repository
from remit.cli.git import GitError

MARK = "Remit-Stack: "
THEN = datetime(2026, 5, 1, tzinfo=UTC)
FIRST = NewCommit(f"Adopt one\n\n{MARK}prod\n", {"policies/a.yaml": "a: ü\n"}, THEN)
SECOND = NewCommit(f"Adopt two\n\n{MARK}prod\n", {"policies/b.yaml": None, "policies/new/c.yaml": "c: 1\n"})


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=ada", "-c", "user.email=ada@shop.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with a catalog, a file that is staged, and one that is changed."""
    (tmp_path / "policies").mkdir()
    for name in ("a", "b"):
        (tmp_path / "policies" / f"{name}.yaml").write_text(f"{name}: 0\n")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    (tmp_path / "policies" / "a.yaml").chmod(0o755)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    (tmp_path / "policies" / "b.yaml").write_text("b: changed\n")
    (tmp_path / "staged").write_text("x")
    git(tmp_path, "add", "staged")
    return tmp_path


def put(clone: Path, *commits: NewCommit, branch: str = "sync") -> str:
    return Repository.around(clone / "policies").put(branch, commits, MARK)


def test_the_branch_is_head_and_the_commits_and_nothing_here_changes(clone: Path) -> None:
    before = (
        git(clone, "status", "--porcelain"),
        git(clone, "rev-parse", "HEAD"),
        git(clone, "branch", "--show-current"),
    )
    tip = put(clone, FIRST, SECOND)
    after = git(clone, "status", "--porcelain"), git(clone, "rev-parse", "HEAD"), git(clone, "branch", "--show-current")
    assert before == after
    assert git(clone, "rev-parse", "sync").strip() == tip
    assert git(clone, "log", "--format=%s", "sync").split("\n")[:-1] == ["Adopt two", "Adopt one", "first"]
    assert git(clone, "show", "sync:policies/a.yaml") == "a: ü\n"
    assert git(clone, "ls-tree", "-r", "--name-only", "sync").split() == ["policies/a.yaml", "policies/new/c.yaml"]
    assert git(clone, "ls-tree", "sync", "policies/a.yaml").startswith("100755 ")
    assert git(clone, "log", "-1", "--format=%aI", "sync~1").startswith("2026-05-01T00:00:00")


def test_the_same_commits_are_the_same_branch(clone: Path) -> None:
    assert put(clone, FIRST, SECOND) == put(clone, FIRST, SECOND)
    assert put(clone, FIRST) == git(clone, "rev-parse", "sync").strip()
    assert git(clone, "log", "--format=%s", "sync").split("\n")[:-1] == ["Adopt one", "first"]


def test_without_a_commit_the_branch_goes(clone: Path) -> None:
    assert put(clone) == ""
    put(clone, FIRST)
    assert put(clone) == ""
    assert git(clone, "branch", "--list", "sync") == ""


def test_a_branch_with_somebodys_commit_is_refused(clone: Path) -> None:
    put(clone, FIRST)
    theirs = git(clone, "commit-tree", "sync^{tree}", "-p", "sync", "-m", "Say why").strip()
    git(clone, "update-ref", "refs/heads/sync", theirs)
    with pytest.raises(GitError, match=r"a commit that somebody else made or amended: .* Say why"):
        put(clone, FIRST, SECOND)
    assert git(clone, "rev-parse", "sync").strip() == theirs


def test_a_commit_that_somebody_amended_is_not_thrown_away(clone: Path) -> None:
    tip = put(clone, FIRST)
    message = git(clone, "log", "-1", "--format=%B", tip)
    theirs = git(clone, "commit-tree", "main^{tree}", "-p", "main", "-m", message).strip()
    git(clone, "update-ref", "refs/heads/sync", theirs)
    with pytest.raises(GitError, match=r"made or amended: .* Adopt one"):
        put(clone, FIRST, SECOND)
    assert git(clone, "rev-parse", "sync").strip() == theirs


def test_a_branch_that_is_checked_out_is_refused(clone: Path) -> None:
    with pytest.raises(GitError, match="branch main is checked out"):
        put(clone, FIRST, branch="main")


def test_a_name_that_git_does_not_take_is_refused(clone: Path) -> None:
    with pytest.raises(click.BadParameter, match="no name of a branch"):
        put(clone, FIRST, branch="a..b")


def test_where_git_knows_nobody_the_commits_are_remits(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    put(clone, FIRST)
    assert git(clone, "log", "-1", "--format=%an <%ae>", "sync").strip() == "remit <remit@localhost>"


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        Repository.around(tmp_path)
