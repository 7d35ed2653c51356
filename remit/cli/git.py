"""Reading files of a git revision, without touching the work tree."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from remit.errors import RemitError
from remit.revision import run_git, write_folder_at


class GitError(RemitError):
    """git is not there, or refuses."""

    exit_code = 2


def commit_of(revision: str, folder: Path) -> str:
    """The commit that a revision stands for. Raises click.BadParameter when it stands for none."""
    done = _run(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"], folder)
    if done.returncode:
        raise click.BadParameter(f"{revision!r} is no git revision, no folder and no saved plan")
    return done.stdout.decode().strip()


def file_at(commit: str, path: str, folder: Path) -> bytes | None:
    """The content of a file (a path from `folder`) in a commit; None if it is not there."""
    done = _run(["cat-file", "blob", f"{commit}:./{path}"], folder)
    return done.stdout if done.returncode == 0 else None


def extract(commit: str, path: str, folder: Path, into: Path) -> bool:
    """Write a folder of a commit below `into`, at the same path; False if the commit has no such folder."""
    if _run(["cat-file", "-e", f"{commit}:./{path}"], folder).returncode:
        return False
    write_folder_at(commit, folder, into / path, path)
    return True


def _run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    done = run_git(folder, *arguments)
    if done is None:
        raise GitError("git is not on PATH: compare folders, or plans that `remit plan --json` saved")
    return done
