"""Pulumi.yaml and Pulumi.STACK.yaml: what the project is, and the configuration of a stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.errors import ConfigurationError, SecretError
from engine.plugins.sources import python_of
from engine.values import Value

_JSON_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


@dataclass(frozen=True, slots=True)
class Project:
    """What Pulumi.yaml says. `declared` are its `config:` declarations, by full key."""

    name: str
    directory: Path
    program: Path
    python: str
    plugins: Mapping[str, Path]
    declared: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Configuration:
    """A stack's configuration as the program gets it: full key → string (JSON for anything structured)."""

    values: Mapping[str, str]


def read_project(directory: Path) -> Project:
    """The project in `directory` or the nearest folder above it; ConfigurationError if there is none."""
    directory = directory.resolve()
    path = next((p / "Pulumi.yaml" for p in (directory, *directory.parents) if (p / "Pulumi.yaml").exists()), None)
    if path is None:
        raise ConfigurationError(f"no Pulumi.yaml project file found in {directory} or above")
    document = _mapping(path)
    name = document.get("name")
    if not isinstance(name, str):
        raise ConfigurationError(f"{path}: project is missing a 'name' attribute")
    root = path.parent
    listed = ((document.get("plugins") or {}).get("providers")) or []
    return Project(
        name=name,
        directory=root,
        program=root / document.get("main", "."),
        python=python_of(document, root, where=str(path)),
        plugins={plugin["name"]: (root / plugin["path"]).resolve() for plugin in listed},
        declared={_full(key, name): value for key, value in (document.get("config") or {}).items()},
    )


def read_configuration(project: Project, stack: str, overrides: Mapping[str, str]) -> Configuration:
    """The stack's configuration: declared defaults, under Pulumi.STACK.yaml, under `--config` overrides."""
    path = project.directory / f"Pulumi.{stack}.yaml"
    document = _mapping(path) if path.exists() else {}
    if "encryptionsalt" in document and "secure:" in path.read_text(encoding="utf-8"):
        raise SecretError(f"{path} holds secrets (secure:): the embedded engine keeps none, use the Pulumi CLI")
    given = {_full(key, project.name): value for key, value in (document.get("config") or {}).items()}
    given |= {_full(key, project.name): value for key, value in overrides.items()}
    _refuse_secrets(given, path)
    values: dict[str, Any] = {}
    for key, declaration in project.declared.items():
        values |= _declared(key, declaration, given, project, path)
    return Configuration({key: _text(value) for key, value in sorted({**values, **given}.items())})


def _declared(key: str, declaration: Value, given: Mapping[str, Any], project: Project, path: Path) -> dict[str, Any]:
    """The default of one declaration, if it has one; its type holds for a given value too."""
    if not isinstance(declaration, Mapping):
        return {key: declaration}  # shorthand: the value itself
    if declaration.get("secret"):
        raise SecretError(f"{project.directory / 'Pulumi.yaml'}: '{key}' is declared secret: no secrets here")
    if "value" in declaration:
        return {key: declaration["value"]}
    kind = declaration.get("type", "string")
    if key in given:
        _check_type(key, given[key], kind, path)
        return {}
    if "default" in declaration:
        return {key: declaration["default"]}
    if key.startswith(f"{project.name}:"):
        raise ConfigurationError(
            f"Stack '{path.name.split('.')[1]}' is missing configuration value '{key.split(':', 1)[1]}': "
            f"set it in {path}"
        )
    return {}


def _check_type(key: str, value: Value, kind: str, path: Path) -> None:
    if kind not in _JSON_TYPES:
        raise ConfigurationError(f"Pulumi.yaml: '{key}' has the unknown type '{kind}'")
    expected = _JSON_TYPES[kind]
    if isinstance(value, str) and expected in (int, bool):
        ok = value.lstrip("-").isdigit() if expected is int else value in ("true", "false")
    else:
        ok = isinstance(value, expected) and not (expected is int and isinstance(value, bool))
    if not ok and not (expected is str and isinstance(value, int | float | bool)):
        raise ConfigurationError(f"{path}: '{key}' must be of type '{kind}', and is {value!r}")


def _refuse_secrets(value: Value, path: Path) -> None:
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            raise SecretError(f"{path} holds a secret (secure:): the embedded engine keeps none, use the Pulumi CLI")
        for item in value.values():
            _refuse_secrets(item, path)
    elif isinstance(value, list):
        for item in value:
            _refuse_secrets(item, path)


def _text(value: Value) -> str:
    """A value as the SDK reads it from the environment."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list | bool) or value is None:
        return json.dumps(value, separators=(",", ":"), default=str)
    return str(value)


def _full(key: str, project: str) -> str:
    """`scope` → `PROJECT:scope`; `a:config:b` → `a:b`."""
    if ":" not in key:
        return f"{project}:{key}"
    namespace, _, rest = key.partition(":")
    return f"{namespace}:{rest.removeprefix('config:')}"


def _mapping(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}: a mapping is expected")
    return document
