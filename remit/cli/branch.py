"""Commits on a branch of their own, by git's plumbing: neither the work tree nor the index is touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from remit.cli.git import GitError, commit_of

_FILE = "100644"
_TREE = "Remit-Tree: "
"""What a message ends with: the files as we wrote them, which a commit that somebody amended has no more."""
_NOBODY = {"GIT_AUTHOR_NAME": "remit", "GIT_COMMITTER_NAME": "remit"}
_NOWHERE = {"GIT_AUTHOR_EMAIL": "remit@localhost", "GIT_COMMITTER_EMAIL": "remit@localhost"}


@dataclass(frozen=True, slots=True)
class NewCommit:
    """`files`: new texts by path from the repository's root; None: the file goes. `at`: when what it tells happened."""

    message: str
    files: Mapping[str, str | None]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone. `root` is its work tree, `head` the commit that is checked out."""

    root: Path
    head: str

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The clone that a folder is in. Raises GitError."""
        root = Path(_git(folder, "rev-parse", "--show-toplevel").strip())
        return cls(root, commit_of("HEAD", root))

    def path(self, folder: Path, place: str) -> str:
        """The path from the root of what stands at a place in a folder."""
        return f"{_git(folder, 'rev-parse', '--show-prefix').strip()}{place}"

    def changed(self, folder: Path) -> bool:
        """Whether a folder has changes that are in no commit."""
        return bool(_git(folder, "status", "--porcelain", "--untracked-files=all", "--", "."))

    def put(self, branch: str, commits: Sequence[NewCommit], mark: str) -> str:
        """The branch is `head` and these commits, and nothing else; without any it goes. Returns its tip.

        The same commits are the same branch again: they are dated by what they tell. Raises GitError for a branch that
        is checked out, or has a commit of somebody else: one whose message lacks the mark, or whose files are not as we
        wrote them.
        """
        old = self._ours(branch, mark)
        if commits:
            tip = self._made(commits)
            _git(self.root, "update-ref", f"refs/heads/{branch}", tip, old)
            return tip
        if old:
            _git(self.root, "update-ref", "-d", f"refs/heads/{branch}", old)
        return ""

    def _ours(self, branch: str, mark: str) -> str:
        """The branch's tip, "" where there is none."""
        if _run(self.root, "check-ref-format", "--branch", branch).returncode:
            raise click.BadParameter(f"{branch!r} is no name of a branch")
        for line in _git(self.root, "worktree", "list", "--porcelain").splitlines():
            if line == f"branch refs/heads/{branch}":
                raise GitError(f"branch {branch} is checked out: name another one, or leave --branch out to write here")
        old = _run(self.root, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").stdout.decode().strip()
        if old:
            told = _git(self.root, "log", "--format=%h %s%x00%T%x00%B%x01", old, f"^{self.head}").split("\x01\n")
            strange = [each.partition("\x00")[0] for each in told if each and not _is_as_made(each, mark)]
            if strange:
                raise GitError(
                    f"branch {branch} has a commit that somebody else made or amended: {strange[0]} "
                    "(merge it, delete the branch, or name another one)"
                )
        return old

    def _made(self, commits: Iterable[NewCommit]) -> str:
        tip, last = self.head, int(_git(self.root, "show", "--no-patch", "--format=%ct", self.head))
        with TemporaryDirectory(prefix="remit-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            _git(self.root, "read-tree", self.head, environment=index)
            for each in commits:
                for path, text in each.files.items():
                    self._stage(path, text, index)
                written = max(last, int(each.at.timestamp()) if each.at else 0)
                last = written
                dates = {
                    "GIT_AUTHOR_DATE": f"{int(each.at.timestamp()) if each.at else written} +0000",
                    "GIT_COMMITTER_DATE": f"{written} +0000",
                }
                tree = _git(self.root, "write-tree", environment=index).strip()
                made = ("commit-tree", tree, "-p", tip, "-F", "-")
                message = f"{each.message.rstrip()}\n{_TREE}{tree}\n"
                tip = _git(self.root, *made, given=message, environment={**dates, **self._identity()}).strip()
        return tip

    def _stage(self, path: str, text: str | None, index: Mapping[str, str]) -> None:
        if text is None:
            _git(self.root, "update-index", "--force-remove", "--", path, environment=index)
            return
        blob = _git(self.root, "hash-object", "-w", "--stdin", "--path", path, given=text).strip()
        known = _git(self.root, "ls-files", "--stage", "--", path, environment=index)
        mode = known.partition(" ")[0] or _FILE
        _git(self.root, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", environment=index)

    def _identity(self) -> Mapping[str, str]:
        """A CI job's git knows nobody."""
        known = {key: _run(self.root, "config", f"user.{key}").returncode == 0 for key in ("name", "email")}
        given = {**({} if known["name"] else _NOBODY), **({} if known["email"] else _NOWHERE)}
        return {name: value for name, value in given.items() if name not in os.environ}


def _is_as_made(told: str, mark: str) -> bool:
    """Of a commit as `_ours` reads it: subject, tree and message."""
    _, tree, message = told.split("\x00", 2)
    return mark in message and f"\n{_TREE}{tree}" in message


def _git(folder: Path, *arguments: str, given: str = "", environment: Mapping[str, str] | None = None) -> str:
    done = _run(folder, *arguments, given=given, environment=environment)
    if done.returncode:
        raise GitError(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()


def _run(
    folder: Path, *arguments: str, given: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=folder,
            input=given.encode(),
            env={**os.environ, **(environment or {})},
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not on PATH") from error
