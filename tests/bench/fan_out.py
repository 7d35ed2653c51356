"""How the two ways to reach accounts grow with their number: `remit:fanOut: aliases` beside `pooled`.

`python -m tests.bench.fan_out [ACCOUNTS…]` measures and prints the section of the page that `make bench` writes. The
program is Remit itself, with five policies in each account and nothing else.
"""

# ruff: noqa: T201 - a command that prints

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from remit.cli.engine import SPARING_MEMORY, engine_defaults
from remit.organization import Account, Organization
from tests.bench.cloud import Cloud
from tests.bench.experiments import Tell
from tests.bench.process import Cost
from tests.bench.project import COMMANDS, ROOT, STACK, Engine, Project, Verb, environment_of
from tests.bench.shape import REGION

Mode = Literal["aliases", "pooled", "pooled, saved at the end"]

POLICIES = 5
STOCK_ALIAS = 138 * 2**20  # bytes: one process of the stock aws-native plugin, measured apart
_MANAGEMENT = "100000000000"
_PROGRAM = ("Pulumi.yaml", "__main__.py", "components", "engine", "provider", "remit", "sandbox")
_VERBS: tuple[Verb, ...] = ("up", "preview", "refresh")
_AT_THE_END: Mode = "pooled, saved at the end"


@dataclass(frozen=True)
class Fleet:
    """An organization of so many accounts beside its management account."""

    accounts: int

    @cached_property
    def organization(self) -> Organization:
        members = tuple(
            Account(id=f"{200000000000 + number}", name=f"account-{number:04}", ou="Workloads")
            for number in range(self.accounts)
        )
        return Organization(
            organization_id="o-bench00001",
            management_account=_MANAGEMENT,
            accounts=(Account(id=_MANAGEMENT, name="management"), *members),
            instance_arn="arn:aws:sso:::instance/ssoins-bench00000000001",
            identity_store_id="d-bench00001",
        )

    @staticmethod
    def catalog() -> str:
        """Five policies of three statements, one of which differs from account to account."""
        statements = [
            {"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"},
            {"Sid": "Own", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::{{account.name}}-*"},
            {"Sid": "Keep", "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"},
        ]
        policies = [
            {"name": f"Policy{number}", "path": "/remit/", "targets": "*", "statements": statements}
            for number in range(POLICIES)
        ]
        return json.dumps({"managed_policies": policies})


@dataclass(frozen=True, slots=True)
class FanOutRun:
    """One command. `calls`: those in member accounts and AssumeRole, or to Cloud Control; `state` in bytes."""

    engine: Engine
    mode: Mode
    accounts: int
    verb: Verb
    cost: Cost
    calls: int
    state: int


def measure(engine: Engine, mode: Mode, accounts: int, tell: Tell) -> list[FanOutRun]:
    """up from nothing, then preview and refresh with nothing to do. Saved at the end: up alone."""
    with _project(engine, mode, Fleet(accounts)) as (cloud, project):
        found = []
        for verb in _VERBS[:1] if mode == _AT_THE_END else _VERBS:
            cloud.forget_calls()
            cost = project.run(verb)
            counted = ("sts:Assume", "iam:", "cloudc")
            calls = sum(count for name, count in cloud.calls().items() if name.startswith(counted))
            state = (project.folder / "state" / ".pulumi" / "stacks" / "remit" / f"{STACK}.json").stat().st_size
            found.append(FanOutRun(engine, mode, accounts, verb, cost, calls, state))
            peak = f"{cost.peak / 2**20:.0f} MiB" if cost.peak else "memory not known"
            load = os.getloadavg()[0]
            tell(
                f"{engine}, {mode}, {accounts} accounts: {verb} {cost.seconds:.1f} s, {calls} calls, {peak}, {load:.1f}"
            )
        return found


@contextmanager
def _project(engine: Engine, mode: Mode, fleet: Fleet) -> Iterator[tuple[Cloud, Project]]:
    folder = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    try:
        with Cloud(fleet, folder) as cloud:
            project = folder / "project"
            (project / "policies").mkdir(parents=True)
            (project / "state").mkdir()
            for part in _PROGRAM:
                (project / part).symlink_to(ROOT / part)
            (project / ".venv").symlink_to(sys.prefix)
            (project / "policies" / "policies.yaml").write_text(fleet.catalog(), encoding="utf-8")
            settings = {"identity_center": {"region": REGION}}
            (project / "policies" / "organization.yaml").write_text(json.dumps(settings), encoding="utf-8")
            fan_out = mode.partition(",")[0]
            config = {"config": {"remit:fanOut": fan_out, "remit:requestRate": 1_000_000}}
            (project / f"Pulumi.{STACK}.yaml").write_text(json.dumps(config), encoding="utf-8")
            saving = {"PULUMI_SKIP_CHECKPOINTS": "true"} if mode == _AT_THE_END else {}
            environment = {**environment_of(project, cloud.environment()), **engine_defaults(fan_out), **saving}
            made = Project(project, engine, environment)
            command = [*COMMANDS[engine], "stack", "init", STACK]
            subprocess.run(command, cwd=project, env=made.environment, check=True, capture_output=True)
            yield cloud, made
    finally:
        shutil.rmtree(folder)


_HEAD = f"""## Accounts: aliases beside pooled

`remit:fanOut: aliases` (a provider alias for each account) beside `pooled` (all through the remit provider): Remit
itself, {POLICIES} policies of three statements in each account, a sandbox without limits or latency. **calls** are
AssumeRole, IAM and Cloud Control, as the sandbox counts them (not what a Cloud Control handler calls). The embedded
engine serves all aliases by one process of its own stand-in; with the Pulumi CLI each is a process of the stock plugin,
of about 138 MiB, which the last table counts where the CLI was not there to measure it. The Pulumi CLI gets what `remit
up` sets for it (pooled: {", ".join(f"`{name}={value}`" for name, value in SPARING_MEMORY.items())}). **Saved at the
end** is `PULUMI_SKIP_CHECKPOINTS=true` ([operations.md](operations.md#one-checkpoint-at-the-end))."""


def section(runs: Sequence[FanOutRun]) -> str:
    """A part of the page, as Markdown; "" without runs."""
    if not runs:
        return ""
    parts = [_HEAD]
    for engine in dict.fromkeys(each.engine for each in runs):
        mine = [each for each in runs if each.engine == engine]
        parts += [f"### On {'the Pulumi CLI' if engine == 'pulumi' else 'the embedded engine'}", _table(mine)]
        parts.append(_targets(engine, mine))
    return "\n\n".join(parts)


def _table(runs: Sequence[FanOutRun]) -> str:
    verbs = " | ".join(_VERBS)
    lines = [f"| accounts | way | {verbs} | peak: {verbs} | calls: {verbs} | state |", "|" + "---|" * 12]
    found: Mapping[tuple[int, Mode, Verb], FanOutRun] = {(each.accounts, each.mode, each.verb): each for each in runs}
    for accounts, mode in dict.fromkeys((each.accounts, each.mode) for each in runs):
        row = [found.get((accounts, mode, verb)) for verb in _VERBS]
        cells = [
            f"{accounts:,}",
            mode,
            *(f"{each.cost.seconds:,.1f} s" if each else "" for each in row),
            *(_mebibytes(each.cost.peak) if each else "" for each in row),
            *(f"{each.calls:,}" if each else "" for each in row),
            f"{found[accounts, mode, 'up'].state / 1000:,.0f} kB",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


_MEMORY, _LINEAR = "within 500 MiB", "linear"
_REASONS = {
    _MEMORY: """\
Memory: the Pulumi CLI takes more than half of it, and grows with the accounts; the program and the remit provider take
the rest, and grow little.""",
    _LINEAR: """\
Time of `up`: the Pulumi CLI writes the whole checkpoint before and after each step to a backend of files, and that
grows with the square of the accounts. Saved at the end it does not; `remit shards` deals them out to several stacks;
Pulumi Cloud takes a journal of the steps instead.""",
}


def _targets(engine: Engine, runs: Sequence[FanOutRun]) -> str:
    judged = list(_judged(engine, runs))
    rows = [f"| {target} | {measured} | {'met' if met else '**missed**'} |" for target, measured, met in judged]
    missed = "\n".join(target for target, _, met in judged if not met)
    reasons = [reason for sign, reason in _REASONS.items() if engine == "pulumi" and sign in missed]
    return "\n\n".join(["\n".join(["| target | measured | |", "|---|---|---|", *rows]), *reasons])


def _judged(engine: Engine, runs: Sequence[FanOutRun]) -> Iterator[tuple[str, str, bool]]:
    peaks = {(each.mode, each.accounts): 0 for each in runs}
    for each in runs:
        peaks[each.mode, each.accounts] = max(peaks[each.mode, each.accounts], each.cost.peak or 0)
    for each in runs:
        if each.mode == "pooled" and each.verb == "refresh":
            share = each.calls / each.accounts
            yield f"a refresh of {each.accounts:,} accounts in 2 or 3 calls an account", f"{share:.1f}", share <= 3
        if each.mode == "pooled" and each.verb == "preview":
            yield f"a preview of {each.accounts:,} accounts without a call to one", str(each.calls), not each.calls
    if ("pooled", 1000) in peaks:
        peak = peaks["pooled", 1000]
        yield "1,000 accounts within 500 MiB for the whole tree", _mebibytes(peak), peak <= 500 * 2**20
    if ("pooled", 100) in peaks:
        measured = engine == "pulumi" and ("aliases", 100) in peaks
        aliases = peaks["aliases", 100] if measured else 100 * STOCK_ALIAS
        how = "measured" if measured else "138 MiB each"
        ratio = aliases / peaks["pooled", 100] if peaks["pooled", 100] else 0.0
        yield f"100 accounts in at least 10x less memory than by aliases ({how})", f"{ratio:.1f}x", ratio >= 10
    yield from _linear(runs)


def _linear(runs: Sequence[FanOutRun]) -> Iterator[tuple[str, str, bool]]:
    """Of the two largest sizes: twice the accounts cost at most a fifth more than twice the time."""
    modes: tuple[Mode, ...] = ("pooled", _AT_THE_END)
    for mode in modes:
        ups = sorted((each.accounts, each.cost.seconds) for each in runs if each.mode == mode and each.verb == "up")
        if len(ups) > 1:
            (fewer, before), (more, after) = ups[-2:]
            growth, expected = after / before, more / fewer
            yield (
                f"{mode}: `up` linear from {fewer:,} to {more:,} accounts ({expected:g}x)",
                f"{growth:.1f}x",
                growth <= 1.2 * expected,
            )


def _mebibytes(peak: int | None) -> str:
    return f"{peak / 2**20:,.0f} MiB" if peak else "not known"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Accounts to measure."""

    both: tuple[int, ...]
    pooled: tuple[int, ...]


FULL = Sizes((10, 50, 100), (500, 1000, 2000))
QUICK = Sizes((10,), (100,))


def measure_all(engine: Engine, sizes: Sizes, tell: Tell) -> Iterator[list[FanOutRun]]:
    """The three commands of each size and way, as they are done."""
    for accounts in sizes.both:
        yield measure(engine, "aliases", accounts, tell)
        yield measure(engine, "pooled", accounts, tell)
    for accounts in sizes.pooled:
        if engine == "pulumi":
            yield measure(engine, _AT_THE_END, accounts, tell)
        yield measure(engine, "pooled", accounts, tell)


def main() -> int:
    engine: Engine = "pulumi" if shutil.which("pulumi") else "embedded"
    sizes = Sizes((), tuple(map(int, sys.argv[1:]))) if len(sys.argv) > 1 else QUICK
    print(section([run for runs in measure_all(engine, sizes, print) for run in runs]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
