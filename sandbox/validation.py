"""Checks a request against the service's own model, which botocore ships: required members, lengths, patterns, enums.

Ids and ARNs are left to the handlers, which know whether such a thing exists: a seeded organization may have ids
that AWS would never give out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session

from sandbox.errors import AwsError

_CODES = {"organizations": "InvalidInputException"}


def check(service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Raises ValidationException (or what the service calls it) with every constraint that `params` break."""
    model = _model(service)
    if operation not in model.operation_names:
        raise AwsError("UnknownOperationException", f"{service} has no operation {operation}")
    shape = model.operation_model(operation).input_shape
    broken = list(_broken(shape, params, "")) if shape is not None else []
    if broken:
        plural = "s" if len(broken) > 1 else ""
        message = f"{len(broken)} validation error{plural} detected: " + "; ".join(broken)
        raise AwsError(_CODES.get(service, "ValidationException"), message)


@cache
def _model(service: str) -> Any:  # noqa: ANN401  botocore has no types
    return botocore.session.get_session().get_service_model(service)


def _broken(shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
    if shape.type_name == "structure" and isinstance(value, Mapping):
        yield from _broken_structure(shape, value, path)
    elif shape.type_name == "list" and isinstance(value, list):
        yield from _broken_size(shape, value, path, "length")
        for index, item in enumerate(value, 1):
            yield from _broken(shape.member, item, f"{path}.{index}.member")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _broken_string(shape, value, path)
    elif shape.type_name in {"integer", "long"} and isinstance(value, int):
        yield from _broken_size(shape, value, path, "value")


def _broken_structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:  # noqa: ANN401
    for name, member in shape.members.items():
        where = f"{path}.{_lower(name)}" if path else _lower(name)
        if value.get(name) is not None:
            yield from _broken(member, value[name], where)
        elif name in shape.required_members:
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _broken_string(shape: Any, value: str, path: str) -> Iterator[str]:  # noqa: ANN401
    if shape.enum and value not in shape.enum:
        options = ", ".join(shape.enum)
        yield f"{_at(value, path)}: Member must satisfy enum value set: [{options}]"
    if _is_id(path):
        return
    yield from _broken_size(shape, value, path, "length")
    pattern = shape.metadata.get("pattern")
    if pattern and r"\p{" not in pattern and not re.fullmatch(pattern, value, re.ASCII):
        yield f"{_at(value, path)}: Member must satisfy regular expression pattern: {pattern}"


def _broken_size(shape: Any, value: Any, path: str, what: str) -> Iterator[str]:  # noqa: ANN401
    size = value if isinstance(value, int) else len(value)
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{_at(value, path)}: Member must have {what} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"{_at(value, path)}: Member must have {what} less than or equal to {most}"


def _is_id(path: str) -> bool:
    return path.endswith(("Id", "Arn", "Token")) and not path.endswith("managedPolicyArn")


def _at(value: object, path: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
