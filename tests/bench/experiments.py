"""What is measured: how a run grows, ours beside the stock way; and how near a run comes to AWS's limits."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.cloud import Cloud
from tests.bench.process import Cost
from tests.bench.project import Engine, Project, Verb, Way, make_project
from tests.bench.shape import Shape

AWS_RATE = 20  # sso-admin calls a second
AWS_OUTSTANDING = 15  # assignment operations at a time
AWS_BURST = 20  # calls that the sandbox lets through at once
_UNLIMITED = 1_000_000
_REPEAT_UP_TO = 1000  # assignments: preview and refresh are run three times, the median counts

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One command. `state` in bytes after it, `calls` to AWS by service:Operation, `load` of a minute at its end."""

    engine: Engine
    way: Way
    shape: Shape
    verb: Verb
    cost: Cost
    calls: dict[str, int]
    state: int
    load: float

    @property
    def call_count(self) -> int:
        return sum(self.calls.values())


@dataclass(frozen=True, slots=True)
class Limited:
    """A command under AWS's limits. `latency`: seconds that AWS takes for an operation."""

    run: Measurement
    latency: float
    fewest_calls: int

    @property
    def bound(self) -> float:
        """Seconds that nobody can beat: the fewest calls at AWS's rate (less its burst), or the operations, 15 at
        a time. Polling is not in it: it is ours to keep small.
        """
        at_rate = (self.fewest_calls - AWS_BURST) / AWS_RATE
        outstanding = -(-self.run.shape.assignments // AWS_OUTSTANDING) * self.latency  # the last ones are fewer
        return max(at_rate, outstanding) if self.run.verb == "up" else at_rate

    @property
    def over(self) -> float:
        """The whole command's time over the bound: 0.1 is 10 % more."""
        return self.run.cost.seconds / self.bound - 1


@contextmanager
def _running(engine: Engine, way: Way, shape: Shape, rate: int) -> Iterator[tuple[Cloud, Project]]:
    folder = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    try:
        with Cloud(shape, folder) as cloud:
            yield (
                cloud,
                make_project(
                    folder / "project",
                    way=way,
                    engine=engine,
                    shape=shape,
                    aws=cloud.environment(),
                    request_rate=rate,
                ),
            )
    finally:
        shutil.rmtree(folder)


def growth(engine: Engine, way: Way, assignments: int, tell: Tell) -> list[Measurement]:
    """up from nothing, then preview and refresh with nothing to do; the sandbox has no limits and no latency."""
    shape = Shape.of(assignments)
    with _running(engine, way, shape, _UNLIMITED) as (cloud, project):
        up = _measure(cloud, project, way, shape, "up", tell)
        if cloud.assignments() != assignments:
            raise RuntimeError(f"{cloud.assignments()} assignments are there after up, not {assignments}")
        times = 3 if assignments <= _REPEAT_UP_TO else 1
        idle: tuple[Verb, ...] = ("preview", "refresh")
        return [up, *(_median(cloud, project, way, shape, verb, times, tell) for verb in idle)]


def under_limits(engine: Engine, assignments: int, latency: float, tell: Tell, *, write: bool) -> Limited:
    """Ours alone: the sandbox does not count what a Cloud Control handler calls against the limits."""
    shape = Shape.of(assignments)
    with _running(engine, "remit", shape, AWS_RATE if write else _UNLIMITED) as (cloud, project):
        if write:
            cloud.limit(latency)
            run = _measure(cloud, project, "remit", shape, "up", tell)
            return Limited(run, latency, shape.assignments + shape.permission_sets)
        project.run("up")
        _set_rate(project)
        cloud.limit(latency)
        run = _measure(cloud, project, "remit", shape, "refresh", tell)
        return Limited(run, latency, shape.reading_calls)


def _measure(cloud: Cloud, project: Project, way: Way, shape: Shape, verb: Verb, tell: Tell) -> Measurement:
    cloud.forget_calls()
    cost = project.run(verb)
    found = Measurement(
        project.engine, way, shape, verb, cost, cloud.calls(), project.state_bytes(), os.getloadavg()[0]
    )
    peak = f"{cost.peak / 2**20:.0f} MiB" if cost.peak else "memory not known"
    tell(
        f"{project.engine}, {way}, {shape.assignments}: {verb} {cost.seconds:.1f} s, CPU {cost.cpu:.1f} s, "
        f"{found.call_count} calls, {peak}, state {found.state / 1000:.0f} kB, load {found.load:.1f}"
    )
    return found


def _median(cloud: Cloud, project: Project, way: Way, shape: Shape, verb: Verb, times: int, tell: Tell) -> Measurement:
    runs = [_measure(cloud, project, way, shape, verb, tell) for _ in range(times)]
    return sorted(runs, key=lambda each: each.cost.seconds)[times // 2]


def _set_rate(project: Project) -> None:
    """The rate is read from the state in a refresh: the run that writes it there has nothing else to do."""
    path = project.folder / "Pulumi.bench.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(str(_UNLIMITED), str(AWS_RATE)), encoding="utf-8")
    project.run("up")
