"""Child processes that do not outlive the engine: the program's and the plugins'.

Each has a process group of its own, so that Ctrl-C reaches the engine alone and `stop` reaches all that a child
started. On Linux the kernel kills a child whose engine was killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from engine.errors import PluginError

# PR_SET_PDEATHSIG (1) = SIGKILL, then become the command. Done by a tiny program instead of preexec_fn, which is not
# safe with threads, and gRPC has many.
_TIED = (
    "import ctypes,os,sys;ctypes.CDLL(None).prctl(1,9);"
    "os.getppid()==int(sys.argv[1]) or sys.exit(1);os.execvp(sys.argv[2],sys.argv[2:])"
)
# The signal comes when the *thread* that started the child ends: this one lives as long as the engine.
_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")

Sink = Callable[[str], None]


class Child:
    """A running child process. `on_output` gets each line of its stdout and stderr, from other threads."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], on_output: Sink, first: bool = False
    ) -> None:
        self._first: str | None = None
        self._has_first = threading.Event()
        self._wants_first = first
        tied = [sys.executable, "-ISc", _TIED, str(os.getpid())] if sys.platform == "linux" else []
        self._process = _STARTER.submit(self._start, [*tied, *command], cwd, dict(environment)).result()
        pipes = [self._process.stdout, self._process.stderr]
        self._readers = [
            threading.Thread(target=self._read, args=(pipe, on_output), daemon=True) for pipe in pipes if pipe
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _start(command: list[str], cwd: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def first_line(self, timeout: float) -> str:
        """The first line of stdout; PluginError if the process ends or `timeout` seconds pass before it."""
        if not self._has_first.wait(timeout) or self._first is None:
            code = self._process.poll()
            how = "said nothing" if code is None else f"ended with exit code {code}"
            raise PluginError(f"the plugin {how} instead of printing its port")
        return self._first

    def wait(self) -> int:
        """Wait for the end, and for all its output; returns the exit code."""
        code = self._process.wait()
        for reader in self._readers:
            reader.join(timeout=5)
        return code

    def kill(self) -> None:
        """Send SIGKILL to the group, and do not wait for the end."""
        self._signal(signal.SIGKILL)

    def stop(self, grace: float = 0.0) -> None:
        """End the process and its group: SIGTERM if there is some grace (seconds), then SIGKILL."""
        if grace:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
        self._signal(signal.SIGKILL)
        self._process.wait()
        for reader in self._readers:
            reader.join(timeout=1)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it has gone already
            os.killpg(self._process.pid, number)

    def _read(self, pipe: IO[str], on_output: Sink) -> None:
        is_stdout = pipe is self._process.stdout
        try:
            for line in pipe:
                if is_stdout and self._wants_first and self._first is None:
                    self._first = line.strip()
                    self._has_first.set()
                else:
                    on_output(line.rstrip("\n"))
        except ValueError:
            pass  # the pipe was closed under us: the process is over
        if is_stdout:
            self._has_first.set()
