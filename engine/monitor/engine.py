"""The Engine service: what the program and the plugins log, and the stack's own resource."""

from __future__ import annotations

import threading

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from engine.deploy.events import Events, Severity
from engine.plugins.messages import Message

_SEVERITIES: dict[int, Severity] = {0: "debug", 1: "info", 2: "warning", 3: "error"}


# What the SDK logs when a run is stopped; why it was stopped is told already.
_GOING_AWAY = "Resource monitor has terminated"


class EngineService(engine_pb2_grpc.EngineServicer):
    """Passes messages on. `errors` counts those of severity error, which fail the run."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._root = ""
        self.errors = 0

    def Log(self, request: Message, context: Message) -> Message:  # noqa: N802
        """A message. Ephemeral ones are progress, shown and not kept."""
        severity = _SEVERITIES.get(request.severity, "info")
        if severity == "error" and request.message.startswith(_GOING_AWAY):
            return empty_pb2.Empty()
        if severity == "error":
            with self._lock:
                self.errors += 1
        if request.ephemeral:
            self._events.status(request.message, request.urn)
        else:
            self._events.log(severity, request.message, request.urn)
        return empty_pb2.Empty()

    def GetRootResource(self, request: Message, context: Message) -> Message:  # noqa: N802
        """The stack's URN."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Message, context: Message) -> Message:  # noqa: N802
        """Tell the stack's URN."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def StartDebugging(self, request: Message, context: Message) -> Message:  # noqa: N802
        """Nobody attaches here."""
        return empty_pb2.Empty()

    def RequirePulumiVersion(self, request: Message, context: Message) -> Message:  # noqa: N802
        """Any version that a program asks for is taken to be followed."""
        return engine_pb2.RequirePulumiVersionResponse()
