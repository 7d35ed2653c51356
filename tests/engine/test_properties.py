"""Property values, paths and diffs."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from engine import paths
from engine.deploy.differences import complete, ignore_changes, inverted, structural, with_replacements
from engine.errors import SecretError
from engine.plugins.answers import Diff, PropertyDiff
from engine.values import SIGNATURE, UNKNOWN, from_struct, has_unknowns, known_part, leaves, to_struct

_scalars = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.floats(allow_nan=False) | st.text(max_size=6)
_values = st.recursive(
    _scalars | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)
_bags = st.dictionaries(st.text(min_size=1, max_size=4), _values, max_size=4)
_paths = st.lists(
    st.text(min_size=1, max_size=5).filter(lambda s: s != "*") | st.integers(0, 9), min_size=1, max_size=4
)


@given(_bags)
def test_a_bag_survives_the_wire(bag: dict[str, Any]) -> None:
    wire = struct_pb2.Struct.FromString(to_struct(bag).SerializeToString())
    assert from_struct(wire, what="x") == bag


@given(_bags)
def test_unknowns_are_found_wherever_they_are(bag: dict[str, Any]) -> None:
    assert has_unknowns(bag) == ("UNKNOWN" in repr(bag).replace("'UNKNOWN'", ""))


@given(_bags)
def test_the_known_part_has_all_else(bag: dict[str, Any]) -> None:
    known = known_part(bag)
    assert not has_unknowns(known)
    assert list(leaves(known)) == [leaf for leaf in leaves(bag) if leaf is not UNKNOWN]


def test_a_secret_from_the_program_is_refused_by_name() -> None:
    secret = {"a": [{"b": {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": "x"}}]}
    with pytest.raises(SecretError, match=r"thing\.a\[0\]\.b is a secret"):
        from_struct(to_struct(secret), what="thing")


@given(_paths)
def test_a_written_path_is_read_again(path: list[str | int]) -> None:
    assert paths.parse(paths.write(tuple(path))) == tuple(path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('assignments["111122223333/GROUP/x"]', ("assignments", "111122223333/GROUP/x")),
        ('["a.b"].c', ("a.b", "c")),
        ("a[*].b", ("a", "*", "b")),
    ],
)
def test_paths_are_read_as_pulumi_writes_them(text: str, path: paths.Path) -> None:
    assert paths.parse(text) == path


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(ValueError, match="not a property path"):
        paths.parse("a[")


@given(_bags, _bags)
def test_a_structural_diff_is_empty_exactly_for_equals(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert structural(old, new).changes == (old != new)
    assert structural(old, old).changes is False


# A key that is itself a star is taken for the wildcard, as by Pulumi.
@given(_bags, _bags, st.lists(st.text(min_size=1, max_size=4).filter(lambda key: key != "*"), max_size=2))
def test_ignored_keys_are_as_they_were_and_others_as_asked(
    old: dict[str, Any], new: dict[str, Any], keys: list[str]
) -> None:
    ignored = [paths.write((key,)) for key in keys]
    result, failed = ignore_changes(new, old, ignored)
    assert failed == []
    for key in {*old, *new}:
        assert result.get(key) == (old if key in keys else new).get(key)


def test_an_added_list_element_cannot_be_ignored() -> None:
    result, failed = ignore_changes({"a": [1, 2]}, {"a": [1]}, ["a[1]"])
    assert (result, failed) == ({"a": [1, 2]}, ["a[1]"])


@given(st.dictionaries(st.sampled_from(["a", 'b["x"]', "c[0]"]), st.sampled_from(["add", "delete", "update"])))
def test_inverting_twice_changes_nothing(kinds: dict[str, str]) -> None:
    diff = Diff(True, detailed={path: PropertyDiff(kind) for path, kind in kinds.items()})
    assert inverted(inverted(diff)) == diff


def test_the_provider_has_the_last_word_on_whether_something_changes() -> None:
    assert complete(Diff(False), {"a": 1}, {"a": 2}).changes is False
    assert complete(Diff(None), {"a": 1}, {"a": 2}).changed == ("a",)
    assert complete(Diff(None, replaces=("a",)), {"a": 1}, {"a": 1}).replace is False


@pytest.mark.parametrize(
    ("option", "replaced"), [(["a"], True), (['a["x"]'], False), (["*"], True), (["b"], False), ([], False)]
)
def test_replace_on_changes_covers_what_lies_below(option: list[str], replaced: bool) -> None:
    diff = with_replacements(Diff(True, changed=("a",)), option, init_errors=False)
    assert diff.replace is replaced


def test_replace_on_changes_may_cover_what_was_done_in_part() -> None:
    assert with_replacements(Diff(False), ["*"], init_errors=True).replace
    assert not with_replacements(Diff(False), ["a"], init_errors=True).replace
