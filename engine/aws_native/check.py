"""Checks of a resource's inputs: nulls dropped, a name filled in, and what is wrong with them said."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from typing import Any

from engine.aws_native.resource_types import Json, ListOf, Record, ResourceType, Scalar, Shape
from engine.aws_native.values import UNKNOWN, Properties, revealed

Failure = tuple[str, str]
"""A property's path and what is wrong with it."""

_SUFFIX_LENGTH = 7
_PYTHON_TYPES: dict[str, type] = {"string": str, "integer": int, "bool": bool}


class NameTooLongError(Exception):
    """No name can be made up that is short enough."""


def without_nulls(value: Any) -> Any:  # noqa: ANN401
    """The value without null entries. An object that had nothing but nulls is null itself; empty ones stay."""
    if isinstance(value, list):
        return [kept for item in value if (kept := without_nulls(item)) is not None]
    if isinstance(value, dict) and value:
        return {name: kept for name, item in value.items() if (kept := without_nulls(item)) is not None} or None
    return value


def named(resource_type: ResourceType, inputs: Properties, old: Properties, *, name: str, seed: bytes) -> Properties:
    """The inputs with a physical name: their own, else the old one, else `NAME-` and seven hex digits.

    The digits follow from the seed, so that a preview and its update agree. They are not those that
    pulumi-aws-native would draw from the same seed.
    """
    field = resource_type.name_property
    if not field or field in inputs:
        return inputs
    if field in old:
        return {**inputs, field: old[field]}
    return {**inputs, field: _made_up(name, resource_type.name_length, seed)}


def _made_up(name: str, longest: int, seed: bytes) -> str:
    prefix = f"{name}-"
    room = longest - len(prefix) if longest else _SUFFIX_LENGTH
    if room <= 0:
        raise NameTooLongError(f"{name!r} is too long to make a name of at most {longest} characters; give a name")
    digits = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex(_SUFFIX_LENGTH)
    return prefix + digits[: min(room, _SUFFIX_LENGTH)]


def failures(resource_type: ResourceType, inputs: Properties) -> list[Failure]:
    """What is wrong with the inputs: a missing property, an unknown one, one of the wrong type."""
    return list(_record_failures(resource_type.inputs, "", inputs))


def _record_failures(record: Record, path: str, value: Properties) -> Iterator[Failure]:
    for name, shape in record.fields.items():
        inner = f"{path}/{name}" if path else name
        if name in value:
            yield from _failures(shape, inner, revealed(value[name]))
        elif name in record.required and not path:
            yield inner, f"missing required property {inner}"
    for name in value.keys() - record.fields.keys():
        inner = f"{path}.{name}" if path else name
        yield inner, f"unknown property {inner}"


def _failures(shape: Shape, path: str, value: Any) -> Iterator[Failure]:  # noqa: ANN401
    if value is None or value == UNKNOWN:
        return
    match shape:
        case Json():
            return
        case Record():
            if isinstance(value, dict):
                yield from _record_failures(shape, path, value)
            else:
                yield path, f"{path} must be an object"
        case ListOf(items=items):
            if not isinstance(value, list):
                yield path, f"{path} must be an array"
                return
            for index, item in enumerate(value):
                yield from _failures(items, f"{path}[{index}]", item)
        case Scalar(kind=kind):
            if not isinstance(value, _PYTHON_TYPES[kind]):
                article = "an" if kind == "integer" else "a"
                yield path, f"{path} must be {article} {kind}"
