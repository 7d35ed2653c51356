"""The inputs that a live state amounts to: what a program would have had to say to get what AWS now has.

A diff, an update's patch and a refresh all start from there, so that what someone changed by hand is seen and
repaired. What AWS filled in by itself, and no program ever set, is not an input.
"""

from __future__ import annotations

from typing import Any

from engine.aws_native.difference import difference
from engine.aws_native.resource_types import ListOf, Record, ResourceType, Shape
from engine.aws_native.values import Properties, is_secret, with_secrets_of


def writable(resource_type: ResourceType, state: Properties) -> Properties:
    """All of a state that could be inputs: an import takes them."""
    inputs = resource_type.inputs
    return {name: _known(shape, state[name]) for name, shape in inputs.fields.items() if name in state}


def live_inputs(resource_type: ResourceType, old: Properties, state: Properties, new: Properties) -> Properties:
    """The inputs in `state`, less the optional ones that neither the old inputs nor the new ones name."""
    marked = with_secrets_of(old, writable(resource_type, state))
    return _owned(resource_type.inputs, marked, old, new)


def refreshed_inputs(resource_type: ResourceType, old: Properties, state: Properties) -> Properties:
    """The old inputs with what has drifted in `state`: what a refresh writes into the checkpoint."""
    drift = difference(resource_type, old, live_inputs(resource_type, old, state, old), owned=old)
    return drift.applied_to(old)


def _known(shape: Shape, value: Any) -> Any:  # noqa: ANN401
    match shape, value:
        case Record(fields=fields), dict():
            return {name: _known(field, value[name]) for name, field in fields.items() if name in value}
        case ListOf(items=items), list():
            return [_known(items, item) for item in value]
        case _:
            return value


def _owned(record: Record, live: Properties, old: Any, new: Any) -> Properties:  # noqa: ANN401
    """The fields of `live` that are required, or that `old` or `new` have in the same place."""
    result: Properties = {}
    for name, value in live.items():
        in_old, in_new = _at(old, name), _at(new, name)
        if name not in record.required and in_old is None and in_new is None:
            continue
        result[name] = _owned_within(record.fields[name], value, in_old, in_new)
    return result


def _owned_within(shape: Shape, value: Any, old: Any, new: Any) -> Any:  # noqa: ANN401
    match shape, value:
        case Record() as record, dict() if not is_secret(value):
            return _owned(record, value, old, new)
        case ListOf(items=Record() as record), list():
            return [
                _owned(record, item, _at(old, index), _at(new, index)) if isinstance(item, dict) else item
                for index, item in enumerate(value)
            ]
        case _:
            return value


def _at(value: Any, key: str | int) -> Any:  # noqa: ANN401
    if is_secret(value):
        return _at(value["value"], key)
    if isinstance(value, dict):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None
