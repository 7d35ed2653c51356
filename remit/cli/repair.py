"""`remit repair`: reverts what was changed by hand where the catalog says enforce; that alone."""

from __future__ import annotations

import os
from pathlib import Path

import click

from remit.cli.deploy import retire_first, set_engine_defaults, stay_with_its_way
from remit.cli.drift_formats import print_drift
from remit.cli.enforcing import Examined, NotAppliedError, chosen, enforced, ids, write_outcome
from remit.cli.engine import Engine, announce, choose_engine, run_beneath
from remit.cli.held import held
from remit.cli.run_report import cleared
from remit.cli.words import counted
from remit.drift.kept import kept
from remit.drift.repair import targets
from remit.drift.unplanned import Unplanned


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
    if output:
        cleared(output, "--output")
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
        examined = Examined.of(engine, found)
        drift = examined.reading.drift
        wanted = enforced(drift.findings)
        if wanted and not preview:
            examined.refuse_if_overtaken(engine)
        print_drift(drift)
        code = _run(engine, examined, preview=preview) if wanted else 0
        left = ids(wanted) if preview or not wanted else examined.left(wanted)
    if output:
        write_outcome(output, drift, ids(wanted), left, code)
    if wanted and not preview:
        click.echo(f"{counted(len(ids(wanted) - left), 'difference')} reverted, {len(left)} left", err=True)
    click.get_current_context().exit(code)


def _run(engine: Engine, examined: Examined, *, preview: bool) -> int:
    """The engine's exit code."""
    findings, plan, recorded = examined.reading.drift.findings, examined.reading.plan, examined.recorded
    reported = [each for each in findings if each.mode != "enforce"]
    unplanned = Unplanned.of(recorded.urns, plan)
    verb = ("preview",) if preview else ("up", "--yes", "--skip-preview")
    command = [*engine.command, *verb, "--stack", examined.found.stack.name, "--refresh", "--non-interactive"]
    set_engine_defaults(examined.found.stack.name)
    with examined.keeping(kept(reported, plan, examined.reading.live, recorded, unplanned=unplanned)):
        options = chosen(targets(findings, recorded.urns, pooled=examined.pooled))
        return run_beneath([*command, *options]).code
