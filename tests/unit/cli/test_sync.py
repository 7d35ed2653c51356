"""What `remit sync` writes into the work tree."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from remit.cli.sync import write_unless_edited
from remit.errors import RemitError

ONE, NEW = PurePosixPath("a.yaml"), PurePosixPath("access/b.yaml")


def test_what_somebody_edits_while_aws_is_read_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("before")
    write_unless_edited(tmp_path, {ONE: "after"}, {ONE: "before"})
    for files in ({NEW: "new", ONE: "again"}, {NEW: "new", ONE: None}):
        with pytest.raises(RemitError, match="was edited while AWS was read"):
            write_unless_edited(tmp_path, files, {ONE: "before"})
    assert (tmp_path / "a.yaml").read_text() == "after"
    assert not (tmp_path / NEW).exists()
    write_unless_edited(tmp_path, {NEW: "new"}, {})
    with pytest.raises(RemitError, match="was edited"):
        write_unless_edited(tmp_path, {NEW: "newer"}, {})
