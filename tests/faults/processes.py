"""The processes of a project's runs, found by their environment, and their end by force."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

ENGINE, REMIT, AWS_NATIVE, PROGRAM = "engine", "remit plugin", "aws-native plugin", "program"
_MARKS = {ENGINE: b"\0-m\0engine\0", REMIT: b"/provider\0", AWS_NATIVE: b"/aws_native\0", PROGRAM: b"/host.py\0"}


def kill(project: Path, victim: str) -> bool:
    """SIGKILL to one part of a project's run; whether it was there."""
    killed = False
    for pid in running(project):
        if _MARKS[victim] in _read(pid, "cmdline"):
            os.kill(pid, signal.SIGKILL)
            killed = True
    return killed


def running(project: Path) -> set[int]:
    """Every process whose state lies in the project's folder."""
    mark = f"PULUMI_BACKEND_URL=file://{project}\0".encode()
    pids = {int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()}
    return {pid for pid in pids if mark in _read(pid, "environ")}


def survivors(project: Path, seconds: float = 10.0) -> set[int]:
    """The project's processes that still run after so many seconds at most."""
    deadline = time.monotonic() + seconds
    while (left := running(project)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _read(pid: int, what: str) -> bytes:
    """b"" for a process that is gone, or another user's, or a zombie."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""
