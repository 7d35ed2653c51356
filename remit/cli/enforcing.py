"""What `remit repair` and `remit up --scheduled` share: what was found, and a program that is told what to keep."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from remit.cli.drift import Reading, read_drift
from remit.cli.engine import Engine
from remit.cli.held import Held
from remit.cli.progress import progress_on_terminal
from remit.cli.state import exported_state
from remit.drift.kept import Kept
from remit.drift.recorded import Recorded
from remit.drift.run import VARIABLE, Keeping
from remit.drift.values import Drift, Finding, as_json
from remit.errors import RemitError
from remit.kept_fan_out import VARIABLE as FAN_OUT
from remit.kept_fan_out import with_way_in
from remit.promotion import attempted_in
from remit.revision import OVERTAKEN


class NotAppliedError(RemitError):
    """Nobody knows which catalog the stack has, so nobody knows what to revert to."""


class OvertakenError(RemitError):
    """Another run of the stack has begun since its state was read."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A stack, what was read of it, and what its state says."""

    found: Held
    reading: Reading
    recorded: Recorded

    @classmethod
    def of(cls, engine: Engine, found: Held) -> Examined:
        """Raises CatalogError, AwsError and EngineError."""
        recorded = found.recorded
        if recorded is None:  # it goes by the work tree: nobody has read the state
            exported = exported_state(engine, found.stack.name)
            recorded = Recorded.of(exported)
            stack, attempted = with_way_in(found.stack, exported), attempted_in(exported)
            found = replace(found, stack=stack, recorded=recorded, attempted=attempted)
        return cls(found, _read(found), recorded)

    @property
    def pooled(self) -> bool:
        accounts = {each.account for each in self.reading.plan.managed_policies}
        return self.found.stack.fan_out_over(len(accounts)) == "pooled"

    def refuse_if_overtaken(self, engine: Engine) -> None:
        """AWS took minutes to read. Raises OvertakenError if another run began since: from another commit, it may have
        taken away what this one would give back."""
        if attempted_in(exported_state(engine, self.found.stack.name)) != self.found.attempted:
            raise OvertakenError(OVERTAKEN)

    def left(self, wanted: Collection[Finding]) -> set[str]:
        """Ids of what a run did not revert, whatever its exit code: AWS is asked once more. All of it, where it does
        not answer."""
        try:
            there = {each.id: each for each in _read(self.found).drift.findings}
        except RemitError as error:
            click.echo(f"what is left could not be read: {error}", err=True)
            return ids(wanted)
        return {each.id for each in wanted if each.id in there and stands(each, there[each.id])}

    @contextmanager
    def keeping(self, kept: Kept) -> Iterator[None]:
        """Every run of the program within keeps that, and goes by this catalog."""
        with keeping(self.found, kept, again=True), _with_way(self.found.stack.kept_fan_out):
            yield


@contextmanager
def _with_way(way: str | None) -> Iterator[None]:
    """The program is told the way of the stack that the run goes by, whatever the work tree's file says."""
    before = os.environ.pop(FAN_OUT, None)
    try:
        if way:
            os.environ[FAN_OUT] = way
        yield
    finally:
        os.environ.pop(FAN_OUT, None)
        if before is not None:
            os.environ[FAN_OUT] = before


@contextmanager
def keeping(found: Held, kept: Kept, *, again: bool) -> Iterator[None]:
    """Every run of the program within keeps that. `again`: it goes by this catalog, which the stack has."""
    with TemporaryDirectory(prefix="remit-") as folder:
        file = Path(folder, "kept.json")
        Keeping(found.stack_file.absolute(), found.folder.absolute(), kept, again, found.attempted).write(file)
        os.environ[VARIABLE] = str(file)
        try:
            yield
        finally:
            del os.environ[VARIABLE]


def _read(found: Held) -> Reading:
    with progress_on_terminal() as told:
        return read_drift(found, told)


def enforced(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What is to be reverted."""
    return tuple(each for each in findings if each.mode == "enforce")


def ids(findings: Iterable[Finding]) -> set[str]:
    return {each.id for each in findings}


def stands(wanted: Finding, found: Finding) -> bool:
    """Whether what was to be reverted is among what is found of the same thing: of an entry that is only reported, it
    may have been a part (what has ended), and the rest may stay."""
    whole = found.mode == "enforce" or not wanted.differences
    return whole or any(each in found.differences for each in wanted.differences)


def chosen(targets: Sequence[str]) -> list[str]:
    """As the engine's options."""
    return [part for each in targets for part in ("--target", each)]


def write_outcome(file: Path, drift: Drift, wanted: Collection[str], left: Collection[str], code: int) -> None:
    """The drift, as `remit drift --json` has it, and under `repair` what became of it."""
    told: dict[str, Any] = {"exit_code": code, "repaired": sorted({*wanted} - {*left}), "left": sorted(left)}
    text = json.dumps({**as_json(drift), "repair": told}, indent=2, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
