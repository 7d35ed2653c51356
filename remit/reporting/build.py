"""A run's report, from the event log and how the run ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from remit.reporting.assignments import assignment_changes
from remit.reporting.drift import drift_found
from remit.reporting.events import Diagnostic, EventLog, Step
from remit.reporting.report import Result, RunReport
from remit.reporting.resources import resource_changes
from remit.resource_types import REVOCATION_GUARD

_PULUMI_FAILED = 255  # what the Pulumi CLI ends with, whatever failed
_INTERRUPTED = ("interrupted:", "update cancelled", "Resource monitor shut down", "CANCELED")


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of a run from outside. `exit_code` is negative, or 128 and its number, when a signal ended it."""

    verb: str
    stack: str
    exit_code: int
    started: datetime
    finished: datetime
    run_url: str = ""


def build_report(run: Run, log: EventLog) -> RunReport:
    """What a run did, with its reasons. A log that ends early still tells all that it holds."""
    names = account_names(log.steps)
    resources = resource_changes(log.steps, log.diagnostics, names)
    assignments = assignment_changes(log.steps, names)
    told = {step.urn for step in log.steps if step.failed}
    return RunReport(
        verb=run.verb,
        stack=run.stack or _stack(log.steps),
        result=_result(run, log),
        exit_code=run.exit_code,
        preview=log.preview,
        started=run.started.isoformat(),
        finished=run.finished.isoformat(),
        run_url=run.run_url,
        assignments=assignments,
        changed=resources.changed,
        failed=resources.failed,
        drift=drift_found(log.steps, names),
        errors=_words(each for each in log.diagnostics if each.severity == "error" and each.urn not in told),
        warnings=_words(each for each in log.diagnostics if each.severity == "warning"),
    )


def account_names(steps: Iterable[Step]) -> dict[str, str]:
    """{account id: name}, which the guard's inputs hold in every run of the program."""
    names: dict[str, str] = {}
    for step in steps:
        for state in (step.old, step.new):
            if step.type == REVOCATION_GUARD and state is not None:
                given = state.inputs.get("accountNames")
                names |= {key: name for key, name in given.items() if name} if isinstance(given, dict) else {}
    return names


def _stack(steps: Iterable[Step]) -> str:
    """The stack of `urn:pulumi:STACK::…`; empty without a step."""
    return next((step.urn.removeprefix("urn:pulumi:").partition("::")[0] for step in steps), "")


def _result(run: Run, log: EventLog) -> Result:
    if run.exit_code == 0:
        return Result.SUCCEEDED
    killed = run.exit_code < 0 or 128 < run.exit_code < _PULUMI_FAILED or (bool(log.steps) and not log.ended)
    stopped = any(each.message.startswith(_INTERRUPTED) for each in log.diagnostics)
    return Result.INTERRUPTED if killed or stopped else Result.FAILED


def _words(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    """Each once, in the order in which they came."""
    return tuple(dict.fromkeys(each.message for each in diagnostics))
