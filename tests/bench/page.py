"""The page: docs/benchmarks.md, written from the measurements alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.bench.experiments import AWS_BURST, AWS_OUTSTANDING, AWS_RATE, Limited, Measurement
from tests.bench.project import Engine, Verb, Way
from tests.bench.shape import ACCOUNTS, GROUPS_PER_PAIR
from tests.bench.targets import judge

_VERBS: tuple[Verb, ...] = ("up", "preview", "refresh")
_ENGINES: dict[Engine, str] = {"embedded": "the embedded engine", "pulumi": "the Pulumi CLI"}


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when: text as it is printed. `pulumi` is "" where the CLI was not there."""

    machine: str
    versions: str
    pulumi: str
    note: str


def page(setting: Setting, growth: Sequence[Measurement], limited: Sequence[Limited]) -> str:
    """The whole page as Markdown."""
    engines = [engine for engine in _ENGINES if any(each.engine == engine for each in growth)]
    parts = [_HEAD, _setting(setting)]
    for engine in engines:
        of_engine = [each for each in growth if each.engine == engine]
        parts += [_growth(engine, of_engine), _limited(engine, [each for each in limited if each.run.engine == engine])]
        parts.append(_targets(engine, growth, limited))
    return "\n\n".join(part for part in parts if part) + "\n"


def sections(text: str) -> dict[str, str]:
    """A page by its headings of the second rank, each with its heading; what comes before them under ""."""
    parts = re.split(r"(?m)^(?=## )", text)
    return {part.partition("\n")[0] if part.startswith("## ") else "": part for part in parts}


def stamped(text: str, stamp: str) -> str:
    """The page, each of its measured sections with when and how it was measured."""
    return "".join(
        part if name in {"", _RUN} else part.replace(f"{name}\n", f"{name}\n\n*{stamp}*\n", 1)
        for name, part in sections(text).items()
    )


def merged(old: str, new: str) -> str:
    """The new page, and in their places what it lacks of the old one: parts may be measured one by one."""
    before, after = sections(old), sections(new)
    known = [name for name in before if name in after or name not in {"", _RUN}]
    names = [*known, *(name for name in after if name not in before)]
    return "\n\n".join({**before, **after}[name].strip("\n") for name in names) + "\n"


_RUN = "## The run"
_HEAD = f"""# Benchmarks

Written by `make bench`; don't edit. One `remit:index:AccountAssignments` for each permission set (**ours**) beside one
`aws-native:sso:Assignment` for each assignment (**stock**): the same grants, the same engine, a sandbox started anew
for each, one run after the other. The two programs are in [tests/bench/programs](../tests/bench/programs).

- {ACCOUNTS} accounts, all in scope. A permission set goes to {GROUPS_PER_PAIR} groups in each of its accounts:
  2 permission sets make 1,000 assignments, 10 make 10,000, 50 make 50,000. That shape decides what a read costs, since
  ours makes one call for each account and permission set: with {GROUPS_PER_PAIR} groups, half as many as there are
  assignments; with one group everywhere, which is the worst case, as many as the stock way; with five, a fifth.
- **time** is the whole command's, from its start to its end; **CPU** is what its processes used. **memory** is the peak
  of the resident memory of the whole process tree (engine, program, plugins; not the sandbox), what processes share
  counted once, looked at five times a second. **state** is the checkpoint's size on disk. **calls** are AWS API calls
  that the sandbox counted; in
  the stock way those to Cloud Control, not what its handlers call. **load** is the machine's, of one minute, at the end
  of the run: where it differs between ours and stock, compare the CPU.
- `preview` and `refresh` find nothing to do (`--expect-no-changes`). Up to 1,000 assignments they are run three times,
  and the median counts. Nothing else is repeated.
- The sandbox answers at once and limits nothing, except where it says so. It runs on the same machine.
- The stock way is measured up to 1,000 assignments. It cannot see an assignment that was made by hand; ours reads
  them all."""


def _setting(setting: Setting) -> str:
    lines = {
        "machine": setting.machine,
        "versions": setting.versions,
        "Pulumi CLI": setting.pulumi or "not measured: the embedded engine's figures only",
        "note": setting.note,
    }
    return f"{_RUN}\n\n" + _table(("", ""), ([name, text] for name, text in lines.items() if text))


def _growth(engine: Engine, growth: Sequence[Measurement]) -> str:
    found = {(each.way, each.shape.assignments, each.verb): each for each in growth}
    sizes = sorted({each.shape.assignments for each in growth})
    header = (
        "assignments",
        "",
        "ours",
        "stock",
        "ratio",
        "calls: ours",
        "stock",
        "CPU: ours",
        "stock",
        "memory: ours",
        "stock",
        "load: ours",
        "stock",
    )
    rows = [
        _growth_row(found["remit", size, verb], found.get(("stock", size, verb)))
        for size in sizes
        for verb in _VERBS
        if ("remit", size, verb) in found
    ]
    text = f"## How it grows, on {_ENGINES[engine]}\n\n{_table(header, rows)}\n\n"
    return text + _table(_STATE_HEADER, _state_rows(found, sizes)) + _parts(found)


