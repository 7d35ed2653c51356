"""An organization and a project after their first `up`, made once; each test that starts from there gets a copy.

A copy of the organization is a fork of the process that holds it, since most of it is moto's and cannot be copied
otherwise; a copy of the project is a copy of its folder.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from remit.snapshot import read_snapshot
from sandbox.options import Options
from sandbox.server import Sandbox, environment_of
from tests.e2e.world import EXAMPLE, ROOT, World


@dataclass(frozen=True)
class Copy:
    """A sandbox in a process of its own, as far as a world needs one."""

    url: str

    def environment(self) -> dict[str, str]:
        return environment_of(self.url, Options().region)


class Template:
    """`folder` is the project, which nobody may change."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.template", engine, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._said() == "ready"

    @contextmanager
    def copy(self) -> Iterator[Copy]:
        assert self._process.stdin is not None
        self._process.stdin.write("fork\n")
        self._process.stdin.flush()
        pid, url = self._said().split()
        try:
            yield Copy(url)
        finally:
            os.kill(int(pid), signal.SIGKILL)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def main(engine: str, folder: Path) -> None:
    """Makes the template, then forks for each line of stdin, until its end."""
    with Sandbox(read_snapshot(EXAMPLE / "organization.yaml")) as sandbox:
        World(folder, sandbox, engine).up()
    _say("ready")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    for _ in iter(sys.stdin.readline, ""):
        if os.fork() == 0:
            try:
                _serve(sandbox)
            finally:
                _say("failed")  # somebody may wait for an answer
                os._exit(1)


def _serve(sandbox: Sandbox) -> None:
    """In the fork: the same world on another port, until it is killed, or its parent is gone."""
    parent = os.getppid()
    with Sandbox.over(sandbox.world) as copy:
        _say(f"{os.getpid()} {copy.url}")
        while os.getppid() == parent:
            signal.sigtimedwait([], 1.0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
