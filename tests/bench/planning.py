"""How long the command line thinks: `validate` and `plan` by the number of assignments, and `--help`.

Alone: python -m tests.bench.planning
"""

# ruff: noqa: T201 - a command that prints

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ACCOUNTS, UNITS, PERMISSION_SETS, GROUPS, POLICIES = 1000, 40, 300, 500, 10
RULES = (250, 500, 1000, 2000)
QUICK = (50,)
_UNITS_A_RULE = 10
_HELP_RUNS = 5


@dataclass(frozen=True, slots=True)
class PlanningRun:
    """One command: `assignments` that its catalog comes to, seconds, and MiB at its peak."""

    command: str
    assignments: int
    time: float
    cpu: float
    memory: float
    load: float


def measure_all(rules: Sequence[int], tell: Callable[[str], None]) -> Iterator[PlanningRun]:
    """`--help`, the fastest of some runs; then `validate` and `plan` with ever more access rules."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield _told(min((_run(["--help"], folder, 0) for _ in range(_HELP_RUNS)), key=lambda run: run.time), tell)
        for count in rules:
            write_project(folder, count)
            assignments = count * _UNITS_A_RULE * ACCOUNTS // UNITS
            for verb in ("validate", "plan"):
                yield _told(_run([verb, "--organization", "org.json"], folder, assignments), tell)


def write_project(folder: Path, rules: int) -> None:
    """A catalog of that many access rules, each for one group in a quarter of the accounts; no two give the same."""
    (folder / "Pulumi.yaml").write_text("name: remit\n")
    (folder / "org.json").write_text(_organization())
    catalog = folder / "policies"
    catalog.mkdir(exist_ok=True)
    statement = "{Effect: Deny, Action: ['iam:*User*'], Resource: 'arn:aws:s3:::{{account.name}}-%s/*'}"
    policies = (f"  - {{name: Policy{n}, targets: '*', statements: [{statement % n}]}}\n" for n in range(POLICIES))
    sets = (
        f"  - {{name: Set{n}, customer_managed_policies: [Policy{n % POLICIES}], aws_managed_policies: [Billing]}}\n"
        for n in range(PERMISSION_SETS)
    )
    (catalog / "policies.yaml").write_text(f"managed_policies:\n{''.join(policies)}")
    (catalog / "sets.yaml").write_text(f"permission_sets:\n{''.join(sets)}")
    (catalog / "access.yaml").write_text("access:\n" + "".join(map(_rule, range(rules))))


def _rule(number: int) -> str:
    units = ", ".join(f"ou:Workloads/Unit{(number + each) % UNITS}" for each in range(_UNITS_A_RULE))
    permission_set = (number * 7 + number // GROUPS) % PERMISSION_SETS
    return f"  - {{groups: [group-{number % GROUPS}], permission_sets: [Set{permission_set}], targets: [{units}]}}\n"


def _organization() -> str:
    accounts = [
        {"id": f"{100_000_000_001 + n}", "name": f"account-{n}", "ou": f"Workloads/Unit{n % UNITS}"}
        for n in range(ACCOUNTS)
    ]
    return json.dumps(
        {
            "organization_id": "o-bench",
            "management_account": "100000000000",
            "accounts": [{"id": "100000000000", "name": "management"}, *accounts],
            "groups": [{"id": f"g-{n}", "name": f"group-{n}"} for n in range(GROUPS)],
            "instance_arn": "arn:aws:sso:::instance/ssoins-1111111111111111",
            "identity_store_id": "d-1111111111",
        }
    )


def _run(arguments: list[str], folder: Path, assignments: int) -> PlanningRun:
    """One command as a process of its own, its output to a file. Raises RuntimeError when it fails."""
    command = [str(Path(sys.executable).with_name("remit")), *arguments]
    begun = time.perf_counter()
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out)
        _, status, used = os.wait4(process.pid, 0)  # Popen itself does not tell what was used
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    taken = time.perf_counter() - begun
    cpu = used.ru_utime + used.ru_stime
    return PlanningRun(f"remit {arguments[0]}", assignments, taken, cpu, used.ru_maxrss / 1024, os.getloadavg()[0])


def _told(run: PlanningRun, tell: Callable[[str], None]) -> PlanningRun:
    tell(f"{run.command}, {run.assignments:,} assignments: {run.time:.2f} s, CPU {run.cpu:.2f} s, {run.memory:.0f} MiB")
    return run


def section(runs: Sequence[PlanningRun]) -> str:
    """The table for the page; "" without a run."""
    if not runs:
        return ""
    rows = "\n".join(
        f"| `{run.command}` | {f'{run.assignments:,}' if run.assignments else ''} | {run.time:.2f} s | {run.cpu:.2f} s "
        f"| {run.memory:.0f} MiB | {run.load:.1f} |"
        for run in runs
    )
    return f"""## How long the command line thinks

{ACCOUNTS:,} accounts, {PERMISSION_SETS} permission sets, {POLICIES} policies in every account; up to {max(RULES):,}
access rules. One process each, the organization from a snapshot; `plan` prints its tables to a file. The aim: loading,
validating and planning 500,000 assignments in under 5 s and 1 GiB, `--help` in under 0.3 s.

| command | assignments | time | CPU | memory | load |
|---|---:|---:|---:|---:|---:|
{rows}"""


if __name__ == "__main__":
    print(section(list(measure_all(RULES, lambda line: print(line, file=sys.stderr, flush=True)))))
