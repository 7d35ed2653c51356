"""What every edit of an import does: a key is written or goes, and what cannot be edited is told with its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from remit.editing import EditableFile
from remit.editing.document import Address
from remit.errors import BadValue, CatalogError, Problem, Source


@contextmanager
def editing(source: Source | None) -> Iterator[None]:
    """What is edited stands there. Raises CatalogError where it cannot be edited."""
    try:
        yield
    except (KeyError, BadValue) as error:
        remedy = "write each entry on lines of its own, without anchors, and import again"
        raise CatalogError(
            [Problem(f"the import cannot edit what is written so: {error.args[0]}", remedy, source)]
        ) from error


def write_or_drop(file: EditableFile, address: Address, key: str, value: object) -> None:
    """The entry has this value under the key; without a value, not the key."""
    if value:
        file.set(address, key, value)
    elif key in file.keys(address):
        file.drop(address, key)
