"""Default providers: those that the engine registers when a resource names none."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from engine import urn as urns
from engine.deploy.deployment import Deployment
from engine.deploy.goal import Goal
from engine.deploy.registration import register
from engine.errors import EngineError


class DefaultProviders:
    """One for each package and version. `config` is the stack's, by full key (`aws-native:region`)."""

    def __init__(self, run: Deployment, config: Mapping[str, str]) -> None:
        self._run = run
        self._config = config
        self._lock = threading.Lock()
        self._references: dict[tuple[str, str], str] = {}

    def reference(self, type_: str, version: str) -> str:
        """The reference of the default provider that serves a type, registered on first use."""
        package = urns.package_of(type_)
        if package == "pulumi":
            raise EngineError(f"{type_}: the embedded engine has none of Pulumi's built-in resources and functions")
        self._refuse_denied(package, type_)
        with self._lock:
            key = (package, version)
            if key not in self._references:
                self._references[key] = self._register(package, version)
            return self._references[key]

    def _register(self, package: str, version: str) -> str:
        prefix = f"{package}:"
        inputs: dict[str, Any] = {
            key.removeprefix(prefix): value for key, value in self._config.items() if key.startswith(prefix)
        }
        goal = Goal(
            type=urns.PROVIDER_PREFIX + package,
            name=default_name(version),
            custom=True,
            inputs=with_version(inputs, version),
        )
        registered = register(self._run, goal)
        if registered.failed:
            raise EngineError(f"the default provider of package '{package}' could not be configured")
        return urns.reference(registered.state.urn, registered.state.id)

    def _refuse_denied(self, package: str, type_: str) -> None:
        denied = json.loads(self._config.get("pulumi:disable-default-providers") or "[]")
        if "*" in denied or package in denied:
            raise EngineError(f"Default provider for '{package}' disabled. '{type_}' must use an explicit provider.")


def default_name(version: str) -> str:
    """`default`, or `default_1_84_0`."""
    return "default_" + version.replace(".", "_").replace("-", "_").replace("+", "_") if version else "default"


def with_version(inputs: Mapping[str, Any], version: str) -> dict[str, Any]:
    """A provider's inputs with the plugin version that the program asks for, marked as the engine's doing."""
    if not version:
        return dict(inputs)
    return {**inputs, "version": version, "__internal": inputs.get("__internal", {})}
