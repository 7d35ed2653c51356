"""Outputs of components, and of the stack."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine import urn as urns
from engine.deploy.deployment import Deployment
from engine.errors import EngineError
from engine.values import has_unknowns


class Outputs:
    """Keeps what RegisterResourceOutputs says. The stack's outputs are kept when the run is over."""

    def __init__(self, run: Deployment) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._stack: tuple[str, Mapping[str, Any]] | None = None

    def register(self, urn: str, outputs: Mapping[str, Any]) -> None:
        """Note the outputs of a resource of this run."""
        if urns.type_of(urn) == urns.STACK_TYPE:
            with self._lock:
                self._stack = (urn, outputs)
            return
        with self._run.lock:
            if urn in self._run.progress.not_created | self._run.progress.skipped:
                return
        self._keep(urn, outputs)

    def finish(self) -> None:
        """Keep the stack's outputs. After a failure, those that are not known now stay as they were."""
        with self._lock:
            registered, self._stack = self._stack, None
        if registered is None:
            return
        urn, outputs = registered
        if self._run.progress.failures:
            known = {key: value for key, value in outputs.items() if not has_unknowns(value)}
            outputs = {**self._run.outputs_of(urn), **known}
        self._keep(urn, outputs)

    def _keep(self, urn: str, outputs: Mapping[str, Any]) -> None:
        with self._run.lock:
            entry = self._run.progress.news.get(urn)
        if entry is None:
            raise EngineError(f"cannot complete a resource '{urn}' whose registration isn't pending")
        number, resource = entry
        if self._run.progress.failures and not self._run.options.preview:
            outputs = {key: value for key, value in outputs.items() if not has_unknowns(value)}
        state = replace(resource, outputs=outputs)
        if dict(resource.outputs) != dict(outputs):
            self._run.ledger.change(number, outputs=outputs)
        self._run.record(number, state)
        self._run.events.outputs(state, self._run.outputs_of(urn))
