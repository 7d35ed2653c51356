"""What was found, written and read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remit.errors import SnapshotError
from remit.importing.found import Found, FoundAssignment, FoundPolicy
from remit.importing.found_file import read_found, write_found
from remit.permission_set import LivePermissionSet
from tests.unit.small_world import ORGANIZATION

FOUND = Found(
    ORGANIZATION,
    (
        LivePermissionSet(
            "Read", customer_managed_policies=(("Guard", "/"),), permissions_boundary={"aws_managed": "x"}
        ),
        LivePermissionSet("Write", inline_policy={"Statement": []}, tags={"a": "b"}),
    ),
    (FoundAssignment("111111111111", "Read", "GROUP", "g-sre", "sre"),),
    (FoundPolicy("111111111111", "Guard", "/", "", {"Statement": [{"Effect": "Allow"}]}),),
    read="2026-06-01T00:00:00+00:00",
)


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    file.write_text(write_found(FOUND), encoding="utf-8")
    assert read_found(file) == FOUND


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "holds no permission sets and assignments"),
        (json.dumps({"format": 2, "organization": {}}), "has the format 2"),
        (json.dumps({"format": 1, "organization": {}}), "organization.organization_id: Field required"),
    ],
)
def test_what_is_no_such_file_is_said_to_be_none(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "found.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SnapshotError, match=said):
        read_found(file)


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="cannot be read"):
        read_found(tmp_path / "none.json")
