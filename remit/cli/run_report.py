"""`--report FILE` of preview, up, refresh and destroy: the engine runs beneath us, and then its event log is told."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from remit.ci.environment import run_address
from remit.cli.engine import run_beneath
from remit.errors import RemitError
from remit.reporting.build import Run, build_report
from remit.reporting.events import Diagnostic, EventLog, read_events

REPORT = "--report"


class ReportError(RemitError):
    """The report cannot be written where it was asked for; said before the engine starts."""

    exit_code = 2


def without_file(arguments: Sequence[str], option: str) -> tuple[list[str], Path | None]:
    """The engine's own arguments, and the file of an option of ours. Raises ReportError for one without a file."""
    rest: list[str] = []
    file: str | None = None
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == option or argument.startswith(f"{option}="):
            file = argument.partition("=")[2] if "=" in argument else next(waiting, "")
            if not file:
                raise ReportError(f"{option} needs a file")
        else:
            rest.append(argument)
    return rest, Path(file) if file else None


def cleared(file: Path, option: str) -> None:
    """One of an older run must not be taken for this one's. Raises ReportError where none can be written."""
    try:
        file.write_bytes(b"")
        if file.is_file() and not file.is_symlink():  # /dev/stdout is no file of ours
            file.unlink()
    except OSError as error:
        raise ReportError(f"{option} {file} cannot be written: {error.strerror}") from error


@dataclass(frozen=True)
class Reporter:
    """Writes the report of one run to `file`, whatever becomes of the run."""

    file: Path
    verb: str
    stack: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        cleared(self.file, REPORT)

    def run(self, command: Sequence[str]) -> int:
        """Runs the engine, its terminal being ours, and reports. Returns its exit code, 128 and more for a signal."""
        with tempfile.TemporaryDirectory(prefix="remit-") as folder:
            log = Path(folder) / "events.jsonl"
            logged = [*command, "--event-log", str(log)]
            code = run_beneath(logged, os.environ | {"PULUMI_DEBUG_COMMANDS": "true"}).code
            text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        self._write(code, text)
        return code

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What is wrong before the engine starts is reported too."""
        try:
            yield
        except RemitError as error:
            self._save(error.exit_code, EventLog([], [Diagnostic("error", str(error))], ended=True))
            raise

    def _write(self, code: int, text: str) -> None:
        try:
            self._save(code, read_events(text))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            words = f"the engine's event log could not be read ({type(error).__name__}: {error})"
            self._save(code, EventLog([], [Diagnostic("error" if code else "warning", words)], ended=True))

    def _save(self, code: int, log: EventLog) -> None:
        now = datetime.now(UTC)
        run = Run(self.verb, self.stack, code, self.started, now, run_address(os.environ))
        report = build_report(run, log)
        try:
            self.file.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            click.echo(f"warning: the report could not be written: {error.strerror}", err=True)
