"""The files of other tools as values that know their place. What is wrong is a CatalogError with file and line."""

from __future__ import annotations

from pathlib import Path

from remit.errors import CatalogError, Problem, Source
from remit.yaml_places import Block, Series, Text, read_yaml


def read_text(path: Path) -> str:
    """UTF-8, with or without a byte order mark. Raises CatalogError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _refusal(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _refusal(path, f"not UTF-8 at byte {error.start}", "save it as UTF-8") from error


def read_mapping(path: Path, *, functions: bool = False) -> Block:
    """The one mapping of a YAML or JSON file. `functions`: CloudFormation's tags are read. Raises CatalogError."""
    documents, problems = read_yaml(read_text(path), str(path), functions=functions)
    if problems:
        raise CatalogError(problems)
    if len(documents) > 1:
        raise _refusal(path, f"holds {len(documents)} documents, where one mapping is needed", "take out all but one")
    data = documents[0] if documents else None
    if isinstance(data, Block):
        return data
    what = "a list" if isinstance(data, Series) else "text" if isinstance(data, Text) else "nothing"
    raise _refusal(path, f"holds {what}, where a mapping is needed")


def _refusal(path: Path, message: str, remedy: str = "") -> CatalogError:
    return CatalogError([Problem(message, remedy, Source(str(path), 0))])
