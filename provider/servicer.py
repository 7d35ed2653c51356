"""The engine's side of the plugin: Pulumi's ResourceProvider protocol, translated to values and back.

Each call runs on a thread of its own, so that one permission set does not wait for another. Handlers are
short: checks and diffs are pure (`inputs`, `changes`), the work is `account_assignments`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any, NoReturn, TypeVar

import grpc
from botocore.exceptions import BotoCoreError
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2, status_pb2
from pulumi.runtime.rpc import UNKNOWN

from provider import configuration, inputs, outputs, revocation_guard
from provider.account_assignments import AccountAssignments, Allow, PartialFailureError, owned
from provider.changes import Change, Kind, changes, revoked
from provider.claims import Claims
from provider.configuration import Configuration
from provider.engine_log import EngineLog
from provider.guard import Guard
from provider.inputs import Failure, Inputs, Properties
from provider.outputs import Outputs
from provider.schema import TOKEN, VERSION, schema
from remit.errors import AccessDeniedError, RemitError
from remit.revocation import Limits, RevocationRefusedError

Request = Any
Context = Any
Handler = TypeVar("Handler", bound=Callable[..., Any])
_Diff = provider_pb2.DiffResponse


class Session:
    """What a configured provider works with."""

    def __init__(
        self, resource: AccountAssignments, calls: Callable[[], str] = lambda: "", guard: Guard | None = None
    ) -> None:
        self.resource = resource
        self.guard = guard or Guard(Limits())
        self.claims = Claims()
        self.calls = calls


def _taught(handler: Handler) -> Handler:
    """An error that is meant to be read becomes the call's status, not a stack trace."""

    @wraps(handler)
    def guarded(self: Servicer, request: Request, context: Context) -> object:
        try:
            return handler(self, request, context)
        except PartialFailureError as failure:
            _abort_partially(context, failure)
        except RevocationRefusedError as refusal:
            self._log.error(str(refusal), request.urn)  # a status has no room for a long list
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(refusal).partition("\n")[0][:2000])
        except AccessDeniedError as error:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, str(error))
        except (RemitError, BotoCoreError, ValueError) as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        return None

    return guarded  # type: ignore[return-value]


