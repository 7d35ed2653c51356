"""Runs one command and measures it: the time from start to end, and the peak memory of its whole process tree."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_EVERY = 0.2  # seconds between looks at the process tree


class CommandError(RuntimeError):
    """A measured command failed. The text is what it printed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """`peak` in bytes: resident memory of the tree, each page that processes share counted once (PSS, proc(5));
    None where there is no /proc. `cpu`: seconds of all processes of the tree that were waited for.
    """

    seconds: float
    cpu: float
    peak: int | None


def measured(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], timeout: float) -> Cost:
    """Raises CommandError when the command fails or takes longer than `timeout` seconds."""
    began, cpu_before = time.perf_counter(), _cpu_of_children()
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    watch = _Watch(process.pid)
    try:
        printed, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as late:
        process.kill()
        raise CommandError(f"{' '.join(command)} took more than {timeout:.0f} s") from late
    finally:
        peak = watch.end()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise CommandError(f"{' '.join(command)} ended with {process.returncode}:\n{printed[-4000:]}")
    return Cost(seconds, _cpu_of_children() - cpu_before, peak)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Watch:
    """Looks at the memory of a process and all its descendants while they live."""

    def __init__(self, root: int) -> None:
        self._root, self._peak = root, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> int | None:
        self._ended.set()
        self._thread.join()
        return self._peak or None

    def _look(self) -> None:
        while _PROC.exists() and not self._ended.wait(_EVERY):
            self._peak = max(self._peak, sum(map(_resident, _tree(self._root))))


def _tree(root: int) -> list[int]:
    """The process and its descendants."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in os.scandir(_PROC):
        if entry.name.isdigit():
            children[_parent(entry.name)].append(int(entry.name))
    found = [root]
    for process in found:
        found += children[process]
    return found


def _parent(process: str) -> int:
    stat = _text(_PROC / process / "stat").rpartition(")")[2].split()
    return int(stat[1]) if stat else 0


def _resident(process: int) -> int:
    """Its proportional set size: of a page that three processes share, a third."""
    for line in _text(_PROC / str(process) / "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:  # it has ended
        return ""
