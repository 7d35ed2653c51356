"""A Python whose imports are behind it: a run of Remit starts five programs, which import for three seconds in all.

`warm()` gives a folder that is as good as a virtual environment, to whoever starts its bin/python or bin/remit:
arguments, working directory, environment, standard streams, signals and the exit code are as ever. `start` is both; it
has the program run in a fork of `server`, a process that has imported everything and run nothing. It has the clock of
tests/e2e/later: days ahead where the environment says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_START = Path(__file__).with_name("start.py")
LATER = _ROOT / "tests" / "e2e" / "later"


@contextmanager
def warm() -> Iterator[Path]:
    """Starts a server; gives the environment."""
    environment = Path(tempfile.mkdtemp(prefix="warm-"))
    bin_ = environment / "bin"
    bin_.mkdir()
    (bin_ / "real").symlink_to(sys.executable)
    (bin_ / "path").symlink_to(LATER)
    for name in ("python", "remit"):
        (bin_ / name).write_text(f"#!{sys.executable} -IS\n{_START.read_text(encoding='utf-8')}", encoding="utf-8")
        (bin_ / name).chmod(0o755)
    command = [sys.executable, "-m", "tests.warm.server", str(bin_ / "socket")]
    given, pipe = {**os.environ, "PYTHONPATH": str(LATER)}, subprocess.PIPE
    with subprocess.Popen(command, cwd=_ROOT, env=given, stdin=pipe, stdout=pipe, start_new_session=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        try:
            yield environment
        finally:
            server.communicate()  # the end of its input is its own
    shutil.rmtree(environment)
