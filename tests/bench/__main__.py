"""`make bench`: measures, prints as it goes, and writes docs/benchmarks.md.

About an hour on two quiet cores with both engines, 14 minutes of it for imports at AWS's rates.

REMIT_BENCH=quick    small sizes, three minutes; prints the page instead of writing it
REMIT_BENCH_PARTS    some of assignments, planning, imports, accounts, with commas; the page keeps the rest
REMIT_BENCH_ENGINES  embedded, pulumi, or both with a comma; the default is embedded, and pulumi if it is on PATH. The
                     runs under AWS's limits, a third of the time, and those of aliases beside pooled policies (ten
                     minutes more; alone: python -m tests.bench.fan_out) are on one engine: pulumi if it is measured
REMIT_BENCH_NOTE     a line for the page, such as what else the machine was doing
"""

# ruff: noqa: T201 - a command that prints

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import fan_out, importing, machine, planning
from tests.bench.experiments import Limited, Measurement, growth, under_limits
from tests.bench.page import Setting, merged, page, stamped
from tests.bench.project import ROOT, Engine

_PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured. `writes`: (assignments, seconds that AWS takes for an operation)."""

    both: tuple[int, ...]
    ours_alone: tuple[int, ...]
    writes: tuple[tuple[int, float], ...]
    reads: tuple[int, ...]


_FULL = Sizes((100, 1000), (10_000, 50_000), ((1000, 0.5), (1000, 1.0), (300, 4.0)), (1000, 5000))
_QUICK = Sizes((100,), (1000,), ((100, 1.0),), (100,))


class Bench:
    """Measures; `write` is called with the page of what there is after each step, so that nothing is lost."""

    def __init__(self, setting: Setting, target: Path | None) -> None:
        self._setting, self._target, self._stamp = setting, target, _stamp()
        self._growth: list[Measurement] = []
        self._limited: list[Limited] = []
        self._fan_out: list[fan_out.FanOutRun] = []
        self._planning: list[planning.PlanningRun] = []
        self._imports: list[importing.ImportRun] = []

    def measure_assignments(self, engines: Sequence[Engine], sizes: Sizes) -> None:
        """Ours beside the stock way; ours under AWS's limits on one engine, since the provider is the same on both."""
        for engine in engines:
            self._measure_growth(engine, sizes)
        self._measure_under_limits(engines[-1], sizes)

    def _measure_growth(self, engine: Engine, sizes: Sizes) -> None:
        for size in sizes.both:
            self._growth += growth(engine, "remit", size, _tell)
            self._growth += growth(engine, "stock", size, _tell)
            self._write()
        for size in sizes.ours_alone:
            self._growth += growth(engine, "remit", size, _tell)
            self._write()

    def _measure_under_limits(self, engine: Engine, sizes: Sizes) -> None:
        for size, latency in sizes.writes:
            self._limited.append(under_limits(engine, size, latency, _tell, write=True))
            self._write()
        for size in sizes.reads:
            self._limited.append(under_limits(engine, size, 0.0, _tell, write=False))
            self._write()

    def measure_accounts(self, engine: Engine, sizes: fan_out.Sizes) -> None:
        """How the two ways to reach accounts grow."""
        for runs in fan_out.measure_all(engine, sizes, _tell):
            self._fan_out += runs
            self._write()

    def measure_planning(self, rules: Sequence[int]) -> None:
        """How long the command line thinks."""
        for run in planning.measure_all(rules, _tell):
            self._planning.append(run)
            self._write()

    def measure_imports(self, tenths: Sequence[int]) -> None:
        """How near an import comes to AWS's rates."""
        for run in importing.measure_all(tenths, _tell):
            self._imports.append(run)
            self._write()

    def page(self) -> str:
        more = [
            importing.section(self._imports),
            fan_out.section(self._fan_out),
            planning.section(self._planning),
        ]
        text = page(self._setting, self._growth, self._limited) + "".join(f"\n{each}\n" for each in more if each)
        return stamped(text, self._stamp)

    def _write(self) -> None:
        if self._target:
            old = self._target.read_text(encoding="utf-8")
            self._target.write_text(merged(old, self.page()), encoding="utf-8")


def main() -> int:
    quick = os.environ.get("REMIT_BENCH") == "quick"
    engines = _engines()
    _tell("warming up, not counted")
    for engine in engines:
        growth(engine, "remit", 100, lambda _: None)
    bench = Bench(_setting("pulumi" in engines), None if quick else _PAGE)
    sizes = _QUICK if quick else _FULL
    parts: dict[str, Callable[[], object]] = {
        "assignments": lambda: bench.measure_assignments(engines, sizes),
        "planning": lambda: bench.measure_planning(planning.QUICK if quick else planning.RULES),
        "imports": lambda: bench.measure_imports(importing.QUICK if quick else importing.FULL),
        "accounts": lambda: bench.measure_accounts(engines[-1], fan_out.QUICK if quick else fan_out.FULL),
    }
    for part in _chosen(parts):
        parts[part]()
    print(bench.page())
    return 0


def _chosen(parts: Collection[str]) -> list[str]:
    wanted = os.environ.get("REMIT_BENCH_PARTS", "")
    names = wanted.split(",") if wanted else list(parts)
    if unknown := set(names) - set(parts):
        sys.exit(f"REMIT_BENCH_PARTS: {', '.join(sorted(unknown))} is no part ({', '.join(parts)})")
    return names


def _engines() -> list[Engine]:
    wanted = os.environ.get("REMIT_BENCH_ENGINES", "")
    names = wanted.split(",") if wanted else ["embedded", *(["pulumi"] if shutil.which("pulumi") else [])]
    known: tuple[Engine, ...] = ("embedded", "pulumi")
    if unknown := set(names) - set(known):
        sys.exit(f"REMIT_BENCH_ENGINES: {', '.join(sorted(unknown))} is no engine (embedded, pulumi)")
    return [name for name in known if name in names]


def _setting(with_pulumi: bool) -> Setting:
    return Setting(
        machine=machine.machine(),
        versions=machine.versions(),
        pulumi=machine.pulumi_version() if with_pulumi else "",
        note=os.environ.get("REMIT_BENCH_NOTE", ""),
    )


def _stamp() -> str:
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {machine.commit()}; load before: {load}"


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
