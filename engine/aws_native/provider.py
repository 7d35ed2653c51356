"""The provider's gRPC interface: requests taken apart, answered by the modules beside this one, put together.

Every instance of the provider (an alias with a configuration of its own) is a process in stock Pulumi. Here a
process can stand for all of them: metadata `remit-provider-instance` says which one a call is for, and without
it there is just one.
"""

# ruff: noqa: N802 - the methods' names are the protocol's

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from engine.aws_native import check, previews, resources
from engine.aws_native.cloud_control import CloudControl, OperationFailedError
from engine.aws_native.configuration import ConfigurationError, read_configuration, setting_failures
from engine.aws_native.connection import Connect
from engine.aws_native.resource_types import ResourceType
from engine.aws_native.served import RESOURCE_TYPES
from engine.aws_native.values import Properties, from_struct, revealed, to_struct
from engine.aws_native.waiting import Waiting

VERSION = "1.84.0"
INSTANCE_KEY = "remit-provider-instance"

# Messages and contexts come from generated code and from grpc, which have no types.
Message = Any
Context = Any
Method = Callable[["AwsNativeProvider", Message, Context], Message]


class UnknownTypeError(Exception):
    """A resource type that this stand-in does not serve."""


@dataclass(frozen=True, slots=True)
class _Instance:
    """One configured instance of the provider."""

    cloud: CloudControl
    accepts_secrets: bool


_EXPECTED = (
    BotoCoreError,
    ClientError,
    ConfigurationError,
    OperationFailedError,
    UnknownTypeError,
    check.NameTooLongError,
)


def _answered(method: Method) -> Method:
    """Turns what may go wrong in a call into the error that the stock plugin answers."""

    @functools.wraps(method)
    def answer(provider: AwsNativeProvider, request: Message, context: Context) -> Message:
        try:
            return method(provider, request, context)
        except resources.InitFailedError as error:
            provider._abort_half_created(request, context, error)
        except _EXPECTED as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return answer


class AwsNativeProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves the types of `resource_types`. `connect` makes a client of Cloud Control from a configuration.

    Cancel ends nothing: what was asked of AWS goes on there whatever we do, so that its end is waited for and gets
    into the state. (The stock plugin stops waiting, and the next run meets what nobody recorded.)
    """

    def __init__(self, connect: Connect, sleep: Callable[[float], None] = time.sleep) -> None:
        self._connect = connect
        self._sleep = sleep
        self._instances: dict[str, _Instance] = {}

    def Handshake(self, request: Message, context: Context) -> NoReturn:
        _unimplemented(context, "Handshake")  # as the stock plugin: the engine goes on without

    def GetPluginInfo(self, request: Message, context: Context) -> Message:
        return plugin_pb2.PluginInfo(version=VERSION)

    def Attach(self, request: Message, context: Context) -> Message:
        return Empty()

    def CheckConfig(self, request: Message, context: Context) -> Message:
        if found := setting_failures(from_struct(request.news)):
            return provider_pb2.CheckResponse(failures=_check_failures(found))
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Message, context: Context) -> Message:
        """None, or some: then every setting is named, changed or not, as the stock plugin has it."""
        old, new = from_struct(request.olds), from_struct(request.news)
        if old == new:
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
        names = sorted(old.keys() | new.keys())
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_SOME, diffs=names)

    @_answered
    def Configure(self, request: Message, context: Context) -> Message:
        configuration = read_configuration(request.variables, os.environ)
        cloud = CloudControl(
            self._connect(configuration),
            waiting=Waiting(self._sleep),
            attempts=max(configuration.max_retries, 1),
            role_arn=configuration.role_arn,
        )
        self._instances[_instance_name(context)] = _Instance(cloud, accepts_secrets=request.acceptSecrets)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    @_answered
    def Check(self, request: Message, context: Context) -> Message:
        resource_type = _type_of(request)
        given = check.without_nulls(from_struct(request.news)) or {}
        inputs = check.named(
            resource_type, given, from_struct(request.olds), name=_name_of(request), seed=request.randomSeed
        )
        if found := check.failures(resource_type, inputs):
            return provider_pb2.CheckResponse(failures=_check_failures(found))
        return provider_pb2.CheckResponse(inputs=to_struct(inputs))

    @_answered
    def Diff(self, request: Message, context: Context) -> Message:
        """None, or unknown: which properties differ, and whether that replaces, the engine finds by itself."""
        if resources.differs(_type_of(request), from_struct(request.olds), from_struct(request.news)):
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_UNKNOWN, deleteBeforeReplace=True)
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    @_answered
    def Create(self, request: Message, context: Context) -> Message:
        resource_type, inputs = _type_of(request), from_struct(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct(previews.created_outputs(resource_type, inputs)))
        identifier, state = resources.create(self._cloud(context), resource_type, inputs)
        return provider_pb2.CreateResponse(id=identifier, properties=self._state(context, state))

    @_answered
    def Read(self, request: Message, context: Context) -> Message:
        live = resources.read(self._cloud(context), _type_of(request), request.id, from_struct(request.properties))
        if live is None:
            return provider_pb2.ReadResponse(id="")
        return provider_pb2.ReadResponse(
            id=request.id, inputs=to_struct(live.inputs), properties=self._state(context, live.state)
        )

    @_answered
    def Update(self, request: Message, context: Context) -> Message:
        resource_type = _type_of(request)
        state, new = from_struct(request.olds), from_struct(request.news)
        if request.preview:
            outputs = previews.updated_outputs(resource_type, new, state)
        else:
            outputs = resources.update(self._cloud(context), resource_type, request.id, state, new)
        return provider_pb2.UpdateResponse(properties=self._state(context, outputs))

    @_answered
    def Delete(self, request: Message, context: Context) -> Message:
        self._cloud(context).delete(_type_of(request).cloud_name, request.id)
        return Empty()

    def Cancel(self, request: Message, context: Context) -> Message:
        return Empty()

    def Invoke(self, request: Message, context: Context) -> NoReturn:
        _unimplemented(context, "Invoke")

    def Call(self, request: Message, context: Context) -> NoReturn:
        _unimplemented(context, "Call")

    def _cloud(self, context: Context) -> CloudControl:
        instance = self._instances.get(_instance_name(context))
        if instance is None:
            raise ConfigurationError("the provider was not configured before its first use")
        return instance.cloud

    def _state(self, context: Context, state: Properties) -> Struct:
        """A state as the engine takes it: an engine that accepts no secrets gets none."""
        instance = self._instances.get(_instance_name(context))
        return to_struct(state if instance is None or instance.accepts_secrets else revealed(state))

    def _abort_half_created(self, request: Message, context: Context, error: resources.InitFailedError) -> NoReturn:
        """Fails the call, with the id and the state of what was created in the error's details."""
        detail = provider_pb2.ErrorResourceInitFailed(
            id=error.identifier,
            properties=self._state(context, error.state),
            reasons=[str(error)],
            inputs=request.properties,
        )
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
        status.details.add().Pack(detail)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
        raise AssertionError("abort raises")


def _instance_name(context: Context) -> str:
    return next((value for key, value in context.invocation_metadata() if key == INSTANCE_KEY), "")


def _type_of(request: Message) -> ResourceType:
    """The type that a resource's URN ends its third part with: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`."""
    token = request.urn.split("::")[2].split("$")[-1]
    if token not in RESOURCE_TYPES:
        served = ", ".join(RESOURCE_TYPES)
        raise UnknownTypeError(f"{token} is not served by this stand-in for aws-native, only {served}")
    return RESOURCE_TYPES[token]


def _name_of(request: Message) -> str:
    name: str = request.urn.split("::", 3)[3]
    return name


def _check_failures(found: list[check.Failure]) -> list[Message]:
    return [provider_pb2.CheckFailure(property=path, reason=reason) for path, reason in found]


def _unimplemented(context: Context, method: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"method {method} not implemented")
    raise AssertionError("abort raises")
