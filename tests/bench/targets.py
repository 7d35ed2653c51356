"""The targets that the figures are held against in the page. Judged there, asserted nowhere.

`if_missed` is what profiling found to be in the way; it is printed only when a run misses the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.experiments import Limited, Measurement
from tests.bench.project import Engine, Verb, Way

_AT = 1000
_LARGE, _LARGEST = 10_000, 50_000
_LINEAR = 1.25  # times the growth that the number of assignments alone would give


@dataclass(frozen=True, slots=True)
class Judged:
    """A target and what was measured; both as they are printed."""

    target: str
    measured: str
    met: bool
    if_missed: str = ""


def judge(engine: Engine, growth: Sequence[Measurement], limited: Sequence[Limited]) -> list[Judged]:
    """Every target that this engine's measurements can tell of."""
    of_engine = {(each.way, each.shape.assignments, each.verb): each for each in growth if each.engine == engine}
    return [
        *_ratios(of_engine),
        *_state(of_engine),
        *_linear(of_engine),
        *_bounds([each for each in limited if each.run.engine == engine]),
    ]


Found = dict[tuple[Way, int, Verb], Measurement]
_WANTED: tuple[tuple[Verb, float, str], ...] = (
    (
        "up",
        20,
        (
            "`up`: the sandbox answers at once, so that what is left of ours is the start of engine, program and\n"
            "plugin (the row of 100 shows it) and one call for each assignment, a millisecond or two of boto3 each."
        ),
    ),
    (
        "preview",
        3,
        (
            "`preview`: without changes it makes no call. What ours takes is the start of engine, program and plugin,\n"
            "as with 100 assignments."
        ),
    ),
    (
        "refresh",
        3,
        (
            "`refresh`: what ours takes at 1,000 is mostly the start of engine and plugin, which the stock way has\n"
            "too; the table of fixed and growing cost says what an assignment adds to either."
        ),
    ),
)


def _ratios(found: Found) -> Iterator[Judged]:
    for verb, wanted, if_missed in _WANTED:
        ours, stock = found.get(("remit", _AT, verb)), found.get(("stock", _AT, verb))
        if ours and stock:
            ratio = stock.cost.seconds / ours.cost.seconds
            yield Judged(
                f"{verb} of {_AT:,}: {wanted:g}x faster than the stock way", f"{ratio:.1f}x", ratio >= wanted, if_missed
            )


def _state(found: Found) -> Iterator[Judged]:
    ours, stock = found.get(("remit", _AT, "up")), found.get(("stock", _AT, "up"))
    if ours and stock:
        ratio = stock.state / ours.state
        yield Judged(f"state of {_AT:,}: 20x less", f"{ratio:.1f}x", ratio >= 20)
    sizes = sorted(size for way, size, verb in found if way == "remit" and verb == "up" and size >= _AT)
    for size in sizes:
        each = found["remit", size, "up"].state / size
        yield Judged(
            f"state at {size:,}: at most 120 bytes an assignment",
            f"{each:.0f} bytes",
            each <= 120,
            "State: each permission set's scope, 500 accounts, stands in it too, whatever the number of assignments.",
        )


def _linear(found: Found) -> Iterator[Judged]:
    verbs: tuple[Verb, ...] = ("up", "preview", "refresh")
    for verb in verbs:
        large, largest = found.get(("remit", _LARGE, verb)), found.get(("remit", _LARGEST, verb))
        if large and largest:
            factor = largest.cost.seconds / large.cost.seconds
            bound = _LINEAR * _LARGEST / _LARGE
            yield Judged(f"{verb}, {_LARGE:,} → {_LARGEST:,}: time grows 5x", f"{factor:.1f}x", factor <= bound)
            if large.cost.peak and largest.cost.peak:
                factor = largest.cost.peak / large.cost.peak
                yield Judged(
                    f"{verb}, {_LARGE:,} → {_LARGEST:,}: memory grows 5x at most", f"{factor:.1f}x", factor <= bound
                )


_WRITE_MISSED = (
    "Write: AWS tells how an operation ended only when asked, and asking costs calls of the same 20 a second: at best\n"
    "one for each 15 operations where they take half a second (7 %). The command's start is in the time, too."
)
_READ_MISSED = "Read: the command's start is in the time, some seconds whatever the size."


def _bounds(limited: Sequence[Limited]) -> Iterator[Judged]:
    for each in limited:
        what = f"write, {each.latency:g} s an operation" if each.run.verb == "up" else "read"
        yield Judged(
            f"{what}, {each.run.shape.assignments:,} under AWS's limits: within 10 % of the bound",
            f"+{each.over:.0%}",
            each.over <= 0.1,
            _WRITE_MISSED if each.run.verb == "up" else _READ_MISSED,
        )
