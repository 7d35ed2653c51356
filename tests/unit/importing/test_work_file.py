"""A long reading goes on where it was interrupted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from remit.importing.work_file import MOST_HOURS, MOST_HOURS_AFTER, WorkFile

NOW = datetime(2026, 6, 1, tzinfo=UTC)
INSTANCE = "arn:aws:sso:::instance/ssoins-1"


def unread() -> object:
    raise AssertionError("it was read before")


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "work.jsonl"
    work = WorkFile(path, INSTANCE, NOW)
    assert (work.resumed, work.part("a", lambda: [1]), work.part("a", unread)) == (0, [1], [1])
    again = WorkFile(path, INSTANCE, NOW)
    assert (again.resumed, again.part("a", unread), again.part("b", lambda: 2)) == (1, [1], 2)
    assert WorkFile(path, INSTANCE, NOW).resumed == 2


def test_what_goes_on_is_as_old_as_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    WorkFile(path, INSTANCE, NOW).part("a", lambda: 1)
    assert WorkFile(path, INSTANCE, NOW + timedelta(hours=3)).begun == NOW.isoformat()
    old = NOW + timedelta(hours=MOST_HOURS + 1)
    assert WorkFile(path, INSTANCE, old).begun == old.isoformat()


def test_a_line_that_a_kill_cut_off_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    work = WorkFile(path, INSTANCE, NOW)
    work.part("a", lambda: 1)
    work.part("b", lambda: 2)
    path.write_text(path.read_text(encoding="utf-8")[:-3], encoding="utf-8")
    cut = WorkFile(path, INSTANCE, NOW)
    assert (cut.resumed, cut.part("b", lambda: 3)) == (1, 3)
    assert WorkFile(path, INSTANCE, NOW).part("b", unread) == 3


@pytest.mark.parametrize(("instance", "hours"), [("another", 0), (INSTANCE, MOST_HOURS + 1)])
def test_what_is_of_another_instance_or_too_old_is_forgotten(tmp_path: Path, instance: str, hours: int) -> None:
    path = tmp_path / "work.jsonl"
    WorkFile(path, INSTANCE, NOW).part("a", lambda: 1)
    fresh = WorkFile(path, instance, NOW + timedelta(hours=hours))
    assert (fresh.resumed, fresh.part("b", lambda: 2)) == (0, 2)
    assert WorkFile(path, instance, NOW + timedelta(hours=hours)).resumed == 1


def test_a_whole_reading_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    work = WorkFile(path, INSTANCE, NOW)
    work.part("a", lambda: 1)
    work.discard()
    assert not path.exists()
    work.discard()


def test_what_a_run_could_not_read_is_read_soon_or_with_all_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    work = WorkFile(path, INSTANCE, NOW)
    work.part("a", lambda: 1)
    work.end(NOW)
    soon = WorkFile(path, INSTANCE, NOW + timedelta(minutes=50))
    assert (soon.resumed, soon.part("a", unread)) == (1, 1)
    soon.end(NOW + timedelta(minutes=50))  # what was read grows no younger
    late = NOW + timedelta(hours=MOST_HOURS_AFTER, minutes=1)
    fresh = WorkFile(path, INSTANCE, late)
    assert (fresh.resumed, fresh.begun) == (0, late.isoformat())
