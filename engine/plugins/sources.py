"""Which folder serves a package: Pulumi.yaml's own plugins, or the stand-in that comes with the engine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.errors import ConfigurationError, PluginError

BUILT_IN = {"aws-native": Path(__file__).resolve().parent.parent / "aws_native"}


@dataclass(frozen=True, slots=True)
class PluginSource:
    """A plugin's folder and the Python that runs it. A shared one serves every instance from one process."""

    package: str
    folder: Path
    python: str
    shared: bool = False


def find_plugin(package: str, project_plugins: Mapping[str, Path]) -> PluginSource:
    """The source of `package`'s plugin; PluginError if there is none."""
    if package in project_plugins:
        return _source(package, project_plugins[package], shared=False)
    if package in BUILT_IN:
        return _source(package, BUILT_IN[package], shared=True)
    raise PluginError(
        f"no plugin for package '{package}': the embedded engine serves the project's own plugins "
        f"(Pulumi.yaml, plugins.providers) and {', '.join(BUILT_IN)}"
    )


def _source(package: str, folder: Path, *, shared: bool) -> PluginSource:
    path = folder / "PulumiPlugin.yaml"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise PluginError(f"the plugin of package '{package}' has no {path}") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    return PluginSource(package, folder, python_of(document, folder, where=str(path)), shared=shared)


def python_of(document: Mapping[str, Any], folder: Path, *, where: str) -> str:
    """The Python that `runtime:` asks for: its virtualenv's, or this one where that is missing."""
    runtime = document.get("runtime", "python")
    name = runtime.get("name") if isinstance(runtime, Mapping) else runtime
    if name != "python":
        raise ConfigurationError(f"{where}: runtime {name!r}: the embedded engine runs Python only")
    options = runtime.get("options") or {} if isinstance(runtime, Mapping) else {}
    virtualenv = options.get("virtualenv")
    if virtualenv:
        python = folder / virtualenv / "bin" / "python"
        if python.exists():
            return str(python)
    return sys.executable
