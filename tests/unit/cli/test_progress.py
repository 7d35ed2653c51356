"""Who waits for a long reading sees how far it is; whoever reads the output does not.

Where there is no terminal, a long reading says now and then how far it is; a short one says nothing.
"""

from __future__ import annotations

import pytest

from remit.cli.progress import Lines, progress_on_terminal


@pytest.mark.parametrize(("terminal", "shown"), [("1", True), ("", False)])
def test_a_reading_is_told_on_a_terminal_alone(
    terminal: str, shown: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", terminal)
    with progress_on_terminal() as told:
        for done in range(1, 4):
            told("permission sets", done, 3)
        told("assignments", 1, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert [each in err for each in ("permission sets", "3/3", "assignments", "1/2")] == [shown] * 4


def test_a_line_each_thirty_seconds_says_how_much_is_left() -> None:
    said: list[str] = []
    now = [0.0]
    lines = Lines(said.append, lambda: now[0])
    for done in range(1, 301):
        now[0] += 2
        lines("assignments", done, 300)
    assert said[0] == "assignments: 15 of 300, about 10 min left"
    assert said[-1] == "assignments: 285 of 300, about 30 s left"
    assert len(said) == 19


def test_what_takes_less_is_read_in_silence() -> None:
    said: list[str] = []
    now = [0.0]
    lines = Lines(said.append, lambda: now[0])
    for done in range(1, 30):
        now[0] += 1
        lines("accounts", done, 29)
    assert said == []
