"""Which commit a catalog is of, by git. Without git, outside of a repository, or untracked, nobody knows.

What counts is content: the ids that git gives to the catalog's folder and to the stack file. Commits that touch
neither are as good as each other.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from remit.errors import RemitError


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


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit and the first line of what it says."""

    id: str
    subject: str


def read_revision(catalog: Path, stack_file: Path) -> Revision | None:
    """The revision of the work tree; None when nobody knows."""
    if not catalog.is_dir():
        return None
    commit = _asked(catalog, "rev-parse", "--verify", "HEAD^{commit}")
    folder = _asked(catalog, "rev-parse", "HEAD:./")
    if commit is None or folder is None:
        return None
    file = _asked(stack_file.parent, "rev-parse", f"HEAD:./{stack_file.name}") or ""
    changed = _asked(catalog, "status", "--porcelain", "--untracked-files=all", "--", ".")
    changed_file = _asked(stack_file.parent, "status", "--porcelain", "--", stack_file.name)
    return Revision(commit, folder, file, dirty=bool(changed or changed_file))


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


def write_folder_at(commit: str, folder: Path, into: Path) -> None:
    """The content of a folder as a commit has it. Raises RevisionError."""
    unpack(_told(folder, commit, "archive", "--format=tar", commit, "."), into)


def unpack(archive: bytes, into: Path) -> None:
    """Write the files of a tar archive, as `git archive` makes one, below `into`."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        if hasattr(tarfile, "data_filter"):
            opened.extractall(into, filter="data")
        else:  # Python 3.11.0 to 3.11.3 know no filter: it is as in a checkout, which has the same links
            opened.extractall(into)  # noqa: S202


def _asked(folder: Path, *arguments: str) -> str | None:
    done = run_git(folder, *arguments)
    return done.stdout.decode(errors="replace").strip() if done and done.returncode == 0 else None


def _told(folder: Path, commit: str, *arguments: str) -> bytes:
    done = run_git(folder, *arguments)
    if done is None or done.returncode:
        said = done.stderr.decode(errors="replace").strip() if done else "there is no git"
        raise RevisionError(
            f"commit {commit[:12]} cannot be read: {said} (in CI, check out with the whole history: fetch-depth: 0)"
        )
    return done.stdout


def run_git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    """What git says of a folder, with its exit code; None where there is no git, or no such folder."""
    git = shutil.which("git")
    if git is None or not folder.is_dir():
        return None
    return subprocess.run([git, *arguments], cwd=folder, capture_output=True, check=False)
