"""Pulumi.STACK.yaml → a Stack, with every problem at its line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from remit.errors import CatalogError, Problem, Source, did_you_mean
from remit.stack import CONFIG_KEYS, Stack, stack_of
from remit.yaml_places import Block, read_yaml, source_of

_SETTINGS = [f"remit:{key}" for key in CONFIG_KEYS]
_TOP_LEVEL = ("config", "encryptionsalt", "encryptedkey", "environment", "secretsprovider")


def read_stack(path: Path) -> Stack:
    """The stack of a Pulumi.<stack>.yaml. Raises CatalogError with every problem at its line."""
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"stack file {path} cannot be read: {error.strerror}"
        remedy = "make it, name another with --stack, or go to the project's folder"
        raise CatalogError([Problem(message, remedy)]) from error
    documents, problems = read_yaml(content, str(path))
    if problems:
        raise CatalogError(problems)
    config = _config_of(documents, path)
    problems = list(_slips(config))
    values = {key: value for key in CONFIG_KEYS if (value := config.get(f"remit:{key}")) is not None}
    try:
        stack = stack_of(_stack_name(path), values, lambda key: config.places[f"remit:{key}"])
    except CatalogError as error:
        raise CatalogError([*problems, *error.problems]) from error
    if problems:
        raise CatalogError(problems)
    return stack


def _stack_name(path: Path) -> str:
    return path.stem.removeprefix("Pulumi.")


def _config_of(documents: Sequence[object], path: Path) -> Block:
    """What stands under `config:`. An empty file is a stack with every setting at its default."""
    document = documents[0] if documents else None
    place = source_of(document) or Source(str(path), 1)
    if len(documents) > 1:
        raise CatalogError([Problem("a stack file is one document", "take out the second", source_of(documents[1]))])
    if document is None:
        return Block(place)
    if not isinstance(document, Block):
        raise CatalogError([Problem("a stack file is a mapping with `config:`", "see Pulumi.prod.yaml", place)])
    if strange := [key for key in document if key not in _TOP_LEVEL]:
        raise CatalogError(_unknown(key, _TOP_LEVEL, document.places[key]) for key in strange)
    config = document.get("config")
    if config is None:
        return Block(place)
    if not isinstance(config, Block):
        raise CatalogError([Problem("`config:` is a mapping", "see Pulumi.prod.yaml", place)])
    return config


def _slips(config: Block) -> Iterator[Problem]:
    """Settings that Pulumi would read otherwise than they look: the default scope is too wide to guess."""
    for key, place in config.places.items():
        if ":" not in key:
            yield Problem(f"setting {str(key)!r} names no project", f"write remit:{key}", place)
        elif key.startswith("remit:") and key not in _SETTINGS:
            yield _unknown(key, _SETTINGS, place)
        elif key in _SETTINGS and config[key] is None:
            yield Problem(f"{str(key)!r} has no value", "write one, or take the line out", place)


def _unknown(key: str, known: Collection[str], place: Source) -> Problem:
    if key in _SETTINGS and known is _TOP_LEVEL:
        return Problem(f"{str(key)!r} stands outside of `config:`", "write it below `config:`, indented", place)
    # "remit:" stands before each of them, and would make them all look alike.
    bare = key.removeprefix("remit:")
    near = did_you_mean(key, [name for name in known if did_you_mean(bare, [name.removeprefix("remit:")])])
    return Problem(f"unknown setting {str(key)!r}", near or f"there are {', '.join(known)}", place)