_PARTS = (
    "What a run costs whatever its size (the start of engine, program and plugins), and what an assignment adds: the\n"
    "line through 100 and 1,000 assignments."
)


def _parts(found: dict[tuple[Way, int, Verb], Measurement]) -> str:
    """Fixed and growing cost apart; "" where one of the sizes was not measured."""
    rows = []
    for verb in _VERBS:
        of_ours, of_stock = (_line(found, way, verb) for way in ("remit", "stock"))
        if of_ours and of_stock:
            rows.append([verb, *(text for both in zip(of_ours, of_stock, strict=True) for text in both)])
    header = ("", "fixed: ours", "stock", "an assignment: ours", "stock")
    return f"\n\n{_PARTS}\n\n{_table(header, rows)}" if rows else ""


def _line(found: dict[tuple[Way, int, Verb], Measurement], way: Way, verb: Verb) -> tuple[str, str] | None:
    small, large = found.get((way, 100, verb)), found.get((way, 1000, verb))
    if small is None or large is None:
        return None
    slope = (large.cost.seconds - small.cost.seconds) / 900
    return f"{small.cost.seconds - 100 * slope:.1f} s", f"{max(slope, 0) * 1000:.1f} ms"


def _growth_row(ours: Measurement, stock: Measurement | None) -> list[str]:
    return [
        f"{ours.shape.assignments:,}",
        ours.verb,
        _seconds(ours),
        _seconds(stock) if stock else "",
        f"**{stock.cost.seconds / ours.cost.seconds:.1f}x**" if stock else "",
        f"{ours.call_count:,}",
        f"{stock.call_count:,}" if stock else "",
        f"{ours.cost.cpu:,.1f} s",
        f"{stock.cost.cpu:,.1f} s" if stock else "",
        _mebibytes(ours),
        _mebibytes(stock) if stock else "",
        f"{ours.load:.1f}",
        f"{stock.load:.1f}" if stock else "",
    ]


_STATE_HEADER = (
    "assignments",
    "state: ours",
    "stock",
    "ratio",
    "ours, an assignment",
    "ours, µs of `up` an assignment",
)


def _state_rows(found: dict[tuple[Way, int, Verb], Measurement], sizes: Iterable[int]) -> Iterator[list[str]]:
    for size in sizes:
        ours, stock = found.get(("remit", size, "up")), found.get(("stock", size, "up"))
        if ours:
            yield [
                f"{size:,}",
                f"{ours.state / 1000:,.0f} kB",
                f"{stock.state / 1000:,.0f} kB" if stock else "",
                f"**{stock.state / ours.state:.1f}x**" if stock else "",
                f"{ours.state / size:.0f} bytes",
                f"{ours.cost.seconds / size * 1e6:,.0f}",
            ]


_BOUND = f"""{AWS_RATE} sso-admin requests a second over all calls, {AWS_OUTSTANDING} operations outstanding.
The bound is what nobody can beat: the fewest calls that the work needs (one for each assignment written; for a complete
read one for each account and permission set, and the lists of those), less the burst of {AWS_BURST}, at {AWS_RATE} a
second; or the operations, {AWS_OUTSTANDING} at a time. No polling is in it, and no start of a command. Ours alone: the
sandbox does not count what Cloud Control's handlers call. On one engine alone: the provider is the same on both."""


def _limited(engine: Engine, limited: Sequence[Limited]) -> str:
    if not limited:
        return ""
    header = ("assignments", "", "an operation takes", "fewest calls", "calls made", "bound", "time", "over", "load")
    rows = [
        [
            f"{each.run.shape.assignments:,}",
            "write (up)" if each.run.verb == "up" else "read (refresh)",
            f"{each.latency:g} s" if each.run.verb == "up" else "",
            f"{each.fewest_calls:,}",
            f"{each.run.call_count:,}",
            f"{each.bound:.1f} s",
            _seconds(each.run),
            f"**{each.over:+.0%}**",
            f"{each.run.load:.1f}",
        ]
        for each in limited
    ]
    return f"## Under AWS's limits, on {_ENGINES[engine]}\n\n{_BOUND}\n\n{_table(header, rows)}"


_MEANT_FOR = (
    "The targets are meant for the Pulumi CLI with the stock aws-native plugin; the embedded engine's figures are held "
    "against\nthem too."
)


def _targets(engine: Engine, growth: Sequence[Measurement], limited: Sequence[Limited]) -> str:
    judged = judge(engine, growth, limited)
    rows = [[each.target, each.measured, "met" if each.met else "**missed**"] for each in judged]
    reasons = dict.fromkeys(each.if_missed for each in judged if not each.met and each.if_missed)
    text = f"## Targets, on {_ENGINES[engine]}\n\n{_MEANT_FOR}\n\n{_table(('target', 'measured', ''), rows)}"
    return text + "".join(f"\n\n{reason}" for reason in reasons)


def _seconds(measurement: Measurement) -> str:
    return f"{measurement.cost.seconds:,.1f} s"


def _mebibytes(measurement: Measurement) -> str:
    return f"{measurement.cost.peak / 2**20:,.0f} MiB" if measurement.cost.peak else "not known"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
