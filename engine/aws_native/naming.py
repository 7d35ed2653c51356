"""Names between the SDK (camelCase) and Cloud Control (PascalCase), for a value of a known shape.

Only the keys of records change; the keys of a JSON document are the user's own and stay.
"""

from __future__ import annotations

from typing import Any

from engine.aws_native.resource_types import ListOf, Record, Shape


def cloud_name(name: str) -> str:
    return name[:1].upper() + name[1:]


def sdk_name(name: str) -> str:
    return name[:1].lower() + name[1:]


def to_cloud(shape: Shape, value: Any) -> Any:  # noqa: ANN401
    """A value of the SDK as Cloud Control has it. Fields that the shape does not know are left out."""
    match shape, value:
        case Record(fields=fields), dict():
            return {cloud_name(name): to_cloud(fields[name], value[name]) for name in fields if name in value}
        case ListOf(items=items), list():
            return [to_cloud(items, item) for item in value]
        case _:
            return value


def to_sdk(shape: Shape, value: Any) -> Any:  # noqa: ANN401
    """A value of Cloud Control as the SDK has it. Fields that the shape does not know are kept: they are news."""
    match shape, value:
        case Record(fields=fields), dict():
            return {
                sdk_name(name): to_sdk(fields[sdk_name(name)], item) if sdk_name(name) in fields else item
                for name, item in value.items()
            }
        case ListOf(items=items), list():
            return [to_sdk(items, item) for item in value]
        case _:
            return value
