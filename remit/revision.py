"""Which commit a catalog is of, by git. Without git, outside of a repository, or untracked, nobody knows.

What counts is content: the ids that git gives to the catalog's folder and to the stack file. Commits that touch
neither are as good as each other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from remit.errors import RemitError

ATTEMPTED = "attempted"
"""The input of the guard, which comes first: the revision that the last run went by, whether it succeeded or not."""

EXPECTED = "expected"
"""And what a scheduled run found there, by which it chose its catalog: the guard refuses if it is another by now."""

OVERTAKEN = (
    "another run of this stack began after this one had read its state: what this one knows is not true any more. "
    "Nothing was changed; run it again"
)


class RevisionError(RemitError):
    """A commit cannot be read."""


@dataclass(frozen=True, slots=True)
class Revision:
    """`catalog` and `stack_file` are git's ids of the folder and the file in `commit`; "" for a file that it has not.

    `dirty`: the work tree has something else.
    """

    commit: str
    catalog: str
    stack_file: str
    dirty: bool = False

    def same_content(self, other: Revision) -> bool:
        """Whether the two say the same of this stack, for sure."""
        return not (self.dirty or other.dirty) and self.catalog == other.catalog and self.stack_file == other.stack_file

    def says_what(self, other: Revision) -> bool:
        """Whether two records may be of one run: all but the commit's id is the same."""
        return replace(self, commit="") == replace(other, commit="")


NOWHERE = Revision("", "", "")
"""Of files of which nobody knows a commit."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit and the first line of what it says."""

    id: str
    subject: str


def said(revision: Revision) -> dict[str, Any]:
    """As a resource's inputs say it."""
    return {
        "commit": revision.commit,
        "catalog": revision.catalog,
        "stackFile": revision.stack_file,
        "dirty": revision.dirty,
    }


def revision_of(inputs: Mapping[str, Any]) -> Revision:
    """`said`, undone."""
    return Revision(
        str(inputs.get("commit", "")),
        str(inputs.get("catalog", "")),
        str(inputs.get("stackFile", "")),
        dirty=bool(inputs.get("dirty")),
    )


def read_revision(catalog: Path, stack_file: Path) -> Revision | None:
    """The revision of the work tree; None when nobody knows."""
    if not catalog.is_dir():
        return None
    commit = _asked(catalog, "rev-parse", "--verify", "HEAD^{commit}")
    folder = _asked(catalog, "rev-parse", "HEAD:./")
    if commit is None or folder is None:
        return None
    file = _asked(stack_file.parent, "rev-parse", f"HEAD:./{stack_file.name}") or ""
    dirty = _changed(catalog, ".") or _changed(stack_file.parent, stack_file.name)
    return Revision(commit, folder, file, dirty=dirty)


def _changed(folder: Path, path: str) -> bool:
    """Whether the work tree has something that HEAD has not; of what git ignores, the files that a catalog reads."""
    said = _asked(folder, "status", "--porcelain", "--untracked-files=all", "--ignored", "--", path) or ""
    return any(
        not line.startswith("!! ") or line.rstrip('"').lower().endswith((".yaml", ".yml")) for line in said.splitlines()
    )


def commits_since(commit: str, catalog: Path, stack_file: Path) -> tuple[Commit, ...] | None:
    """What HEAD has of the two and `commit` has not, newest first; None when `commit` is not known here."""
    told = _asked(catalog, "log", "--format=%H %s", f"{commit}..HEAD", "--", ".", str(stack_file.absolute()))
    if told is None:
        return None
    return tuple(Commit(*line.split(" ", 1)) for line in told.splitlines())


def is_older(commit: str, other: str, folder: Path) -> bool:
    """Whether `other` comes after `commit`, for sure."""
    return commit != other and _asked(folder, "merge-base", "--is-ancestor", commit, other) is not None


def file_at(commit: str, file: Path) -> bytes:
    """A file as a commit has it. Raises RevisionError."""
    return _told(file.parent, commit, "show", f"{commit}:./{file.name}")


def write_folder_at(commit: str, folder: Path, into: Path, path: str = "") -> None:
    """The content of a folder (or of one at a `path` below it) as a commit has it, every file. Raises RevisionError.

    Not by `git archive`, which leaves out what .gitattributes say is not for an export.
    """
    listed = _told(folder, commit, "ls-tree", "-r", "-z", "--full-tree", f"{commit}:./{path}")
    entries = [(*kind.split(), name) for kind, name in (each.split(b"\t", 1) for each in listed.split(b"\0") if each)]
    files = [(mode, id_, os.fsdecode(name)) for mode, type_, id_, name in entries if type_ == b"blob"]
    content = _told(folder, commit, "cat-file", "--batch", given=b"".join(id_ + b"\n" for _, id_, _ in files))
    position = 0
    for mode, _, name in files:
        begin = content.index(b"\n", position) + 1  # "ID blob SIZE", the bytes, an end of line
        end = begin + int(content[position:begin].split()[2])
        _write(into / name, content[begin:end], link=mode == b"120000")
        position = end + 1


def _write(file: Path, content: bytes, *, link: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if link:
        file.symlink_to(os.fsdecode(content))
    else:
        file.write_bytes(content)


def _asked(folder: Path, *arguments: str) -> str | None:
    done = run_git(folder, *arguments)
    return done.stdout.decode(errors="replace").strip() if done and done.returncode == 0 else None


def _told(folder: Path, commit: str, *arguments: str, given: bytes | None = None) -> bytes:
    done = run_git(folder, *arguments, given=given)
    if done is None or done.returncode:
        said = done.stderr.decode(errors="replace").strip() if done else "there is no git"
        raise RevisionError(
            f"commit {commit[:12]} cannot be read: {said} (in CI, check out with the whole history: fetch-depth: 0)"
        )
    return done.stdout


def run_git(folder: Path, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes] | None:
    """What git says of a folder, with its exit code; None where there is no git, or no such folder.

    `given` is what it reads.
    """
    git = shutil.which("git")
    if git is None or not folder.is_dir():
        return None
    return subprocess.run([git, *arguments], cwd=folder, input=given, capture_output=True, check=False)