class Servicer(ResourceProviderServicer):  # type: ignore[misc]
    """`connect` opens the session that a configuration asks for; `open_log` the log of an engine's address."""

    def __init__(
        self,
        connect: Callable[[Configuration], Session],
        open_log: Callable[[str], EngineLog] = lambda _: EngineLog(),
    ) -> None:
        self._connect = connect
        self._open_log = open_log
        self._log = EngineLog()
        self._session: Session | None = None

    # The plugin

    def Handshake(self, request: Request, context: Context) -> object:  # noqa: N802 - the protocol's name, as below
        self._log = self._open_log(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Request, context: Context) -> object:  # noqa: N802
        self._log = self._open_log(request.address)
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Request, context: Context) -> object:  # noqa: N802
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Request, context: Context) -> object:  # noqa: N802
        return provider_pb2.GetSchemaResponse(schema=schema())

    def CheckConfig(self, request: Request, context: Context) -> object:  # noqa: N802
        return _checked(_read(request.news), configuration.check(_read(request.news)))

    def DiffConfig(self, request: Request, context: Context) -> object:  # noqa: N802
        """Another region or rate changes how AWS is called, not what is there: never a replacement."""
        old, new = _read(request.old_inputs), _read(request.news)
        differing = sorted(name for name in configuration.NAMES if old.get(name) != new.get(name))
        return _Diff(changes=_Diff.DIFF_SOME if differing else _Diff.DIFF_NONE, diffs=differing)

    @_taught
    def Configure(self, request: Request, context: Context) -> object:  # noqa: N802
        self._session = self._connect(Configuration.of(_read(request.args)))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Cancel(self, request: Request, context: Context) -> object:  # noqa: N802
        self.cancel()
        return empty_pb2.Empty()

    def cancel(self) -> None:
        """Nothing new is submitted to AWS; calls that run end with what they achieved."""
        if self._session is not None:
            self._session.resource.cancel()

    # The resource

    @_taught
    def Check(self, request: Request, context: Context) -> object:  # noqa: N802
        if _is_guard(request):
            olds, news = _read(request.olds), _read(request.news)
            return _checked(*revocation_guard.check(self._guard, olds, news, self._resource.foresee))
        checked, failures = inputs.check(_read(request.news))
        return _checked(checked, failures or self._the_session.claims.check(request.urn, checked))

    @_taught
    def Diff(self, request: Request, context: Context) -> object:  # noqa: N802
        old_inputs, olds, news = _read(request.old_inputs), _read(request.olds), _read(request.news)
        if _is_guard(request):
            found = {"count": Change(Kind.UPDATE)} if revocation_guard.differs(old_inputs, news) else {}
        else:
            found = changes(old_inputs, olds, news)
            if (holding := revoked(old_inputs, olds, news)) is not None:
                self._guard.expect(_name(request), holding)
        return _Diff(
            changes=_Diff.DIFF_SOME if found else _Diff.DIFF_NONE,
            diffs=sorted({path.partition("[")[0] for path in found}),
            hasDetailedDiff=True,
            detailedDiff={path: _property_diff(change) for path, change in found.items()},
        )

    @_taught
    def Create(self, request: Request, context: Context) -> object:  # noqa: N802
        properties, told = _read(request.properties), self._log.told(request.urn)
        if _is_guard(request):
            kept = _write(revocation_guard.outputs(properties))
            return provider_pb2.CreateResponse(id=revocation_guard.ID, properties=kept)
        if request.preview:
            if properties.get("permissionSetArn", UNKNOWN) != UNKNOWN:
                self._guard.expect(_name(request), self._resource.foresee(Inputs.of(properties), told))
            return provider_pb2.CreateResponse(properties=_write(outputs.preview(properties)))
        wanted = Inputs.of(properties)
        achieved = self._resource.apply(wanted, (), told, self._allow(request))
        self._report(achieved, request.urn)
        return provider_pb2.CreateResponse(id=wanted.id, properties=_write(achieved.properties(wanted)))

    @_taught
    def Read(self, request: Request, context: Context) -> object:  # noqa: N802
        if _is_guard(request):
            return provider_pb2.ReadResponse(id=request.id, inputs=request.inputs, properties=request.properties)
        old_inputs, told = _read(request.inputs), self._log.told(request.urn)
        if "scope" in old_inputs:
            found = self._resource.refresh(Inputs.of(old_inputs), Outputs.of(_read(request.properties)), told)
        else:
            found = self._resource.adopt(request.id, told)
        if found is None:
            return provider_pb2.ReadResponse()
        live, state = found
        self._guard.saw(_name(request), live.assignments)
        self._report(state, request.urn)
        return provider_pb2.ReadResponse(
            id=live.id, inputs=_write(live.properties()), properties=_write(state.properties(live))
        )

    @_taught
    def Update(self, request: Request, context: Context) -> object:  # noqa: N802
        properties = _read(request.news)
        if _is_guard(request):
            return provider_pb2.UpdateResponse(properties=_write(revocation_guard.outputs(properties)))
        if request.preview:
            return provider_pb2.UpdateResponse(properties=_write(outputs.preview(properties)))
        wanted = Inputs.of(properties)
        labels, olds = _read(request.old_inputs).get("assignments") or {}, Outputs.of(_read(request.olds))
        told = self._log.told(request.urn)
        achieved = self._resource.apply(
            wanted, owned(labels, olds), told, self._allow(request), {**olds.unmanaged, **(olds.live or {}), **labels}
        )
        self._report(achieved, request.urn)
        return provider_pb2.UpdateResponse(properties=_write(achieved.properties(wanted)))

    @_taught
    def Delete(self, request: Request, context: Context) -> object:  # noqa: N802
        if _is_guard(request):
            return empty_pb2.Empty()
        old_inputs = Inputs.of(_read(request.old_inputs))
        ours = owned(old_inputs.assignments, Outputs.of(_read(request.properties)))
        name = _name(request)
        allow = partial(self._guard.expect_deletion, name)
        self._resource.remove(old_inputs, ours, self._log.told(request.urn), allow)
        return empty_pb2.Empty()

    @property
    def _the_session(self) -> Session:
        if self._session is None:
            raise RemitError("the provider is not configured yet")
        return self._session

    @property
    def _resource(self) -> AccountAssignments:
        return self._the_session.resource

    @property
    def _guard(self) -> Guard:
        return self._the_session.guard

    def _allow(self, request: Request) -> Allow:
        return partial(self._guard.expect, _name(request))

    def _report(self, state: Outputs, urn: str) -> None:
        if self._session is not None:
            self._log.debug(f"sso-admin calls so far: {self._session.calls()}", urn)
        if state.unmanaged:
            names = "\n".join(f"  {key}: {label}" for key, label in sorted(state.unmanaged.items()))
            self._log.warning(f"assignments that nobody manages, left as they are:\n{names}", urn)


def _is_guard(request: Request) -> bool:
    """Which of the two resources a request is about. Raises ValueError for any other."""
    token = request.type or request.urn.split("::")[2].rpartition("$")[2]
    if token not in {TOKEN, revocation_guard.TOKEN}:
        raise ValueError(f"the remit plugin has no resource {token}, only {TOKEN} and {revocation_guard.TOKEN}")
    return bool(token == revocation_guard.TOKEN)


def _name(request: Request) -> str:
    """The logical name, which is the permission set's."""
    return str(request.urn.rpartition("::")[2])


def _read(struct: struct_pb2.Struct) -> Properties:
    found: Properties = MessageToDict(struct)
    return found


def _write(properties: Properties) -> struct_pb2.Struct:
    return ParseDict(properties, struct_pb2.Struct())


def _property_diff(change: Change) -> provider_pb2.PropertyDiff:
    kind = provider_pb2.PropertyDiff.Kind.Value(change.kind.value)
    return provider_pb2.PropertyDiff(kind=kind, inputDiff=change.of_input)


def _checked(properties: Properties, failures: Iterable[Failure]) -> object:
    return provider_pb2.CheckResponse(
        inputs=_write(properties),
        failures=[provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in failures],
    )


def _abort_partially(context: Context, failure: PartialFailureError) -> NoReturn:
    """What was achieved goes into the state, with the reasons: the engine's next run updates the resource."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=failure.inputs.id,
            properties=_write(failure.outputs.properties(failure.inputs)),
            reasons=failure.reasons,
        )
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=str(failure)[:2000], details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, str(failure)[:2000])
    raise AssertionError("abort raises")
