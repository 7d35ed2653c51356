"""A catalog's folder: which files are read, and that none is passed over in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remit.catalog import load_catalog
from remit.errors import CatalogError

SET = "permission_sets:\n  - name: Engineer\n"
RULE = 'access:\n  - groups: sre\n    permission_sets: Engineer\n    targets: "*"\n'


def test_all_problems_of_all_files_come_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    folder = Path("policies")
    (folder / "deep").mkdir(parents=True)
    (folder / "a.yaml").write_text(SET + "    descripton: x\n    session_duration: 1m\n", encoding="utf-8")
    (folder / "deep" / "b.yml").write_text(RULE.replace("Engineer", "[Engineer, Reader]"), encoding="utf-8")
    (folder / "c.yaml").write_text("access: [\n", encoding="utf-8")
    (folder / "organization.yaml").write_text("group_sufix: x\n", encoding="utf-8")
    with pytest.raises(CatalogError) as error:
        load_catalog(folder)
    assert [str(problem.source) for problem in error.value.problems] == [
        "policies/a.yaml:3",
        "policies/a.yaml:4",
        "policies/c.yaml:2",
        "policies/organization.yaml:1",
    ]
    assert "no permission set" not in str(error.value), "what stands in a broken file is not unknown"
    assert error.value.exit_code == 2


def test_a_missing_folder_and_an_empty_one_are_errors(tmp_path: Path):
    with pytest.raises(CatalogError, match="there is no catalog folder"):
        load_catalog(tmp_path / "policy")
    with pytest.raises(CatalogError, match="an empty catalog would take away all access"):
        load_catalog(tmp_path)


@pytest.mark.parametrize("text", ["", "# access:\n", "---\n", "access:\npermission_sets: []\n"])
def test_a_catalog_without_any_entry_is_an_error(tmp_path: Path, text: str):
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"no entry .* would take away all access"):
        load_catalog(tmp_path)


def test_a_folder_that_cannot_be_looked_into_is_told_and_not_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.yaml").write_text(SET, encoding="utf-8")
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def refuse(folder: str) -> object:  # the owner of a test may be root, whom nothing is closed to
        if str(folder).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(CatalogError, match="closed: cannot be read: Permission denied"):
        load_catalog(tmp_path)


def test_a_link_to_a_folder_is_told_and_not_skipped(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "a.yaml").write_text(SET, encoding="utf-8")
    (tmp_path / "policies" / "access").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CatalogError, match="access: is a link to a folder"):
        load_catalog(tmp_path / "policies")


@pytest.mark.parametrize("name", ["c.yaml", "c.yml", "C.YAML", "deep/down/c.Yml"])
def test_every_yaml_file_is_read_however_its_ending_is_written(tmp_path: Path, name: str):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(SET, encoding="utf-8")
    assert load_catalog(tmp_path).permission_sets


def test_a_file_that_cannot_be_read_is_told_and_not_skipped(tmp_path: Path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(CatalogError, match=r"a\.yaml: cannot be read"):
        load_catalog(tmp_path)


def test_two_settings_files_are_an_error(tmp_path: Path):
    for name in ("organization.yaml", "organization.yml", "a.yaml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(CatalogError, match="both exist"):
        load_catalog(tmp_path)


def test_a_file_that_cannot_be_decoded_is_told(tmp_path: Path):
    (tmp_path / "a.yaml").write_bytes(b"access: \xff\n")
    with pytest.raises(CatalogError, match=r"a\.yaml:1: byte 0xff is no UTF-8"):
        load_catalog(tmp_path)


def test_hidden_files_and_the_schema_folder_are_not_read(tmp_path: Path):
    for name in ("schema/a.yaml", ".git/a.yaml", ".a.yaml", "b.json", "c.yaml~"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("broken: [", encoding="utf-8")
    (tmp_path / "d.yaml").write_text(SET, encoding="utf-8")
    assert len(load_catalog(tmp_path).permission_sets) == 1
