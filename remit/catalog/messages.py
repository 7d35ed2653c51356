"""From a pydantic error to a Problem: the place in the file, the value, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from remit.catalog.models import Entry
from remit.errors import BadValue, Problem, Source, did_you_mean
from remit.yaml_places import Block, Series, Text, not_text, source_of

Location = tuple[int | str, ...]


def problems_of(error: ValidationError, model: type[BaseModel], data: object) -> Iterator[Problem]:
    """Every error of validating `data` (values of remit.yaml_places) as `model`."""
    found = error.errors(include_url=False)
    unknown = [details["loc"] for details in found if details["type"] == "extra_forbidden"]
    for details in found:
        if details["type"] != "missing" or not _is_misspelt(details["loc"], unknown, model):
            yield _problem(details, model, data)


def _problem(details: ErrorDetails, model: type[BaseModel], data: object) -> Problem:
    location = details["loc"]
    source = _place(data, location)
    key = str(location[-1]) if location else ""
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, BadValue):
        return Problem(_with_field(cause.message, _field_name(location, data)), cause.remedy, source)
    if details["type"] == "extra_forbidden":
        return _unknown_key(key, model_at(model, location[:-1]), source)
    if details["type"] == "missing":
        return Problem(f"{key!r} is missing", _to_add(model_at(model, location[:-1]), key), source)
    words = _WORDS.get(details["type"], _as_pydantic_says)
    return Problem(f"{_field_name(location, data) or 'the file'} {words(details)}", _remedy(details), source)


def _is_misspelt(missing: Location, unknown: list[Location], model: type[BaseModel]) -> bool:
    """Whether a key that is missing stands there under a wrong name, of which another problem tells."""
    beside = [str(location[-1]) for location in unknown if location[:-1] == missing[:-1]]
    key, found = str(missing[-1]), model_at(model, missing[:-1])
    refused = found.refused if found is not None and issubclass(found, Entry) else {}
    return any(did_you_mean(other, [key]) or refused.get(other) == f"write `{key}`" for other in beside)


def _with_field(message: str, field: str) -> str:
    """'name: 'A B' is not allowed here': a message that begins with the value says of which key."""
    if message.startswith(("must be", "has no")):
        return f"{field} {message}"
    return f"{field}: {message}" if field and message.startswith("'") else message


def _field_name(location: Location, data: object) -> str:
    """'targets[2]' for the third of the targets. Keys of a long form that the file does not have are left out."""
    shown = ""
    for part in location:
        if isinstance(part, str):
            if isinstance(data, Text):
                break
            shown = part
            data = data.get(part) if isinstance(data, Block) else None
        elif isinstance(data, Series) and part < len(data):
            shown, data = f"{shown}[{part}]", data[part]
    return shown


def _unknown_key(key: str, model: type[BaseModel] | None, source: Source | None) -> Problem:
    refused = model.refused if model is not None and issubclass(model, Entry) else {}
    if key in refused:
        return Problem(f"{key!r} cannot stand here", refused[key], source)
    known = keys_of(model) if model else []
    remedy = did_you_mean(key, known) or f"there are {', '.join(known)}"
    return Problem(f"unknown key {key!r}", remedy, source)


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model as they stand in a file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _to_add(model: type[BaseModel] | None, key: str) -> str:
    """What a key that is missing is for."""
    fields = model.model_fields.items() if model else ()
    description = next((field.description or "" for name, field in fields if (field.alias or name) == key), "")
    return f"add it: {description}" if description else "add it"


def model_at(model: type[BaseModel] | None, location: Location) -> type[BaseModel] | None:
    """The model that stands at a location within `model`."""
    for part in location:
        if model is None or isinstance(part, int):
            continue
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        model = _model_in(fields[part].annotation) if part in fields else None
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _place(data: object, location: Location) -> Source | None:
    """The source of what stands at a location, or of the nearest thing around it."""
    source = source_of(data)
    for part in location:
        if isinstance(data, Block) and part in data:
            source, data = data.places[str(part)], data[str(part)]
        elif isinstance(data, Series) and isinstance(part, int) and part < len(data):
            source, data = data.places[part], data[part]
        elif part != 0 or not isinstance(data, Block):  # where a list may be one mapping, that is its first item
            break
    return source


def _found(details: ErrorDetails) -> str:
    value = details["input"]
    if value is None:
        return "nothing"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else f"the text {value!r}"


def _as_pydantic_says(details: ErrorDetails) -> str:
    return f"is wrong: {details['msg']}"


def _matching(details: ErrorDetails) -> str:
    pattern = details["ctx"]["pattern"]
    return "twelve digits" if pattern == r"^\d{12}$" else f"text that matches {pattern}"


def _takes(what: str) -> Callable[[ErrorDetails], str]:
    return lambda details: f"takes {what}, not {_found(details)}"


_EXAMPLES = {
    "permissions_boundary": "{aws_managed: NAME} or {customer_managed: NAME}",
    "inline_policy": "{statements: [...]}",
}


def _remedy(details: ErrorDetails) -> str:
    """What to write instead, where that is known."""
    value, key = details["input"], str(details["loc"][-1]) if details["loc"] else ""
    if value is None:
        return "give it one, or leave the key out"
    if details["type"] == "literal_error":
        return did_you_mean(str(value), re.findall(r"'([^']*)'", details["ctx"]["expected"]))
    if details["type"] == "too_short":
        return "add at least one" if isinstance(value, list) else "add at least one, or leave the key out"
    if details["type"] == "tuple_type" and isinstance(value, dict) and "Statement" in value:
        return "write the list that stands under Statement, and nothing else of the document"
    if details["type"] == "tuple_type":
        return f"{f'write [{value}], or ' if isinstance(value, str) else ''}begin each item with a dash"
    return f"write {key}: {_EXAMPLES[key]}" if key in _EXAMPLES else ""


_WORDS: Mapping[str, Callable[[ErrorDetails], str]] = {
    "model_type": _takes("a mapping"),
    "mapping_type": _takes("a mapping"),
    "dict_type": _takes("a mapping"),
    "tuple_type": lambda details: "has no value" if details["input"] is None else _takes("a list")(details),
    "string_type": lambda details: not_text(details["input"]),
    "literal_error": lambda details: f"takes {details['ctx']['expected']}, not {_found(details)}",
    "enum": lambda details: f"takes {details['ctx']['expected']}, not {_found(details)}",
    "string_pattern_mismatch": lambda details: f"takes {_matching(details)}, not {_found(details)}",
    "too_short": lambda details: f"is an empty {'mapping' if isinstance(details['input'], dict) else 'list'}",
}
