"""The engine's side of the plugin: Pulumi's ResourceProvider protocol, translated to values and back.

Each call runs on a thread of its own, so that one permission set does not wait for another. Handlers are
short: checks and diffs are pure (`inputs`, `changes`), the work is `account_assignments`, or that of a `Served`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, TypeVar

import grpc
from botocore.exceptions import BotoCoreError
from google.protobuf import empty_pb2
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2
from pulumi.runtime.rpc import UNKNOWN

from provider import configuration, inputs, outputs, revocation_guard, wire
from provider.account_assignments import AccountAssignments, Allow, PartialFailureError
from provider.changes import Change, Kind, changes, joined, revoked
from provider.configuration import Configuration
from provider.engine_log import EngineLog
from provider.guard import Guard
from provider.inputs import Inputs
from provider.managed_policies import PartlyDoneError, Warn
from provider.outputs import Outputs
from provider.schema import VERSION, schema
from provider.serving import Served
from provider.session import Session
from remit.aws.time_limit import TimeLimit
from remit.errors import AccessDeniedError, RemitError
from remit.resource_types import ACCOUNT_ASSIGNMENTS, REVOCATION_GUARD
from remit.revocation import RevocationRefusedError

Request = Any
Context = Any
Handler = TypeVar("Handler", bound=Callable[..., Any])
_Diff = provider_pb2.DiffResponse


def _taught(handler: Handler) -> Handler:
    """An error that is meant to be read becomes the call's status, not a stack trace."""

    @wraps(handler)
    def guarded(self: Servicer, request: Request, context: Context) -> object:
        try:
            return handler(self, request, context)
        except PartialFailureError as failure:
            properties = failure.outputs.properties(failure.inputs)
            wire.abort_partially(context, PartlyDoneError(failure.inputs.id, properties, failure.reasons))
        except PartlyDoneError as failure:
            wire.abort_partially(context, failure)
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
        return wire.checked(wire.read(request.news), configuration.check(wire.read(request.news)))

    def DiffConfig(self, request: Request, context: Context) -> object:  # noqa: N802
        """Another region or rate changes how AWS is called, not what is there: never a replacement."""
        old, new = wire.read(request.old_inputs), wire.read(request.news)
        differing = sorted(name for name in configuration.NAMES if old.get(name) != new.get(name))
        return _Diff(changes=_Diff.DIFF_SOME if differing else _Diff.DIFF_NONE, diffs=differing)

    @_taught
    def Configure(self, request: Request, context: Context) -> object:  # noqa: N802
        self._session = self._connect(Configuration.of(wire.read(request.args)))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Cancel(self, request: Request, context: Context) -> object:  # noqa: N802
        self.cancel()
        return empty_pb2.Empty()

    def cancel(self) -> None:
        """Nothing new is submitted to AWS; calls that run end with what they achieved."""
        if self._session is not None:
            self._session.resource.cancel()
            self._session.cancelled.set()

    # The resource

    @_taught
    def Check(self, request: Request, context: Context) -> object:  # noqa: N802
        if served := self._served(request):
            return wire.checked(*served.check(wire.read(request.news)))
        if _is_guard(request):
            olds, news = wire.read(request.olds), wire.read(request.news)
            return wire.checked(*revocation_guard.check(self._guard, olds, news, self._resource.foresee))
        checked, failures = inputs.check(wire.read(request.news))
        return wire.checked(checked, failures or self._the_session.claims.check(request.urn, checked))

    @_taught
    def Diff(self, request: Request, context: Context) -> object:  # noqa: N802
        old_inputs, olds, news = wire.read(request.old_inputs), wire.read(request.olds), wire.read(request.news)
        if served := self._served(request):
            found = served.diff(old_inputs, olds, news, self._warn(request))
        elif _is_guard(request):
            found = {"count": Change(Kind.UPDATE)} if revocation_guard.differs(old_inputs, news) else {}
        else:
            found = changes(old_inputs, olds, news)
            holding = None if self._guard.is_of_a_refresh(_name(request)) else revoked(old_inputs, olds, news)
            if holding is not None:
                if joining := joined(old_inputs, news):
                    seen = self._resource.foresee(joining, self._log.told(request.urn))
                    what = f"{_name(request)}, made by hand in accounts that join the scope, to be removed"
                    self._tell(what, seen.going, request.urn)
                    holding += seen
                self._guard.expect(_name(request), holding)
        return _Diff(
            changes=_Diff.DIFF_SOME if found else _Diff.DIFF_NONE,
            diffs=sorted({path.partition("[")[0] for path in found}),
            hasDetailedDiff=True,
            detailedDiff={path: wire.property_diff(change) for path, change in found.items()},
        )

    @_taught
    def Create(self, request: Request, context: Context) -> object:  # noqa: N802
        properties, told, limit = wire.read(request.properties), self._log.told(request.urn), TimeLimit(request.timeout)
        if served := self._served(request):
            written = served.create(properties, self._warn(request), preview=request.preview, limit=limit)
            return provider_pb2.CreateResponse(id=written.id, properties=wire.write(written.outputs))
        if _is_guard(request):
            kept = wire.write(revocation_guard.outputs(properties))
            return provider_pb2.CreateResponse(id=revocation_guard.ID, properties=kept)
        if request.preview:
            if properties.get("permissionSetArn", UNKNOWN) != UNKNOWN:
                self._guard.expect(_name(request), self._resource.foresee(Inputs.of(properties), told))
            return provider_pb2.CreateResponse(properties=wire.write(outputs.preview(properties)))
        wanted = Inputs.of(properties)
        achieved = self._resource.apply(wanted, (), told, self._allow(request), limit=limit)
        self._report(achieved, request.urn)
        return provider_pb2.CreateResponse(id=wanted.id, properties=wire.write(achieved.properties(wanted)))

    @_taught
    def Read(self, request: Request, context: Context) -> object:  # noqa: N802
        if served := self._served(request):
            known = wire.read(request.inputs), wire.read(request.properties)
            return wire.found(served.read(request.id, *known, self._warn(request)))
        if _is_guard(request):
            return provider_pb2.ReadResponse(id=request.id, inputs=request.inputs, properties=request.properties)
        old_inputs, told = wire.read(request.inputs), self._log.told(request.urn)
        if "scope" in old_inputs:
            found = self._resource.refresh(Inputs.recorded(old_inputs), Outputs.of(wire.read(request.properties)), told)
        else:
            found = self._resource.adopt(request.id, told)
        if found is None:
            return provider_pb2.ReadResponse()
        live, state = found
        self._guard.saw(_name(request), live.assignments)
        self._report(state, request.urn)
        return provider_pb2.ReadResponse(
            id=live.id, inputs=wire.write(live.properties()), properties=wire.write(state.properties(live))
        )

    @_taught
    def Update(self, request: Request, context: Context) -> object:  # noqa: N802
        properties, limit = wire.read(request.news), TimeLimit(request.timeout)
        if served := self._served(request):
            before = wire.read(request.old_inputs), wire.read(request.olds)
            written = served.update(
                request.id, *before, properties, self._warn(request), preview=request.preview, limit=limit
            )
            return provider_pb2.UpdateResponse(properties=wire.write(written.outputs))
        if _is_guard(request):
            return provider_pb2.UpdateResponse(properties=wire.write(revocation_guard.outputs(properties)))
        if request.preview:
            return provider_pb2.UpdateResponse(properties=wire.write(outputs.preview(properties)))
        wanted = Inputs.of(properties)
        labels, olds = wire.read(request.old_inputs).get("assignments") or {}, Outputs.of(wire.read(request.olds))
        told = self._log.told(request.urn)
        called = {**olds.unmanaged, **labels, **(olds.live or {})}
        achieved = self._resource.apply(wanted, olds.given(labels), told, self._allow(request), called, limit)
        self._report(achieved, request.urn)
        return provider_pb2.UpdateResponse(properties=wire.write(achieved.properties(wanted)))

    @_taught
    def Delete(self, request: Request, context: Context) -> object:  # noqa: N802
        if served := self._served(request):
            known = wire.read(request.old_inputs), wire.read(request.properties)
            served.delete(*known, self._warn(request), TimeLimit(request.timeout))
            return empty_pb2.Empty()
        if _is_guard(request):
            return empty_pb2.Empty()
        doomed, name = Inputs.recorded(wire.read(request.old_inputs)), _name(request)
        ours = Outputs.of(wire.read(request.properties)).given(doomed.assignments)
        if bounds := self._guard.bounds:
            what = f"{name}, assigned in accounts that left the scope, let go of, and still there"
            self._tell(what, bounds.beyond(doomed), request.urn)
            doomed = bounds.around(doomed)
        told, allow = self._log.told(request.urn), partial(self._guard.expect_deletion, name)
        self._resource.remove(doomed, ours, told, allow, TimeLimit(request.timeout))
        return empty_pb2.Empty()

    @property
    def _the_session(self) -> Session:
        if self._session is None:
            raise RemitError("the provider is not configured yet")
        return self._session

    def _served(self, request: Request) -> Served | None:
        return self._the_session.served.get(_token(request))

    def _warn(self, request: Request) -> Warn:
        return partial(self._log.warning, urn=request.urn)

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
        self._tell("assignments that nobody manages, left as they are", state.unmanaged, urn)

    def _tell(self, what: str, labels: Mapping[str, str], urn: str) -> None:
        if labels:
            names = "\n".join(f"  {key}: {label}" for key, label in sorted(labels.items()))
            self._log.warning(f"{what}:\n{names}", urn)


def _is_guard(request: Request) -> bool:
    """Which of the two resources a request is about. Raises ValueError for any other."""
    token = _token(request)
    if token not in {ACCOUNT_ASSIGNMENTS, REVOCATION_GUARD}:
        raise ValueError(f"the remit plugin has no resource {token}, only {ACCOUNT_ASSIGNMENTS} and {REVOCATION_GUARD}")
    return bool(token == REVOCATION_GUARD)


def _token(request: Request) -> str:
    return str(request.type or request.urn.split("::")[2].rpartition("$")[2])


def _name(request: Request) -> str:
    """The logical name, which is the permission set's."""
    return str(request.urn.rpartition("::")[2])
