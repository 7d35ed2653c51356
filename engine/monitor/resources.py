"""The ResourceMonitor service: what the program's SDK calls for each resource."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from engine.deploy.defaults import DefaultProviders
from engine.deploy.deployment import Deployment
from engine.deploy.goal import Goal
from engine.deploy.outputs import Outputs
from engine.deploy.reading import read
from engine.deploy.registration import Registered, register
from engine.errors import EngineError
from engine.monitor.requests import goal_of
from engine.plugins.messages import Message
from engine.values import from_struct, to_struct

T = TypeVar("T")

FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,  # so that they arrive marked, and can be refused
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
)


class ResourceMonitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Serves one program. `finished` is set when the program has registered everything.

    A failure that concerns one resource is answered as such; one that concerns the program aborts the call.
    """

    def __init__(self, run: Deployment, defaults: DefaultProviders, outputs: Outputs) -> None:
        self._run = run
        self._defaults = defaults
        self._outputs = outputs
        self.finished = threading.Event()

    def GetDeploymentInfo(self, request: Message, context: Message) -> Message:  # noqa: N802
        """What is being deployed, and what this monitor knows of."""
        return resource_pb2.DeploymentInfo(
            project=self._run.project,
            stack=self._run.stack,
            organization="organization",
            dryRun=self._run.options.preview,
            parallel=self._run.options.parallel,
            supportedFeatures=FEATURES,
        )

    def SupportsFeature(self, request: Message, context: Message) -> Message:  # noqa: N802
        """The same for SDKs that ask one by one."""
        known = {"secrets", "aliasSpecs", "deletedWith", "replaceWith"}
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in known)

    def RegisterResource(self, request: Message, context: Message) -> Message:  # noqa: N802
        """Create, update or keep a resource; answers when that is done."""
        registered = self._answer(context, lambda: self._register(request))
        return resource_pb2.RegisterResourceResponse(
            urn=registered.state.urn,
            id=registered.state.id,
            object=to_struct(registered.state.outputs),
            result=resource_pb2.FAIL if registered.failed else resource_pb2.SUCCESS,
            unknown=registered.unknown,
        )

    def _register(self, request: Message) -> Registered:
        needs_provider = request.custom and not request.type.startswith("pulumi:providers:")
        provider = self._provider(request) if needs_provider else ""
        return register(self._run, goal_of(request, provider))

    def RegisterResourceOutputs(self, request: Message, context: Message) -> Message:  # noqa: N802
        """Keep the outputs of a component or the stack."""
        self._answer(
            context, lambda: self._outputs.register(request.urn, from_struct(request.outputs, what=request.urn))
        )
        return empty_pb2.Empty()

    def ReadResource(self, request: Message, context: Message) -> Message:  # noqa: N802
        """Look at a resource that something else manages."""
        registered = self._answer(context, lambda: self._read(request))
        return resource_pb2.ReadResourceResponse(
            urn=registered.state.urn,
            properties=to_struct(registered.state.outputs),
            id=registered.state.id,
            result=resource_pb2.FAIL if registered.failed else resource_pb2.SUCCESS,
        )

    def _read(self, request: Message) -> Registered:
        goal = Goal(
            type=request.type,
            name=request.name,
            custom=True,
            inputs=from_struct(request.properties, what=request.name),
            parent=request.parent,
            provider=self._provider(request),
            dependencies=tuple(sorted(request.dependencies)),
        )
        return read(self._run, goal, request.id)

    def Invoke(self, request: Message, context: Message) -> Message:  # noqa: N802
        """Call a provider's function."""
        arguments = self._answer(context, lambda: from_struct(request.args, what=request.tok))
        reference = request.provider or self._answer(
            context, lambda: self._defaults.reference(request.tok, request.version)
        )

        def call() -> tuple[dict[str, Any], Any]:
            with self._run.workers:
                self._run.refuse_if_stopping()
                return self._run.registry.get(reference).invoke(request.tok, arguments)

        result, failures = self._answer(context, call)
        return provider_pb2.InvokeResponse(
            **{"return": to_struct(result)},
            failures=[provider_pb2.CheckFailure(property=f.property, reason=f.reason) for f in failures],
        )

    def RegisterStackTransform(self, request: Message, context: Message) -> NoReturn:  # noqa: N802
        """Not done: a program that asks for it fails rather than deploy something else."""
        self._unsupported(context, "stack transforms")

    def RegisterStackInvokeTransform(self, request: Message, context: Message) -> NoReturn:  # noqa: N802
        """Not done."""
        self._unsupported(context, "invoke transforms")

    def RegisterResourceHook(self, request: Message, context: Message) -> NoReturn:  # noqa: N802
        """Not done."""
        self._unsupported(context, "resource hooks")

    def RegisterErrorHook(self, request: Message, context: Message) -> NoReturn:  # noqa: N802
        """Not done."""
        self._unsupported(context, "error hooks")

    def RegisterPackage(self, request: Message, context: Message) -> NoReturn:  # noqa: N802
        """Not done."""
        self._unsupported(context, "parameterized packages")

    def Call(self, request: Message, context: Message) -> NoReturn:  # noqa: N802
        """Not done."""
        self._unsupported(context, "method calls on remote components")

    def SignalAndWaitForShutdown(self, request: Message, context: Message) -> Message:  # noqa: N802
        """The program has nothing more to register."""
        self.finished.set()
        return empty_pb2.Empty()

    def _provider(self, request: Message) -> str:
        return request.provider or self._defaults.reference(request.type, request.version)

    def _answer(self, context: Message, call: Callable[[], T]) -> T:
        try:
            return call()
        except EngineError as error:
            # The SDK takes UNAVAILABLE as "the engine is going away" and ends the program without an error of its own.
            code = grpc.StatusCode.UNAVAILABLE if self._run.stopping else grpc.StatusCode.UNKNOWN
            context.abort(code, str(error))
            raise

    @staticmethod
    def _unsupported(context: Message, what: str) -> NoReturn:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the embedded engine does not run {what}: use the Pulumi CLI")
        raise AssertionError("abort raises")
