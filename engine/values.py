"""Property values: protobuf structs ↔ plain Python (dict, list, str, int, float, bool, None), and UNKNOWN.

UNKNOWN stands for an output that only an update will know. On the wire it is one of seven sentinel strings. A Secret is
a part of its state that a provider wants kept encrypted. From the program and its configuration no secret is taken:
one that arrives is an error, never silently written in the clear.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

from engine.errors import SecretError

Value = Any  # what a property holds; `Any`, since it is as deep as the provider wants it
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type tag, not a password
_OUTPUT_VALUE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SENTINELS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        UNKNOWN_STRING,
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


class Unknown:
    """The type of UNKNOWN: one instance, equal to itself alone."""

    _instance: Unknown | None = None

    def __new__(cls) -> Unknown:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that a provider marked as secret."""

    value: Value

    def __repr__(self) -> str:
        return "[secret]"


def from_struct(struct: struct_pb2.Struct, *, what: str, secrets: bool = False) -> dict[str, Any]:
    """A struct as a dict. `what` names it in the error that a secret raises, unless `secrets` are taken."""
    return {key: _from_value(value, f"{what}.{key}", secrets) for key, value in struct.fields.items()}


def _from_value(value: struct_pb2.Value, what: str, secrets: bool) -> Value:  # noqa: FBT001 - passed on
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _SENTINELS else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_from_value(item, f"{what}[{i}]", secrets) for i, item in enumerate(value.list_value.values)]
    if kind == "struct_value":
        return _from_object(value.struct_value, what, secrets)
    return None


def _from_object(struct: struct_pb2.Struct, what: str, secrets: bool) -> Value:  # noqa: FBT001 - passed on
    signature = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if signature == SECRET:
        if secrets:
            return Secret(_from_value(struct.fields["value"], what, secrets))
        raise SecretError(f"{what} is a secret: the embedded engine keeps no secrets, use the Pulumi CLI for that")
    if signature == _OUTPUT_VALUE:
        if struct.fields["secret"].bool_value:
            raise SecretError(f"{what} is a secret: the embedded engine keeps no secrets, use the Pulumi CLI for that")
        return _from_value(struct.fields["value"], what, secrets) if "value" in struct.fields else UNKNOWN
    return from_struct(struct, what=what, secrets=secrets)


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """A dict as a struct; UNKNOWN becomes the sentinel string."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        _set_value(struct.fields[key], value)
    return struct


def _set_value(target: struct_pb2.Value, value: Value) -> None:
    if isinstance(value, Secret):
        value = {SIGNATURE: SECRET, "value": value.value}
    if isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for item in value:
            _set_value(target.list_value.values.add(), item)
    elif isinstance(value, Mapping):
        target.struct_value.SetInParent()
        for key, item in value.items():
            _set_value(target.struct_value.fields[key], item)
    else:
        _set_scalar(target, value)


def _set_scalar(target: struct_pb2.Value, value: Value) -> None:
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif value is UNKNOWN:
        target.string_value = UNKNOWN_STRING
    else:
        raise TypeError(f"not a property value: {value!r}")


def leaves(value: Value) -> Iterator[Any]:
    """Every scalar in a value."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, Secret):
        yield from leaves(value.value)
    else:
        yield value


def known_part(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is UNKNOWN, at any depth."""
    return {key: _known_part(value) for key, value in properties.items() if value is not UNKNOWN}


def _known_part(value: Value) -> Value:
    if isinstance(value, Mapping):
        return known_part(value)
    if isinstance(value, list):
        return [_known_part(item) for item in value if item is not UNKNOWN]
    if isinstance(value, Secret):
        return Secret(_known_part(value.value))
    return value


def has_unknowns(value: Value) -> bool:
    """Whether any part of a value is UNKNOWN."""
    return any(leaf is UNKNOWN for leaf in leaves(value))
