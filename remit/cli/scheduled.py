"""`remit up --scheduled`: what is new comes, what has ended goes, what is enforced is reverted, the rest is left alone.

For runs that nobody looks at: something ended, an account came, somebody changed something by hand. They go by the
catalog that the stack got last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from remit.cli.drift_formats import print_drift
from remit.cli.enforcing import Examined, NotAppliedError, chosen, enforced, ids, write_outcome
from remit.cli.engine import Engine, RunEnd, run_beneath
from remit.cli.held import held
from remit.cli.words import counted
from remit.drift.by_hand import ByHand
from remit.drift.ended import Ended
from remit.drift.kept import Kept, kept
from remit.drift.repair import known_targets
from remit.drift.values import Drift
from remit.planning.unending import unending

_STOPPED = 130  # as a shell says of Ctrl-C: the refresh was done, the rest was not begun

Start = Callable[[Sequence[str]], int]
"""Runs the engine with these arguments after `up`; returns its exit code."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What a scheduled run found that somebody did by hand, and what of it it leaves."""

    examined: Examined
    drift: Drift
    kept: Kept

    @classmethod
    def of(cls, examined: Examined) -> Scheduled:
        found, reading, recorded = examined.found, examined.reading, examined.recorded
        ended = Ended(reading.plan, unending(found.catalog, reading.organization, found.stack))
        findings = ByHand(reading.plan, reading.live, recorded, ended, found.stack).among(reading.drift.findings)
        reported = [each for each in findings if each.mode != "enforce"]
        keep = kept(reported, reading.plan, reading.live, recorded, ended=ended)
        return cls(examined, replace(reading.drift, findings=findings), keep)


def scheduled_up(engine: Engine, stack: str, arguments: Sequence[str], output: Path | None, start: Start) -> int:
    """The exit code. Raises what reading raises, and NotAppliedError."""
    with held(stack, None, work_tree=False) as found:
        if not found.applied:
            raise NotAppliedError(f"nothing runs again: {found.why_not_applied} (apply a commit first by remit up)")
        run = Scheduled.of(Examined.of(engine, found))
        wanted = enforced(run.drift.findings)
        if run.drift.findings or run.drift.unread:
            print_drift(run.drift)
        with run.examined.keeping(run.kept):
            seen = _see(engine, run)
            code = (seen.code or _STOPPED) if seen.stopped else start(arguments) or seen.code
        left = run.examined.left(wanted) if wanted else set[str]()
    if output:  # what is left to people the daily run tells: an hourly message of it would be one too many
        write_outcome(output, replace(run.drift, findings=wanted), ids(wanted), left, code)
    if wanted:
        click.echo(f"{counted(len(ids(wanted) - left), 'difference')} reverted, {len(left)} left", err=True)
    return code


def _see(engine: Engine, run: Scheduled) -> RunEnd:
    """The engine goes by its state: what is to be reverted is read into it first, and nothing else."""
    found = run.examined
    targets = known_targets(run.drift.findings, found.recorded, found.reading.live, pooled=found.pooled)
    if not targets:
        return RunEnd(0, stopped=False)
    options = ["--stack", found.found.stack.name, "--yes", "--skip-preview", "--non-interactive", *chosen(targets)]
    return run_beneath([*engine.command, "refresh", *options])
