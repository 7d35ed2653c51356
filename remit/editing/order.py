"""The canonical order of keys: that of the models, which is that of docs/catalog.md."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, get_args

from remit.catalog.load import SETTINGS_FILES
from remit.catalog.models import CatalogFile, Entry, Settings

Model = type[Entry]


def model_of(path: Path) -> Model:
    """What a file of a catalog holds."""
    return Settings if path.name in SETTINGS_FILES else CatalogFile


@cache
def fields(model: Model) -> dict[str, Model | None]:
    """The keys of a model in their order, each with the model of its value or of the items of its value."""
    found = {field.alias or name: _model_in(field.annotation) for name, field in model.model_fields.items()}
    if list(found)[-1:] == ["except"] and "expires" in found:  # where, then until when, as everywhere else
        found["expires"] = found.pop("expires")
    return found


def rank(model: Model, key: str) -> int:
    """The place of a key among the others; merges come first, unknown keys last."""
    keys = list(fields(model))
    return -1 if key == "<<" else keys.index(key) if key in keys else len(keys)


def _model_in(annotation: Any) -> Model | None:  # noqa: ANN401  a type form
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)
