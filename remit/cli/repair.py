"""`remit repair`, the scheduled run: reverts what was changed by hand where the catalog says enforce; that alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from remit import kept_fan_out
from remit.cli.deploy import go_on_after_failures, retire_first, stay_with_its_way
from remit.cli.drift import Reading, read_drift
from remit.cli.drift_formats import print_drift
from remit.cli.engine import Engine, announce, choose_engine
from remit.cli.held import Held, held
from remit.cli.progress import progress_on_terminal
from remit.cli.retire import exported_state
from remit.cli.words import counted
from remit.drift.repair import kept, targets
from remit.drift.run import VARIABLE, Repair
from remit.drift.unplanned import Unplanned, Urn
from remit.drift.values import Drift, as_json
from remit.errors import RemitError
from remit.kept_fan_out import keeping


class NotAppliedError(RemitError):
    """Nobody knows which catalog the stack has, so nobody knows what to revert to."""


@click.command()
@click.option("--stack", metavar="STACK", required=True, help="Reads Pulumi.STACK.yaml beside Pulumi.yaml.")
@click.option("--preview", is_flag=True, help="Show what would be reverted; change nothing.")
@click.option("--work-tree", is_flag=True, help="Go by the catalog as it is here, applied or not.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="The drift that was found, as remit drift --json has it, and under `repair` what became of it.",
)
def repair(stack: str, output: Path | None, *, preview: bool, work_tree: bool) -> None:
    """Revert what was changed by hand, where the catalog says `drift: enforce`, and nothing else.

    Goes by the catalog that the stack got last: what waits to be applied goes on waiting. What is `drift: report` stays
    as it is, to the single assignment.
    """
    engine = choose_engine(os.environ)
    announce(engine)
    stay_with_its_way(engine, stack)
    if not preview:
        retire_first(engine, stack)
    with held(stack, None, work_tree=work_tree) as found:
        if not found.applied and not work_tree:
            raise NotAppliedError(
                f"nothing is reverted: {found.why_not_applied} (apply a commit first by remit up, "
                "or go by the work tree: --work-tree)"
            )
        reading = _read(found)
        wanted = {each.id for each in reading.drift.findings if each.mode == "enforce"}
        print_drift(reading.drift)
        code = _run(engine, found, reading, preview=preview) if wanted else 0
        left = wanted if preview or not wanted else _left(found, wanted) if code else set()
    if output:
        output.write_text(_document(reading.drift, wanted - left, left, code), encoding="utf-8")
    if wanted and not preview:
        click.echo(f"{counted(len(wanted - left), 'difference')} reverted, {len(left)} left", err=True)
    click.get_current_context().exit(code)


def _read(found: Held) -> Reading:
    with progress_on_terminal() as told:
        return read_drift(found, told)


def _left(found: Held, wanted: Collection[str]) -> set[str]:
    """What a run that failed did not revert: AWS is asked once more."""
    return {each.id for each in _read(found).drift.findings} & set(wanted)


def _run(engine: Engine, found: Held, reading: Reading, *, preview: bool) -> int:
    """The engine's exit code."""
    stack = keeping(found.stack, os.environ.get(kept_fan_out.VARIABLE))
    pooled = stack.fan_out_over(len({each.account for each in reading.plan.managed_policies})) == "pooled"
    state = _state(engine, found.stack.name)
    chosen = targets(reading.drift.findings, state, pooled=pooled)
    with TemporaryDirectory(prefix="remit-") as folder:
        file = Path(folder, "repair.json")
        unplanned = Unplanned.of(state, reading.plan)
        keep = kept(reading.drift.findings, reading.live, unplanned, pooled=pooled)
        Repair(found.stack_file.absolute(), found.folder.absolute(), keep).write(file)
        verb = ("preview",) if preview else ("up", "--yes", "--skip-preview")
        command = [*engine.command, *verb, "--stack", found.stack.name, "--refresh", "--non-interactive"]
        go_on_after_failures()
        return _carried_out([*command, *(part for each in chosen for part in ("--target", each))], file)


def _state(engine: Engine, stack: str) -> list[Urn]:
    resources = (exported_state(engine, stack).get("deployment") or {}).get("resources") or ()
    return [Urn.of(resource["urn"]) for resource in resources if not resource.get("delete")]


def _carried_out(command: Sequence[str], file: Path) -> int:
    sys.stdout.flush()
    return subprocess.run(command, env={**os.environ, VARIABLE: str(file)}, check=False).returncode


def _document(drift: Drift, repaired: Collection[str], left: Collection[str], code: int) -> str:
    told: dict[str, Any] = {"exit_code": code, "repaired": sorted(repaired), "left": sorted(left)}
    return json.dumps({**as_json(drift), "repair": told}, indent=2, ensure_ascii=False) + "\n"
