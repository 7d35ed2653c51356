"""Checking inputs."""

from __future__ import annotations

import pytest

from engine.aws_native.check import NameTooLongError, failures, named, without_nulls
from engine.aws_native.resource_types import ASSIGNMENT, MANAGED_POLICY, PERMISSION_SET
from engine.aws_native.values import UNKNOWN, secret

ASSIGNED = dict.fromkeys(ASSIGNMENT.inputs.fields, "x")


def test_nulls_are_dropped_and_empty_values_stay():
    assert without_nulls({"a": None, "b": [None, 1], "c": {}, "d": [], "e": {"x": None}}) == {
        "b": [1],
        "c": {},
        "d": [],
    }


def test_an_assignment_needs_all_six_properties():
    assert failures(ASSIGNMENT, ASSIGNED) == []
    for name in ASSIGNED:
        without = {other: value for other, value in ASSIGNED.items() if other != name}
        assert failures(ASSIGNMENT, without) == [(name, f"missing required property {name}")]


def test_unknown_and_secret_values_have_any_type():
    inputs = {"instanceArn": UNKNOWN, "description": secret("x"), "tags": UNKNOWN, "permissionsBoundary": UNKNOWN}
    assert failures(PERMISSION_SET, inputs) == []


def test_wrong_types_are_named_where_they_stand():
    inputs = {
        "instanceArn": "i",
        "managedPolicies": ["a", 1],
        "permissionsBoundary": "x",
        "tags": [{"key": "k", "value": "v", "extra": "e"}],
    }
    assert failures(PERMISSION_SET, inputs) == [
        ("managedPolicies[1]", "managedPolicies[1] must be a string"),
        ("permissionsBoundary", "permissionsBoundary must be an object"),
        ("tags[0].extra", "unknown property tags[0].extra"),
    ]


def test_a_name_once_made_up_stays():
    old = {"managedPolicyName": "Guardrail-1234567"}
    assert named(MANAGED_POLICY, {}, old, name="Guardrail", seed=b"other") == old


def test_a_given_name_is_left_alone():
    given = {"name": "Engineer"}
    assert named(PERMISSION_SET, given, {"name": "Old"}, name="x", seed=b"") == given


def test_a_name_that_cannot_fit_is_an_error():
    with pytest.raises(NameTooLongError, match="at most 32"):
        named(PERMISSION_SET, {}, {}, name="x" * 32, seed=b"")


def test_a_made_up_name_is_cut_to_fit():
    assert len(named(PERMISSION_SET, {}, {}, name="x" * 28, seed=b"s")["name"]) == 32


def test_an_assignment_has_no_name_to_make_up():
    assert named(ASSIGNMENT, ASSIGNED, {}, name="x", seed=b"") == ASSIGNED
