"""The Python of the scenarios, whose imports are behind it, is to whoever starts it as any other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warm import LATER

TOLD = """
import json, os, sys, time
print(json.dumps([sys.argv, os.getcwd(), os.environ.get("SAID"), sys.stdin.read(), sys.path[0], __name__]))
print("ñ, and no line", end="", file=sys.stderr)
"""
ENDS = ["", "sys.exit(3)", "sys.exit('words')", "raise SystemExit", "os.kill(os.getpid(), 15)", "os.abort()"]
AHEAD = "import datetime, os\nprint((datetime.datetime.now().date() - datetime.date.today()).days, os.getppid())"
WAITS = "import time\nprint('begun', flush=True)\ntime.sleep(60)"


@pytest.fixture
def program(tmp_path: Path, warm: Path | None) -> Path:
    """A file to write a program to."""
    if warm is None:
        pytest.skip("it is for Linux alone")
    return tmp_path / "program.py"


def ran(python: Path, program: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [python / "bin" / "python", program, *arguments],
        cwd=program.parent,
        env={**os.environ, **environment},
        input="given",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("end", ENDS)
def test_a_program_is_told_and_tells_the_same(end: str, unbuffered: str, program: Path, warm: Path) -> None:
    program.write_text(f"{TOLD}\n{end}\n")
    there = {"SAID": "a=b\nñ", "PYTHONUNBUFFERED": unbuffered}
    assert ran(warm, program, "", "two words", **there) == ran(Path(sys.prefix), program, "", "two words", **there)


def test_remit_is_there_under_its_name(warm: Path | None, tmp_path: Path) -> None:
    for environment in filter(None, (warm, Path(sys.prefix))):
        command = [str(environment / "bin" / "remit"), "validate", "--catalog", "nowhere"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, "nowhere" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("days", ["0", "4"])
def test_its_clock_is_days_ahead_where_it_is_told_so(days: str, program: Path, warm: Path) -> None:
    program.write_text(AHEAD)
    there = {"PYTHONPATH": str(LATER), "REMIT_TEST_DAYS": days}
    forked, started = (ran(python, program, **there)[1].split() for python in (warm, Path(sys.prefix)))
    assert forked[0] == started[0] == days
    assert started[1] == str(os.getpid()) != forked[1], "the one is a fork of the server's, the other is not"


def test_a_program_that_fails_says_where(program: Path, warm: Path) -> None:
    program.write_text("def f():\n    raise ValueError('no')\nf()\n")
    code, _, said = ran(warm, program)
    assert code == 1
    assert said.endswith(f"File \"{program}\", line 2, in f\n    raise ValueError('no')\nValueError: no\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_the_program_and_whoever_started_it_sees_that(
    number: signal.Signals, program: Path, warm: Path
) -> None:
    program.write_text(WAITS)
    command = [warm / "bin" / "python", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        assert process.stdout.read() == "", "it has ended, or it would still hold its end"
        assert process.wait() == -number
