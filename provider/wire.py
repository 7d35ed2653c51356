"""Messages of Pulumi's provider protocol, to and from plain values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import provider_pb2, status_pb2

from provider.changes import Change
from provider.inputs import Failure, Properties
from provider.managed_policies import PartlyDoneError
from provider.serving import Written

Context = Any


def read(struct: struct_pb2.Struct) -> Properties:
    found: Properties = MessageToDict(struct)
    return found


def write(properties: Properties) -> struct_pb2.Struct:
    return ParseDict(properties, struct_pb2.Struct())


def property_diff(change: Change) -> provider_pb2.PropertyDiff:
    kind = provider_pb2.PropertyDiff.Kind.Value(change.kind.value)
    return provider_pb2.PropertyDiff(kind=kind, inputDiff=change.of_input)


def found(written: Written | None) -> object:
    if written is None:
        return provider_pb2.ReadResponse()
    return provider_pb2.ReadResponse(
        id=written.id, inputs=write(written.inputs or {}), properties=write(written.outputs)
    )


def checked(properties: Properties, failures: Iterable[Failure]) -> object:
    return provider_pb2.CheckResponse(
        inputs=write(properties),
        failures=[provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in failures],
    )


def abort_partially(context: Context, failure: PartlyDoneError) -> NoReturn:
    """What was achieved goes into the state, with the reasons: the engine's next run updates the resource."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=failure.id, properties=write(failure.properties), reasons=failure.reasons
        )
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=str(failure)[:2000], details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, str(failure)[:2000])
    raise AssertionError("abort raises")
