"""The WSGI application: every request to the sandbox comes in here.

Who calls what → is it faulted or throttled → the service's own handler, or moto. Handlers run one at a time, under
the world's lock: they take microseconds, and no handler needs to think about threads.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from sandbox import moto_bridge
from sandbox.calls import CallLog
from sandbox.cloud_control.api import CloudControlApi
from sandbox.cloud_trail.api import CloudTrailApi
from sandbox.control import Control
from sandbox.errors import AwsError, broken, denied, expired, throttled
from sandbox.events.bus import Bus
from sandbox.faults import Fault
from sandbox.identity_store.api import IdentityStoreApi
from sandbox.json_api import JsonApi
from sandbox.organizations.api import OrganizationsApi
from sandbox.sso_admin.api import SsoAdminApi
from sandbox.sts import Sts
from sandbox.wire import Call, credential_of, error_answer, json_answer, read_call
from sandbox.world import World

_RESETTING = (Fault.RESET_BEFORE, Fault.RESET_AFTER)
_TRY_AGAIN = "There is a conflicting operation in process. Please try again."


class Application:
    """One simulated organization behind one HTTP endpoint."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._calls = CallLog()
        self._bus = Bus(world)
        self._control = Control(world, self._calls, self._bus)
        self._sts = Sts(world)
        sso_admin = SsoAdminApi(world)
        apis: tuple[JsonApi, ...] = (
            OrganizationsApi(world),
            IdentityStoreApi(world),
            sso_admin,
            CloudControlApi(world, sso_admin, self._bus),
            CloudTrailApi(world),
        )
        self._apis: Mapping[str, JsonApi] = {api.service: api for api in apis}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith("/_sandbox/"):
            return self._control.answer(request)(environ, start_response)
        response = self._aws(request)
        self._bus.deliver()
        return response(environ, start_response)

    def _aws(self, request: Request) -> Response:
        credential = credential_of(request)
        account = moto_bridge.account_of_key(credential.access_key) or self._world.tree.management
        try:
            call = read_call(request, account, credential)
        except AwsError as error:
            return error_answer(error, credential.service)
        try:
            return self._answered(request, call)
        except AwsError as error:
            return error_answer(error, call.service)

    def _answered(self, request: Request, call: Call) -> Response:
        world = self._world
        with world.lock:
            self._calls.note(call, world.trail.caller(call))
            target = self._sts.target(call)
            fault = world.faults.of_request(call.service, call.operation, call.body, writes=call.writes, account=target)
            slow = world.faults.plan.slow_ms if world.faults.matches(call.service, call.operation, target) else 0
        if slow:
            world.options.sleep(slow / 1000)
        with world.lock:
            world.settle()
            if fault is not Fault.RESET_BEFORE:
                self._check_session(fault, call)
                self._fail(fault, call)
                world.limiter.check(call.service, call.operation, world.now(), account=call.account)
                response = self._dispatched(request, call)
        if fault in _RESETTING:
            _reset(request.environ)
        return response

    def _dispatched(self, request: Request, call: Call) -> Response:
        trail = self._world.trail
        if api := self._apis.get(call.service):
            payload = api.answer(call)
            trail.note(call, payload)
            return json_answer(payload)
        response = self._of_moto(request, call)
        if response.status_code < HTTPStatus.BAD_REQUEST:
            trail.note(call, None)
            if call.operation == "AssumeRole":
                trail.assumed(call, response)
        return response

    def _of_moto(self, request: Request, call: Call) -> Response:
        if call.service == "iam":
            return self._world.iam.answer(request, call)
        if call.service == "sts":
            self._sts.check(call)
            if identity := self._sts.identity(call):
                return identity
        return moto_bridge.answer(request, call.service, call.region, call.account)

    def _check_session(self, fault: Fault, call: Call) -> None:
        over = self._world.expired_keys
        if fault is Fault.EXPIRED and moto_bridge.account_of_key(call.access_key):
            over.add(call.access_key)
        if call.access_key in over:
            raise expired(call.service)

    def _fail(self, fault: Fault, call: Call) -> None:
        if fault is Fault.THROTTLE:
            raise throttled(call.service)
        if fault is Fault.CONFLICT:
            raise AwsError("ConflictException", _TRY_AGAIN)
        if fault is Fault.ERROR:
            raise broken(call.service)
        if fault is Fault.DENIED:
            raise denied(self._sts.caller(call), call.service, call.operation)


def _reset(environ: Mapping[str, Any]) -> None:
    """Drops the client's connection without an answer."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)
    raise ConnectionResetError("fault plan")
