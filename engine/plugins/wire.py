"""A provider's protobuf answers and errors as our values."""

from __future__ import annotations

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from engine.errors import PartialFailureError, PluginLostError, ProviderError
from engine.plugins.answers import Checked, CheckFailure, Diff, PropertyDiff
from engine.plugins.messages import Message
from engine.values import from_struct

# PropertyDiff.Kind → what happens, and whether it needs a replacement.
_KINDS = {
    0: ("add", False),
    1: ("add", True),
    2: ("delete", False),
    3: ("delete", True),
    4: ("update", False),
    5: ("update", True),
}


def checked(response: Message, urn: str) -> Checked:
    """CheckResponse."""
    return Checked(
        from_struct(response.inputs, what=urn),
        tuple(CheckFailure(failure.property, failure.reason) for failure in response.failures),
    )


def diffed(response: Message) -> Diff:
    """DiffResponse."""
    detailed = {
        path: PropertyDiff(*_KINDS[entry.kind], input=entry.inputDiff) for path, entry in response.detailedDiff.items()
    }
    return Diff(
        changes={1: False, 2: True}.get(response.changes),
        changed=tuple(response.diffs),
        replaces=tuple(response.replaces),
        stables=tuple(response.stables),
        delete_before_replace=response.deleteBeforeReplace,
        detailed=detailed or None,
    )


def provider_error(error: grpc.RpcError) -> ProviderError:
    """What a failed call means. Its details may hold the state of a resource that was done in part."""
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        status = status_pb2.Status.FromString(value)
        for detail in status.details:
            failed = provider_pb2.ErrorResourceInitFailed()
            if detail.Is(failed.DESCRIPTOR):
                detail.Unpack(failed)
                return _partial(failed, status.message)
    if error.code() == grpc.StatusCode.UNAVAILABLE:
        return PluginLostError(f"the plugin has stopped: {error.details()}")
    return ProviderError(error.details() or str(error.code()))


def _partial(failed: Message, message: str) -> PartialFailureError:
    reasons = tuple(failed.reasons)
    return PartialFailureError(
        "\n".join(reasons) or message,
        id=failed.id,
        properties=from_struct(failed.properties, what=failed.id, secrets=True),
        inputs=from_struct(failed.inputs, what=failed.id) if failed.HasField("inputs") else None,
        reasons=reasons or (message,),
    )
