"""Differences and patches."""

from __future__ import annotations

from typing import Any

import jsonpatch
from hypothesis import given
from hypothesis import strategies as st

from engine.aws_native.difference import difference, patch
from engine.aws_native.naming import to_cloud, to_sdk
from engine.aws_native.resource_types import PERMISSION_SET
from engine.aws_native.values import UNKNOWN, Properties, secret

text = st.text("abc", max_size=3)
references = st.lists(st.fixed_dictionaries({"name": text}, optional={"path": text}), max_size=3)
permission_sets = st.fixed_dictionaries(
    {"name": text, "instanceArn": text},
    optional={
        "description": text,
        "managedPolicies": st.lists(text, max_size=3),
        "customerManagedPolicyReferences": references,
        "inlinePolicy": st.dictionaries(text, st.one_of(text, st.booleans(), st.lists(text))),
        "tags": st.lists(st.fixed_dictionaries({"key": text, "value": text}), max_size=2),
        "permissionsBoundary": st.fixed_dictionaries({"managedPolicyArn": text}),
    },
)


def changed(old: dict[str, Any], new: dict[str, Any]) -> Any:
    return difference(PERMISSION_SET, old, new, owned=old)


@given(permission_sets, permission_sets)
def test_the_patch_turns_the_old_into_the_new(old: Properties, new: Properties):
    live = to_cloud(PERMISSION_SET.inputs, old)
    patched = jsonpatch.apply_patch(live, patch(PERMISSION_SET, changed(old, new)))
    assert not changed(to_sdk(PERMISSION_SET.inputs, patched), new)


@given(permission_sets, permission_sets)
def test_a_difference_applied_is_no_difference(old: Properties, new: Properties):
    assert not changed(changed(old, new).applied_to(old), new)


@given(permission_sets)
def test_nothing_differs_from_itself(inputs: Properties):
    assert not changed(inputs, inputs)


@given(permission_sets)
def test_names_go_to_cloud_control_and_back(inputs: Properties):
    assert to_sdk(PERMISSION_SET.inputs, to_cloud(PERMISSION_SET.inputs, inputs)) == inputs


def test_the_keys_of_a_document_are_left_alone():
    inputs = {"inlinePolicy": {"statement": {"effect": "x"}}}
    assert to_cloud(PERMISSION_SET.inputs, inputs) == {"InlinePolicy": {"statement": {"effect": "x"}}}


def test_another_order_of_statements_is_a_difference():
    old, new = {"inlinePolicy": {"Statement": [1, 2]}}, {"inlinePolicy": {"Statement": [2, 1]}}
    assert changed(old, new)


def test_lists_with_something_unknown_or_secret_are_never_called_equal():
    for item in (UNKNOWN, secret("x")):
        assert changed({"managedPolicies": [item, "a"]}, {"managedPolicies": ["a", item]})


def test_a_patch_reveals_secrets_to_aws_alone():
    operations = patch(PERMISSION_SET, changed({}, {"description": secret("hush")}))
    assert operations == [{"op": "add", "path": "/Description", "value": "hush"}]
