"""The gRPC client of one provider instance: plain values in, plain values out, our errors."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from engine import urn as urns
from engine.errors import PartialFailureError, ProviderError
from engine.plugins.answers import Checked, CheckFailure, Diff, ReadState, Written
from engine.plugins.messages import Message
from engine.plugins.wire import checked, diffed, provider_error
from engine.values import from_struct, has_unknowns, known_part, to_struct

_TRAILERS = 16 << 20  # bytes, as Go's gRPC takes them: what was done in part comes so, with all its properties
_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", _TRAILERS),
    ("grpc.absolute_max_metadata_size", _TRAILERS),
]
_INSTANCE = "remit-provider-instance"
Properties = Mapping[str, Any]


def open_channel(port: str) -> grpc.Channel:
    """A channel to a plugin on this host."""
    return grpc.insecure_channel(f"127.0.0.1:{port}", options=_OPTIONS)


class Provider:
    """One configured instance of a plugin. `reference` is its `URN::ID`; every call blocks until answered."""

    def __init__(self, channel: grpc.Channel, reference: str, *, preview: bool) -> None:
        self._stub = provider_pb2_grpc.ResourceProviderStub(channel)
        self.reference = reference
        self._preview = preview
        self._configured = True
        self._supports_preview = False

    def handshake(self, engine_address: str, folder: str) -> None:
        """Say who calls. A plugin may not know this call."""
        request = provider_pb2.ProviderHandshakeRequest(
            engine_address=engine_address,
            root_directory=folder,
            program_directory=folder,
            configure_with_urn=True,
            invoke_with_preview=True,
        )
        self._call_if_known("Handshake", request)

    def check_config(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """The configuration as the provider wants it. `news` itself, if the provider has no CheckConfig."""
        request = provider_pb2.CheckRequest(
            urn=urn,
            olds=to_struct(olds),
            news=to_struct(self._to_check(news)),
            name=urns.name_of(urn),
            type=urns.type_of(urn),
        )
        response = self._call_if_known("CheckConfig", request)
        return Checked(news) if response is None else checked(response, urn)

    def diff_config(self, urn: str, old_inputs: Properties, olds: Properties, news: Properties) -> Diff:
        """What a change of configuration would do."""
        request = provider_pb2.DiffRequest(
            urn=urn,
            olds=to_struct(olds),
            news=to_struct(news),
            old_inputs=to_struct(old_inputs),
            name=urns.name_of(urn),
            type=urns.type_of(urn),
        )
        response = self._call_if_known("DiffConfig", request)
        return Diff(None) if response is None else diffed(response)

    def configure(self, inputs: Properties) -> None:
        """Configure. With unknown values in a preview the instance stays unconfigured, and answers for itself."""
        urn, id_ = urns.split_reference(self.reference)
        if has_unknowns(inputs):
            self._configured = False
            return
        package = urns.provider_package(urns.type_of(urn))
        variables = {
            f"{package}:config:{key}": value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
            for key, value in inputs.items()
            if key != "version"
        }
        response = self._call(
            "Configure",
            provider_pb2.ConfigureRequest(
                variables=variables,
                args=to_struct(inputs),
                acceptSecrets=True,
                acceptResources=False,
                sends_old_inputs=True,
                sends_old_inputs_to_delete=True,
                id=id_,
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
            ),
        )
        self._supports_preview = response.supportsPreview

    def check(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """The inputs as the provider wants them."""
        if not self._configured:
            return Checked(news)
        request = provider_pb2.CheckRequest(
            urn=urn,
            olds=to_struct(olds),
            news=to_struct(self._to_check(news)),
            randomSeed=os.urandom(32),
            name=urns.name_of(urn),
            type=urns.type_of(urn),
        )
        return checked(self._call("Check", request), urn)

    def _to_check(self, news: Properties) -> Properties:
        """In an update all is known, but for what a failure holds up: that is checked without."""
        return news if self._preview else known_part(news)

    def diff(
        self, urn: str, id_: str, *, old_inputs: Properties, olds: Properties, news: Properties, ignore: Sequence[str]
    ) -> Diff:
        """What an update from `olds` (outputs) and `old_inputs` to `news` would do."""
        if not self._configured:
            return Diff(None)
        request = provider_pb2.DiffRequest(
            id=id_,
            urn=urn,
            olds=to_struct(olds),
            news=to_struct(news),
            old_inputs=to_struct(old_inputs),
            ignoreChanges=ignore,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
        )
        return diffed(self._call("Diff", request))

    def create(self, urn: str, properties: Properties, *, timeout: float) -> Written:
        """Create; in a preview, say what would come out. PartialFailureError if it was done in part."""
        if self._preview and not (self._configured and self._supports_preview):
            return Written("", properties)
        request = provider_pb2.CreateRequest(
            urn=urn,
            properties=to_struct(properties),
            timeout=timeout,
            preview=self._preview,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
        )
        response = self._call("Create", request)
        if not response.id and not self._preview:
            raise ProviderError("provider did not return an ID from Create")
        return Written(response.id, from_struct(response.properties, what=urn, secrets=True))

    def update(
        self,
        urn: str,
        id_: str,
        *,
        old_inputs: Properties,
        olds: Properties,
        news: Properties,
        ignore: Sequence[str],
        timeout: float,
    ) -> Written:
        """Update in place. PartialFailureError if it was done in part."""
        if self._preview and not (self._configured and self._supports_preview):
            return Written(id_, {**olds, **news})
        request = provider_pb2.UpdateRequest(
            id=id_,
            urn=urn,
            olds=to_struct(olds),
            news=to_struct(news),
            old_inputs=to_struct(old_inputs),
            ignoreChanges=ignore,
            timeout=timeout,
            preview=self._preview,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
        )
        return Written(id_, from_struct(self._call("Update", request).properties, what=urn, secrets=True))

    def delete(self, urn: str, id_: str, *, old_inputs: Properties, olds: Properties, timeout: float) -> None:
        """Delete. Never called in a preview."""
        request = provider_pb2.DeleteRequest(
            id=id_,
            urn=urn,
            properties=to_struct(olds),
            old_inputs=to_struct(old_inputs),
            timeout=timeout,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
        )
        self._call("Delete", request)

    def read(self, urn: str, id_: str, *, inputs: Properties | None, state: Properties | None) -> ReadState:
        """What is there. `inputs` and `state` are None for an import, which knows the ID alone."""
        if not self._configured:
            raise ProviderError("the provider's configuration is not known in this preview")
        request = provider_pb2.ReadRequest(
            id=id_,
            urn=urn,
            properties=None if state is None else to_struct(state),
            inputs=None if inputs is None else to_struct(inputs),
            name=urns.name_of(urn),
            type=urns.type_of(urn),
        )
        try:
            response = self._call("Read", request)
        except PartialFailureError as error:
            return ReadState(error.id, error.properties, error.inputs, error.reasons)
        read = from_struct(response.inputs, what=urn) if response.HasField("inputs") else None
        return ReadState(response.id, from_struct(response.properties, what=urn, secrets=True), read)

    def invoke(self, token: str, arguments: Properties) -> tuple[dict[str, Any], tuple[CheckFailure, ...]]:
        """Call a function of the provider."""
        if not self._configured:
            return {}, ()
        request = provider_pb2.InvokeRequest(tok=token, args=to_struct(arguments), preview=self._preview)
        response = self._call("Invoke", request)
        failures = tuple(CheckFailure(failure.property, failure.reason) for failure in response.failures)
        return from_struct(getattr(response, "return"), what=token), failures

    def cancel(self) -> None:
        """Ask the plugin to give up what it is doing."""
        self._call_if_known("Cancel", empty_pb2.Empty())

    def _call(self, method: str, request: Message) -> Message:
        call: Callable[..., Any] = getattr(self._stub, method)
        try:
            return call(request, metadata=((_INSTANCE, self.reference),))
        except grpc.RpcError as error:
            raise provider_error(error) from error

    def _call_if_known(self, method: str, request: Message) -> Message:
        """The answer, or None where the plugin does not implement the method."""
        try:
            return self._call(method, request)
        except ProviderError as error:
            cause = error.__cause__
            if isinstance(cause, grpc.RpcError) and cause.code() == grpc.StatusCode.UNIMPLEMENTED:
                return None
            raise
