"""Who waits for a long reading sees how far it is; whoever reads the output does not."""

from __future__ import annotations

import pytest

from remit.cli.progress import progress_on_terminal


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
