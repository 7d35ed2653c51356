"""What was journaled is never lost, and a journal cut anywhere replays to what was finished by then."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.state.checkpoint import Snapshot
from engine.state.journal import FileJournal, read_journal
from engine.state.ledger import Ledger
from engine.state.resource import Resource


def _resource(name: str, size: int) -> Resource:
    return Resource(urn=f"urn:pulumi:s::p::t:m:T::{name}", type="t:m:T", custom=True, id=name, inputs={"size": size})


class Recorder:
    """A journal in memory, with the snapshot that held after each entry."""

    def __init__(self) -> None:
        self.entries: list[dict[str, object]] = []

    def append(self, entry: object) -> None:
        assert isinstance(entry, dict)
        self.entries.append(entry)


@st.composite
def runs(draw: st.DrawFn) -> tuple[Snapshot, list[dict[str, object]], list[Snapshot]]:
    """A base, the entries of a random run over it, and what the ledger said after each entry."""
    base = Snapshot(tuple(_resource(f"base{i}", 0) for i in range(draw(st.integers(0, 3)))))
    recorder = Recorder()
    ledger = Ledger(base, recorder)
    said = [ledger.snapshot()]
    open_: list[int] = []
    for step in range(draw(st.integers(0, 12))):
        numbers = sorted(ledger.entries())
        kind = draw(st.sampled_from(["begin", "end", "keep", "change", "condemn", "settle"]))
        if kind == "begin":
            open_.append(ledger.begin("creating", _resource(f"new{step}", step)))
        elif kind == "end":
            operation = open_.pop() if open_ else None
            remove = draw(st.sets(st.sampled_from(numbers), max_size=1)) if numbers else set()
            ledger.end(operation, add=_resource(f"new{step}", step), remove=remove)
        elif kind == "keep" and numbers:
            ledger.keep(draw(st.sampled_from(numbers)))
        elif kind == "change" and numbers:
            ledger.change(draw(st.sampled_from(numbers)), outputs={"step": step})
        elif kind == "condemn" and numbers:
            ledger.end(condemn=[draw(st.sampled_from(numbers))])
        elif kind == "settle":
            ledger.settle()
        else:
            continue
        said.append(ledger.snapshot())
    return base, recorder.entries, said


@settings(deadline=None)
@given(runs(), st.data())
def test_a_journal_cut_after_any_entry_replays_to_what_held_then(
    run: tuple[Snapshot, list[dict[str, object]], list[Snapshot]], data: st.DataObject
) -> None:
    base, entries, said = run
    cut = data.draw(st.integers(0, len(entries)))
    ledger = Ledger(base)
    ledger.replay(entries[:cut])
    assert ledger.snapshot() == said[cut]


@settings(deadline=None)
@given(run=runs(), data=st.data())
def test_a_journal_cut_at_any_byte_replays_to_a_prefix(
    tmp_path_factory: pytest.TempPathFactory,
    run: tuple[Snapshot, list[dict[str, object]], list[Snapshot]],
    data: st.DataObject,
) -> None:
    base, entries, said = run
    path = tmp_path_factory.mktemp("journal") / "dev.journal"
    journal = FileJournal(path, "hash")
    for entry in entries:
        journal.append(entry)
    journal.close(remove=False)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    ledger = Ledger(base)
    ledger.replay(read_journal(path, "hash"))
    assert ledger.snapshot() in said


def test_a_journal_of_another_checkpoint_is_not_replayed(tmp_path: Path) -> None:
    path = tmp_path / "dev.journal"
    journal = FileJournal(path, "old")
    journal.append({"k": "settle"})
    journal.close(remove=False)
    assert list(read_journal(path, "new")) == []
    assert list(read_journal(path, "old")) == [{"k": "settle"}]
    assert list(read_journal(tmp_path / "none", "old")) == []
