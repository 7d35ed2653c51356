"""Which engine carries a run out: Pulumi where it is, the embedded one where it is not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

import click

from remit.errors import RemitError

UNKNOWN_STACK = "no stack named"
"""How both engines say that there is no such stack."""

ENGINE_DEFAULTS: Mapping[str, str] = {"PULUMI_CONTINUE_ON_ERROR": "true"}
"""What our verbs set for an engine where the user's environment does not: a failure in one account holds up what
depends on it alone."""

SPARING_MEMORY: Mapping[str, str] = {"GOGC": "25"}
"""And for Go programs: the Pulumi CLI, which grows with the accounts, takes less memory for a little more CPU.

Not with aliases: there the stock plugins take nearly all of it, and only start slower."""


def engine_defaults(fan_out: str) -> Mapping[str, str]:
    """What our verbs set for an engine, in whose stack file remit:fanOut is this."""
    return ENGINE_DEFAULTS if fan_out == "aliases" else {**ENGINE_DEFAULTS, **SPARING_MEMORY}


class EngineError(RemitError):
    """There is no engine as asked for, or it failed."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`command` is what its verbs are appended to; `reason` says why it is this one."""

    name: str
    command: tuple[str, ...]
    reason: str


def choose_engine(environment: Mapping[str, str], which: Callable[[str], str | None] = shutil.which) -> Engine:
    """Pulumi if it is on PATH, else the embedded engine; REMIT_ENGINE forces one. Raises EngineError."""
    wanted = environment.get("REMIT_ENGINE", "")
    if wanted not in {"", "pulumi", "embedded"}:
        raise EngineError(f"REMIT_ENGINE={wanted} is no engine (set it to pulumi or embedded, or unset it)")
    pulumi = which("pulumi")
    if wanted == "pulumi" and pulumi is None:
        raise EngineError("REMIT_ENGINE=pulumi, but there is no pulumi on PATH (install it, or unset REMIT_ENGINE)")
    if pulumi and wanted != "embedded":
        return Engine("pulumi", (pulumi,), "REMIT_ENGINE" if wanted else "on PATH")
    reason = "REMIT_ENGINE" if wanted else "no pulumi on PATH"
    return Engine("embedded", (sys.executable, "-m", "engine"), reason)


def announce(engine: Engine) -> None:
    click.echo(f"engine: {engine.name} ({engine.reason})", err=True)


def become(command: Sequence[str]) -> NoReturn:
    """Goes on as that program: its signals, its terminal and its exit code are ours."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], list(command))  # noqa: S606  no shell: the arguments go as they are


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run beneath ours ended. `code`: its exit code, 128 and more for a signal. `stopped`: it was told to end."""

    code: int
    stopped: bool


def run_beneath(command: Sequence[str], environment: Mapping[str, str] = os.environ) -> RunEnd:
    """A run that is stopped ends in its own time, with its state written. Ctrl-C reaches the whole process group: only
    SIGTERM is passed on."""
    sys.stdout.flush()
    sys.stderr.flush()
    process, stopped = subprocess.Popen(list(command), env=dict(environment)), False

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        if number == signal.SIGTERM:
            process.send_signal(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = process.wait()
        return RunEnd(code if code >= 0 else 128 - code, stopped)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def output_of(engine: Engine, *arguments: str, given: str | None = None) -> str:
    """What the engine prints for a verb. Raises EngineError with its words when it fails."""
    done = subprocess.run([*engine.command, *arguments], input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise EngineError(f"{engine.name} {' '.join(arguments[:2])} failed: {said}")
    return done.stdout
