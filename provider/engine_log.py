"""Tells the engine, and so the person before it, what goes on: warnings, and progress of long work."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from provider.account_assignments import Told
from remit.aws.scheduler import Progress

_DEBUG, _INFO, _WARNING, _ERROR = engine_pb2.DEBUG, engine_pb2.INFO, engine_pb2.WARNING, engine_pb2.ERROR
Clock = Callable[[], float]


class EngineLog:
    """Log lines attached to a resource. No engine, or one that hangs up, is no reason to fail."""

    def __init__(self, channel: grpc.Channel | None = None, *, clock: Clock = time.monotonic) -> None:
        self._engine: Any = engine_pb2_grpc.EngineStub(channel) if channel else None
        self._clock = clock

    def debug(self, message: str, urn: str) -> None:
        self._log(_DEBUG, message, urn)

    def info(self, message: str, urn: str) -> None:
        self._log(_INFO, message, urn)

    def warning(self, message: str, urn: str) -> None:
        self._log(_WARNING, message, urn)

    def error(self, message: str, urn: str) -> None:
        self._log(_ERROR, message, urn)

    def status(self, message: str, urn: str) -> None:
        """Stands beside the resource while it is worked on, and leaves no trace."""
        self._log(_INFO, message, urn, ephemeral=True)

    def told(self, urn: str) -> Told:
        """Progress of one resource: its status every three seconds, a line that stays every minute."""
        status, line = _Every(3, self._clock), _Every(60, self._clock)

        def tell(message: str) -> None:
            if status.due():
                self.status(message, urn)
            if line.due():
                self.info(message, urn)

        def reading(done: int, total: int) -> None:
            tell(f"read {done} of {total} accounts")

        def writing(progress: Progress) -> None:
            tell(f"{progress.done} of {progress.total} changes made, {_left(progress.seconds_left)}")

        def there(count: int, wanted: int) -> None:
            if count:
                self.info(f"{count} of {wanted} assignments are there already, and are taken over as they are", urn)

        return Told(reading, writing, there, lambda message: self.warning(message, urn))

    def _log(self, severity: Any, message: str, urn: str, *, ephemeral: bool = False) -> None:  # noqa: ANN401 - enum
        if self._engine is None:
            return
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=ephemeral)
        try:
            self._engine.Log(request, timeout=10)
        except grpc.RpcError:
            self._engine = None


class _Every:
    """Due once in a number of seconds, for the first time after that long."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds, self._clock = seconds, clock
        self._last = clock()

    def due(self) -> bool:
        if self._clock() - self._last < self._seconds:
            return False
        self._last = self._clock()
        return True


def _left(seconds: float) -> str:
    if seconds == float("inf"):
        return "no estimate yet"
    if seconds < 90:
        return f"about {seconds:.0f} s left"
    return f"about {seconds / 60:.0f} min left"
