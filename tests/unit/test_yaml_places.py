"""YAML as text that knows its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.yaml_places import MOST_VALUES, Block, Series, read_yaml


def read(text: str) -> Any:
    documents, problems = read_yaml(text, "f.yaml")
    assert problems == []
    return documents[0]


@pytest.mark.parametrize(
    "scalar",
    ["012345678901", "123456789012", "NO", "yes", "off", "1.10", "0x1F", "1e3", "2026-12-31", "12:30:45", "=", "true"],
)
def test_a_plain_scalar_is_the_text_that_stands_there(scalar: str):
    assert read(f"a: {scalar}") == {"a": scalar}


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_nothing_is_none_unless_it_is_quoted(nothing: str):
    assert read(f"a: {nothing}") == {"a": None}
    assert read(f"a: '{nothing}'") == {"a": nothing}


def test_a_no_break_space_begins_a_key_only_in_quotes():
    assert read('"\u00a0a": 1') == {"\u00a0a": "1"}
    assert "no-break space" in read_yaml("a:\n  \u00a0b: 1\n", "f")[1][0].message


def test_every_value_knows_its_line_and_column():
    block = read("a:\n  - b: c\n  -   d\n")
    assert isinstance(block, Block)
    series = block["a"]
    assert isinstance(series, Series)
    assert [(place.line, place.column) for place in series.places] == [(2, 5), (3, 7)]
    assert (series[0]["b"].source.line, series[0]["b"].source.column) == (2, 8)
    assert str(block.places["a"]) == "f.yaml:1"


def test_merge_keys_fill_in_what_is_not_there():
    assert read("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3")["b"] == {"x": "1", "y": "3"}
    assert read("a: &a {x: 1}\nb: &b {y: 2}\nc: {<<: [*a, *b]}")["c"] == {"x": "1", "y": "2"}
    assert read_yaml("a: {<<: b}", "f")[1][0].message == "<< takes a mapping or a list of mappings"


def test_several_documents_are_read_one_by_one():
    assert read_yaml("a: 1\n---\nb: 2\n", "f")[0] == [{"a": "1"}, {"b": "2"}]


def test_an_anchor_of_one_document_is_none_in_the_next():
    assert "has no anchor" in read_yaml("a: &a 1\n---\nb: *a\n", "f")[1][0].message


def test_aliases_that_explode_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    documents, (problem,) = read_yaml("\n".join(lines), "f")
    assert documents == []
    assert f"{MOST_VALUES:,}" in problem.message


def test_nesting_without_end_is_refused():
    documents, (problem,) = read_yaml("[" * 100_000, "f")
    assert documents == []
    assert "nested" in problem.message


@pytest.mark.parametrize(
    "text", ["\x00", "a: \x07", "a: b: c", "- a\nb", "'", "{", "%x", "a: *", "\ta: b", "? [", "!<"]
)
def test_what_is_no_yaml_is_a_problem_with_a_place(text: str):
    documents, problems = read_yaml(text, "f")
    assert documents == []
    assert problems[0].source is not None


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str):
    documents, problems = read_yaml(text, "f")
    assert isinstance(documents, list)
    assert isinstance(problems, list)


@given(st.binary())
def test_no_bytes_make_the_reader_fail(content: bytes):
    read_yaml(content, "f")
