"""All that was read of an organization as one JSON file: for an import without AWS, and for looking at it later."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from remit.errors import SnapshotError
from remit.importing.found import Found

FORMAT = 1
_FOUND = TypeAdapter(Found)


def write_found(found: Found) -> str:
    """The text of the file: `{"format": 1, "organization": {…}, "permission_sets": […], "assignments": […], …}`."""
    values = _FOUND.dump_python(found, mode="json", exclude_defaults=True)
    return json.dumps({"format": FORMAT, **values}, ensure_ascii=False, indent=1) + "\n"


def holds_everything(path: Path) -> bool:
    """Whether `remit snapshot --full` may have written the file, and not a plain `remit snapshot`."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(values, dict) and "organization" in values


def read_found(path: Path) -> Found:
    """Raises SnapshotError for what `remit snapshot --full` did not write."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SnapshotError(f"{path}: is no JSON: {error} (write it with `remit snapshot --full`)") from error
    if not isinstance(values, dict) or "organization" not in values:
        raise SnapshotError(f"{path}: holds no permission sets and assignments (write it with `remit snapshot --full`)")
    if (version := values.pop("format", None)) != FORMAT:
        raise SnapshotError(f"{path}: has the format {version!r}; this Remit reads {FORMAT} (write it again)")
    try:
        return _FOUND.validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SnapshotError(f"{path}: {place}: {first['msg']} (write it again with `remit snapshot --full`)") from error
