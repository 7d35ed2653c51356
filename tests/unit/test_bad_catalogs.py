"""Every broken catalog of the corpus is told as it should be: at its line, with a remedy, all at once, nothing written.

The giant ones are made here. Reading them is bounded: by their size alone, whatever their aliases unfold to.
"""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest

from remit import yaml_places
from remit.catalog import load_catalog
from remit.errors import CatalogError
from remit.plan import make_plan
from remit.yaml_places import DEEPEST, MOST_VALUES
from tests.unit.bad_catalogs import CASES, FOLDER, SETTINGS, organization, snapshot, validate
from tests.unit.small_world import AT, STACK

SET = "permission_sets:\n  - name: Engineer\n"
PLACE = re.compile(r"policies/(c|organization)\.yaml:\d+: \S")


@pytest.fixture(scope="module")
def world() -> str:
    return snapshot()


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_broken_catalog_is_told_in_full_and_nothing_is_written(case: Path, tmp_path: Path, world: str):
    run = validate(case, tmp_path, world)
    assert run.result.exit_code == 2, run.result.output
    assert run.result.stderr == case.with_suffix(".txt").read_text(encoding="utf-8")
    assert run.result.stdout == ""
    assert run.after == run.before
    *told, count = [line for line in run.result.stderr.splitlines() if not line.startswith("  ")]
    assert count == f"{len(told)} problem{'s' if len(told) > 1 else ''}"
    assert all(PLACE.match(line) for line in told)


def test_the_corpus_is_large_and_every_case_has_its_message():
    assert len(CASES) > 250
    messages = {path.with_suffix(".yaml") for path in FOLDER.rglob("*.txt")}
    assert messages == set(CASES)
    settings = {path.with_name(path.name.replace(SETTINGS, ".yaml")) for path in FOLDER.rglob(f"*{SETTINGS}")}
    assert settings <= set(CASES)


def test_the_sound_parts_of_the_cases_make_a_plan(tmp_path: Path):
    (tmp_path / "c.yaml").write_text(
        SET + 'access:\n  - {groups: [sre, engineers], users: ann, permission_sets: Engineer, targets: "*"}\n',
        encoding="utf-8",
    )
    assert make_plan(load_catalog(tmp_path), organization(), at=AT, stack=STACK).assignments


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, f"nested more than {DEEPEST} deep"),
        ("a: " + "{a: " * 100_000, f"nested more than {DEEPEST} deep"),
        ("\n".join(f"{' ' * depth}a:" for depth in range(1_000)), f"nested more than {DEEPEST} deep"),
        ("x: &a [" + "1," * 1_000 + "]\ny: [" + "*a," * 1_001 + "]", f"more than {MOST_VALUES:,} values"),
        ("access:\n  - groups: " + "g" * 2_000_000 + "\n", "'permission_sets' is missing"),
        (f"{'k' * 2_000}: x\n", "not YAML"),
    ],
    ids=["lists", "mappings", "indentation", "aliases", "one-long-text", "one-long-key"],
)
def test_a_giant_file_ends_in_words(tmp_path: Path, text: str, words: str):
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=words):
        load_catalog(tmp_path)


def test_a_file_of_too_many_values_is_refused_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(yaml_places, "MOST_VALUES", 1_000)
    (tmp_path / "c.yaml").write_text("x: [" + "1," * 1_001 + "} no end", encoding="utf-8")
    with pytest.raises(CatalogError, match="unfolds to more than 1,000 values"):
        load_catalog(tmp_path)


def test_aliases_that_explode_take_no_memory(tmp_path: Path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{step}: &a{step} [{', '.join([f'*a{step - 1}'] * 10)}]" for step in range(1, 30)]
    (tmp_path / "c.yaml").write_text("\n".join(lines), encoding="utf-8")
    tracemalloc.start()
    try:
        with pytest.raises(CatalogError, match="unfolds to more than"):
            load_catalog(tmp_path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10 * 1024 * 1024
