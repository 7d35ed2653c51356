"""What AWS takes and never shows again stays in the state, and is sent anew with each update."""

from __future__ import annotations

from engine.aws_native.difference import difference, patch
from engine.aws_native.event_types import CONNECTION
from engine.aws_native.live_inputs import refreshed_inputs
from engine.aws_native.values import secret
from engine.aws_native.write_only import restored, sent_anew

KEY = {"apiKeyName": "Authorization", "apiKeyValue": "hush"}
INPUTS = {"name": "ci", "description": "d", "authParameters": {"apiKeyAuthParameters": KEY}}
LIVE = {"name": "ci", "description": "d", "authParameters": {"apiKeyAuthParameters": {"apiKeyName": "Authorization"}}}


def test_a_read_is_filled_up_from_the_inputs_and_shows_no_drift():
    outputs = restored(CONNECTION, LIVE, INPUTS)
    assert outputs == INPUTS
    assert refreshed_inputs(CONNECTION, INPUTS, outputs) == INPUTS


def test_what_aws_does_show_is_not_overwritten():
    drifted = {**LIVE, "authParameters": {"apiKeyAuthParameters": {"apiKeyName": "Token"}}}
    outputs = restored(CONNECTION, drifted, INPUTS)
    assert outputs["authParameters"]["apiKeyAuthParameters"] == {"apiKeyName": "Token", "apiKeyValue": "hush"}
    assert "invocationHttpParameters" not in outputs["authParameters"]


def test_a_secret_stays_a_secret():
    hidden = {**INPUTS, "authParameters": {"apiKeyAuthParameters": {**KEY, "apiKeyValue": secret("hush")}}}
    outputs = restored(CONNECTION, LIVE, hidden)
    assert outputs["authParameters"]["apiKeyAuthParameters"]["apiKeyValue"] == secret("hush")


def test_an_update_of_something_else_sends_it_anew():
    new = {**INPUTS, "description": "new"}
    changes = difference(CONNECTION, INPUTS, new, owned=INPUTS)
    assert patch(CONNECTION, changes, sent_anew(CONNECTION, new)) == [
        {
            "op": "add",
            "path": "/AuthParameters",
            "value": {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "hush"}},
        },
        {"op": "replace", "path": "/Description", "value": "new"},
    ]
