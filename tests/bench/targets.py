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
            "The sandbox answers at once and without limits, so that what is left is starting the program and the "
            "plugins, and one call for each assignment on both sides. Against AWS the stock way makes three calls for "
            "each, and ours is held by AWS's limits alone: see below."
        ),
    ),
    (
        "preview",
        3,
        (
            "A preview without changes makes no call: most of ours is starting Python, the SDK and the plugin, which "
            "does not shrink."
        ),
    ),
    (
        "refresh",
        3,
        (
            "Starting the engine and the plugin is most of ours. It makes half the calls of the stock way, one for "
            "each account and permission set, because a complete read also finds what was made by hand."
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
            "Pulumi writes each entry on a line of its own, indented by 24 spaces; and each permission set's scope, "
            "the 500 accounts, is in the state too.",
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


def _bounds(limited: Sequence[Limited]) -> Iterator[Judged]:
    for each in limited:
        what = f"write, {each.latency:g} s an operation" if each.run.verb == "up" else "read"
        yield Judged(
            f"{what}, {each.run.shape.assignments:,} under AWS's limits: within 10 % of the bound",
            f"+{each.over:.0%}",
            each.over <= 0.1,
            "Asking AWS how operations end costs calls too, of the same 20 a second, and the bound has none of "
            "them; starting and ending the command takes some seconds, whatever the size."
            if each.run.verb == "up"
            else "Starting and ending the command takes some seconds, whatever the size.",
        )
