"""Property values between the wire and Python: plain JSON values, with Pulumi's marks for unknown and secret.

An unknown value is the string UNKNOWN. A secret is an object that carries Pulumi's signature, and stays one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.struct_pb2 import Struct

Properties = dict[str, Any]

# Constants of Pulumi's wire format (sdk/go/common/resource/plugin/rpc.go).
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type tag, not a password


def from_struct(struct: Struct) -> Properties:
    """A protobuf struct as a dictionary, with whole numbers as integers."""
    return {name: _from_value(value) for name, value in struct.fields.items()}


def _from_value(value: Any) -> Any:  # noqa: ANN401
    match value.WhichOneof("kind"):
        case "struct_value":
            return from_struct(value.struct_value)
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "string_value":
            return value.string_value
        case _:
            return None


def to_struct(properties: Mapping[str, Any]) -> Struct:
    """A dictionary as a protobuf struct. Nulls are left out, at every depth of objects."""
    struct = Struct()
    struct.update(_without_nulls(properties))
    return struct


def _without_nulls(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(item) for item in value]
    return value


def secret(value: Any) -> Properties:  # noqa: ANN401
    return {_SIGNATURE: _SECRET, "value": value}


def is_secret(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, Mapping) and value.get(_SIGNATURE) == _SECRET


def revealed(value: Any) -> Any:  # noqa: ANN401
    """The value without its secret marks, at any depth: what is sent to AWS."""
    if is_secret(value):
        return revealed(value["value"])
    if isinstance(value, Mapping):
        return {name: revealed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [revealed(item) for item in value]
    return value


def with_secrets_of(desired: Any, actual: Any) -> Any:  # noqa: ANN401
    """`actual`, marked secret wherever `desired` is."""
    if is_secret(desired):
        return actual if is_secret(actual) else secret(with_secrets_of(desired["value"], actual))
    if isinstance(desired, Mapping) and isinstance(actual, Mapping):
        return {name: with_secrets_of(desired.get(name), item) for name, item in actual.items()}
    if isinstance(desired, list) and isinstance(actual, list):
        rest = actual[len(desired) :]
        return [with_secrets_of(old, item) for old, item in zip(desired, actual, strict=False)] + rest
    return actual


def is_uncertain(value: Any) -> bool:  # noqa: ANN401
    """Whether anything in it is unknown or secret, so that nothing can be proved about its order."""
    if value == UNKNOWN or is_secret(value):
        return True
    if isinstance(value, Mapping):
        return any(is_uncertain(item) for item in value.values())
    return isinstance(value, list) and any(is_uncertain(item) for item in value)


def checkpoint(inputs: Properties, outputs: Properties) -> Properties:
    """The state that is kept: the outputs, and the inputs that led to them as a secret under `__inputs`."""
    return {**outputs, "__inputs": secret(inputs)}


def checkpointed_inputs(state: Properties) -> Properties | None:
    """The inputs that `checkpoint` put into a state; None when there are none, as in an import."""
    if "__inputs" not in state:
        return None
    inputs = state["__inputs"]
    return dict(inputs["value"] if is_secret(inputs) else inputs)
