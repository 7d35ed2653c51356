"""`make bench`: measures, prints as it goes, and writes docs/benchmarks.md.

About 40 minutes on two quiet cores with both engines, 14 of them for imports at AWS's rates.

REMIT_BENCH=quick    small sizes, three minutes; prints the page instead of writing it
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
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import fan_out, importing, machine, planning
from tests.bench.experiments import Limited, Measurement, growth, under_limits
from tests.bench.page import Setting, page
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
        self._setting, self._target = setting, target
        self._growth: list[Measurement] = []
        self._limited: list[Limited] = []
        self._fan_out: list[fan_out.FanOutRun] = []
        self._planning: list[planning.PlanningRun] = []
        self._imports: list[importing.ImportRun] = []

    def measure(self, engine: Engine, sizes: Sizes, *, limits: bool) -> None:
        """`limits`: the runs under AWS's limits as well."""
        for size in sizes.both:
            self._growth += growth(engine, "remit", size, _tell)
            self._growth += growth(engine, "stock", size, _tell)
            self._write()
        for size in sizes.ours_alone:
            self._growth += growth(engine, "remit", size, _tell)
            self._write()
        if limits:
            self._under_limits(engine, sizes)

    def _under_limits(self, engine: Engine, sizes: Sizes) -> None:
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
        return page(self._setting, self._growth, self._limited) + "".join(f"\n{each}\n" for each in more if each)

    def _write(self) -> None:
        if self._target:
            self._target.write_text(self.page(), encoding="utf-8")


def main() -> int:
    quick = os.environ.get("REMIT_BENCH") == "quick"
    engines = _engines()
    _tell("warming up, not counted")
    for engine in engines:
        growth(engine, "remit", 100, lambda _: None)
    bench = Bench(_setting("pulumi" in engines), None if quick else _PAGE)
    for engine in engines:
        bench.measure(engine, _QUICK if quick else _FULL, limits=engine == engines[-1])
    bench.measure_planning(planning.QUICK if quick else planning.RULES)
    bench.measure_imports(importing.QUICK if quick else importing.FULL)
    bench.measure_accounts(engines[-1], fan_out.QUICK if quick else fan_out.FULL)
    print(bench.page())
    return 0


def _engines() -> list[Engine]:
    wanted = os.environ.get("REMIT_BENCH_ENGINES", "")
    names = wanted.split(",") if wanted else ["embedded", *(["pulumi"] if shutil.which("pulumi") else [])]
    known: tuple[Engine, ...] = ("embedded", "pulumi")
    if unknown := set(names) - set(known):
        sys.exit(f"REMIT_BENCH_ENGINES: {', '.join(sorted(unknown))} is no engine (embedded, pulumi)")
    return [name for name in known if name in names]


def _setting(with_pulumi: bool) -> Setting:
    return Setting(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        machine=machine.machine(),
        versions=machine.versions(),
        commit=machine.commit(),
        pulumi=machine.pulumi_version() if with_pulumi else "",
        load=", ".join(f"{load:.1f}" for load in os.getloadavg()) + " (1, 5, 15 minutes)",
        note=os.environ.get("REMIT_BENCH_NOTE", ""),
    )


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
