"""What a live state amounts to as inputs: drift is seen, what AWS adds by itself is not taken for it."""

from __future__ import annotations

from engine.aws_native.live_inputs import live_inputs, refreshed_inputs, writable
from engine.aws_native.resource_types import MANAGED_POLICY, PERMISSION_SET
from engine.aws_native.values import secret

SET = {"name": "Engineer", "instanceArn": "i", "managedPolicies": ["a", "b"]}


def test_what_is_only_read_is_not_an_input():
    assert "policyArn" not in writable(MANAGED_POLICY, {"policyArn": "arn", "path": "/"})


def test_what_no_program_set_is_not_drift():
    state = {**SET, "description": "from the console", "sessionDuration": "PT1H"}
    assert refreshed_inputs(PERMISSION_SET, SET, state) == SET


def test_what_the_program_set_and_someone_changed_is_drift():
    state = {**SET, "managedPolicies": ["a"]}
    assert refreshed_inputs(PERMISSION_SET, SET, state)["managedPolicies"] == ["a"]


def test_what_the_program_set_and_someone_removed_is_drift():
    assert "managedPolicies" not in refreshed_inputs(PERMISSION_SET, SET, {"name": "Engineer", "instanceArn": "i"})


def test_another_order_of_an_unordered_list_is_not_drift():
    state = {**SET, "managedPolicies": ["b", "a"]}
    assert refreshed_inputs(PERMISSION_SET, SET, state) == SET


def test_a_tag_of_aws_is_not_drift_and_one_by_hand_is():
    inputs = {**SET, "tags": [{"key": "team", "value": "platform"}]}
    by_aws = {**inputs, "tags": [{"key": "aws:x", "value": "1"}, *inputs["tags"]]}
    by_hand = {**inputs, "tags": [{"key": "x", "value": "1"}, *inputs["tags"]]}
    assert refreshed_inputs(PERMISSION_SET, inputs, by_aws) == inputs
    assert refreshed_inputs(PERMISSION_SET, inputs, by_hand)["tags"] == by_hand["tags"]


def test_a_default_that_aws_fills_in_deep_inside_is_not_drift():
    inputs = {**SET, "customerManagedPolicyReferences": [{"name": "Guardrail"}]}
    state = {**inputs, "customerManagedPolicyReferences": [{"name": "Guardrail", "path": "/"}]}
    assert refreshed_inputs(PERMISSION_SET, inputs, state) == inputs


def test_a_boundary_that_was_exchanged_by_hand_is_drift():
    inputs = {**SET, "permissionsBoundary": {"managedPolicyArn": "arn:a"}}
    state = {**SET, "permissionsBoundary": {"managedPolicyArn": "arn:b"}}
    assert refreshed_inputs(PERMISSION_SET, inputs, state)["permissionsBoundary"] == {"managedPolicyArn": "arn:b"}


def test_a_property_that_the_program_starts_to_set_is_compared_with_what_is_live():
    state = {**SET, "description": "Engineers"}
    new = {**SET, "description": "Engineers"}
    assert live_inputs(PERMISSION_SET, SET, state, new) == new


def test_a_secret_stays_one():
    inputs = {**SET, "description": secret("hush")}
    state = {**SET, "description": "changed"}
    assert refreshed_inputs(PERMISSION_SET, inputs, state)["description"] == secret("changed")
