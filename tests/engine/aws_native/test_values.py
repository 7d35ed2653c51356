"""Values on the wire."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.aws_native.values import (
    UNKNOWN,
    Properties,
    checkpoint,
    checkpointed_inputs,
    from_struct,
    is_uncertain,
    revealed,
    secret,
    to_struct,
    with_secrets_of,
)

scalars = st.one_of(st.booleans(), st.integers(-(2**50), 2**50), st.text(max_size=5))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
)
properties = st.dictionaries(st.text(max_size=3), values, max_size=4)


@given(properties)
def test_a_struct_and_back_is_the_identity(given: Properties):
    assert from_struct(to_struct(given)) == given


def test_whole_numbers_stay_whole_and_nulls_are_left_out():
    read = from_struct(to_struct({"a": 1, "b": 1.5, "c": None, "d": {"e": None}}))
    assert read == {"a": 1, "b": 1.5, "d": {}}
    assert isinstance(read["a"], int)


@given(properties, properties)
def test_the_inputs_come_back_out_of_a_checkpoint(inputs: Properties, outputs: Properties):
    assert checkpointed_inputs(checkpoint(inputs, outputs)) == inputs


def test_a_state_without_inputs_is_told_from_one_with_none():
    assert checkpointed_inputs({}) is None
    assert checkpointed_inputs({"__inputs": {}}) == {}


def test_secrets_are_revealed_at_any_depth():
    assert revealed({"a": [secret({"b": secret("c")})]}) == {"a": [{"b": "c"}]}


def test_secret_marks_are_carried_over_to_what_was_read():
    desired = {"a": [secret("x"), "y"], "b": {"c": secret("d")}}
    actual = {"a": ["1", "2", "3"], "b": {"c": "4"}, "e": "5"}
    assert with_secrets_of(desired, actual) == {"a": [secret("1"), "2", "3"], "b": {"c": secret("4")}, "e": "5"}
    assert with_secrets_of(secret("x"), secret("y")) == secret("y")


def test_what_holds_an_unknown_or_a_secret_is_uncertain():
    assert is_uncertain({"a": [UNKNOWN]})
    assert is_uncertain([secret("x")])
    assert not is_uncertain({"a": ["b", 1, None]})
