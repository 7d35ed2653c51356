"""The providers of a run, by reference: plugin processes, and the life of provider resources.

A provider resource is created, updated and kept by configuring an instance of its plugin. A plugin that is not shared
has a process for each instance, as with the Pulumi CLI.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine import urn as urns
from engine.errors import PluginError, ProviderError
from engine.plugins.answers import Checked, Diff, Written
from engine.plugins.messages import Message
from engine.plugins.process import Child
from engine.plugins.provider import Provider, open_channel
from engine.plugins.sources import PluginSource, find_plugin
from engine.state.resource import Resource
from engine.values import UNKNOWN_STRING

_START_SECONDS = 60.0
_UNCONFIGURED = UNKNOWN_STRING  # as the program names one that is still to be made, or never was
Properties = Mapping[str, Any]


class Registry:
    """Every provider instance of one run. Safe to use from several threads.

    `on_output(package, line)` gets what plugins print.
    """

    def __init__(
        self,
        *,
        project: Path,
        plugins: Mapping[str, Path],
        engine_address: str,
        preview: bool,
        on_output: Callable[[str, str], None],
    ) -> None:
        self._project = project
        self._plugins = plugins
        self._engine_address = engine_address
        self._preview = preview
        self._on_output = on_output
        self._lock = threading.Lock()
        self._instances: dict[str, Provider] = {}
        self._loading: dict[str, threading.RLock] = {}
        self._shared: dict[str, Any] = {}
        self._children: list[Child] = []
        self._closed = False

    # -- instances

    def get(self, reference: str) -> Provider:
        """A configured instance; ProviderError if it was never registered."""
        with self._lock:
            provider = self._instances.get(reference)
        if provider is None:
            raise ProviderError(f"provider {reference} is not registered")
        return provider

    def has(self, reference: str) -> bool:
        """Whether the instance is configured."""
        with self._lock:
            return reference in self._instances

    def ensure(self, resource: Resource) -> Provider:
        """The instance of a provider resource as it stands in the state, started if need be."""
        reference = urns.reference(resource.urn, resource.id)
        with self._loading_lock(reference):
            if not self.has(reference):
                provider = self._start(resource.urn, reference)
                provider.configure(configuration(resource.inputs))
                self._keep(reference, provider)
        return self.get(reference)

    # -- provider resources

    def check(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """Start the plugin and check a configuration. `__internal` is the engine's own and stays as it is."""
        provider = self._start(urn, urns.reference(urn, _UNCONFIGURED))
        checked = provider.check_config(urn, configuration(olds), configuration(news))
        if checked.failures:
            return checked
        self._keep(urns.reference(urn, _UNCONFIGURED), provider)
        inputs = dict(checked.inputs)
        inputs |= {key: news[key] for key in ("version", "__internal") if key in news}
        return Checked(inputs)

    def diff(self, old: Resource, news: Properties) -> Diff:
        """What a new configuration does to a provider; a plugin that leaves it open is compared by value."""
        provider = self._unconfigured(old.urn) or self.ensure(old)
        new = configuration(news)
        diff = provider.diff_config(old.urn, configuration(old.inputs), old.outputs, new)
        if diff.changes is None:
            return Diff(dict(old.outputs) != new, changed=_changed(old.outputs, new), replaces=diff.replaces)
        return diff

    def create(self, urn: str, inputs: Properties) -> Written:
        """Configure a new instance under an ID of its own."""
        id_ = UNKNOWN_STRING if self._preview else str(uuid.uuid4())
        return self._configure(urn, id_, inputs)

    def update(self, urn: str, id_: str, inputs: Properties) -> Written:
        """Configure the instance anew, under the ID that it has."""
        return self._configure(urn, id_, inputs)

    def same(self, urn: str, id_: str, inputs: Properties) -> None:
        """Configure the instance that was checked, unless there is one already."""
        if not self.has(urns.reference(urn, id_)):
            self._configure(urn, id_, inputs)

    def _configure(self, urn: str, id_: str, inputs: Properties) -> Written:
        reference = urns.reference(urn, id_)
        provider = self._take_unconfigured(urn) or self._start(urn, reference)
        provider.reference = reference
        settings = configuration(inputs)
        provider.configure(settings)
        self._keep(reference, provider)
        return Written(id_, settings)

    # -- processes

    def _start(self, urn: str, reference: str) -> Provider:
        package = urns.provider_package(urns.type_of(urn))
        source = find_plugin(package, self._plugins)
        with self._loading_lock(package if source.shared else reference):
            channel = self._shared.get(package) if source.shared else None
            if channel is None:
                channel = self._launch(source)
                if source.shared:
                    self._shared[package] = channel
        provider = Provider(channel, reference, preview=self._preview)
        provider.handshake(self._engine_address, str(source.folder))
        return provider

    def _launch(self, source: PluginSource) -> Message:
        if self._closed:
            raise PluginError("the run is over")
        child = Child(
            [source.python, str(source.folder), self._engine_address],
            cwd=self._project,
            environment=os.environ,
            on_output=lambda line: self._on_output(source.package, line),
            first=True,
        )
        with self._lock:
            self._children.append(child)
        try:
            port = child.first_line(_START_SECONDS)
        except PluginError as error:
            raise PluginError(f"package '{source.package}' ({source.folder}): {error}") from error
        if not port.isdigit():
            raise PluginError(f"package '{source.package}' ({source.folder}) printed {port!r} instead of its port")
        return open_channel(port)

    def cancel(self) -> None:
        """Ask every plugin to give up what it is doing; one that cannot be asked is left alone."""
        with self._lock:
            providers = list(self._instances.values())
        for provider in providers:
            try:
                provider.cancel()
            except ProviderError:
                continue  # it has stopped already, which is what was asked

    def kill(self) -> None:
        """Kill every plugin, so that all calls end; `close` follows."""
        with self._lock:
            self._closed = True
            children = list(self._children)
        for child in children:
            child.kill()

    def close(self) -> None:
        """Stop every plugin."""
        with self._lock:
            self._closed = True
            children, self._children = self._children, []
        for child in children:
            child.stop()

    def _keep(self, reference: str, provider: Provider) -> None:
        with self._lock:
            self._instances[reference] = provider

    def _unconfigured(self, urn: str) -> Provider | None:
        with self._lock:
            return self._instances.get(urns.reference(urn, _UNCONFIGURED))

    def _take_unconfigured(self, urn: str) -> Provider | None:
        with self._lock:
            return self._instances.pop(urns.reference(urn, _UNCONFIGURED), None)

    def _loading_lock(self, key: str) -> threading.RLock:
        with self._lock:
            return self._loading.setdefault(key, threading.RLock())


def configuration(inputs: Properties) -> dict[str, Any]:
    """A provider's inputs without what is the engine's own."""
    return {key: value for key, value in inputs.items() if key != "__internal"}


def _changed(olds: Properties, news: Properties) -> tuple[str, ...]:
    return tuple(sorted(key for key in {*olds, *news} if olds.get(key) != news.get(key)))
