"""The Cloud Control API.

Differs from AWS: hooks, type versions and RoleArn are ignored, and the calls
that a handler makes count against no limit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import jsonpatch

from sandbox.cloud_control.assignment import AssignmentType
from sandbox.cloud_control.managed_policy import ManagedPolicyType
from sandbox.cloud_control.permission_set import PermissionSetType
from sandbox.cloud_control.requests import Requests, ResourceRequest, Work
from sandbox.cloud_control.resource_type import HandlerError, ResourceType
from sandbox.errors import AwsError
from sandbox.events.bus import Bus
from sandbox.events.role import RoleType
from sandbox.json_api import JsonApi
from sandbox.paging import Page
from sandbox.sso_admin.api import SsoAdminApi
from sandbox.wire import Call, JsonObject
from sandbox.world import World

_PAGE = Page(100, 20)
_NAMESPACE = "com.amazon.cloudapiservice#"
_EXCEPTIONS = {
    "AccessDenied": "AccessDeniedException",
    "InvalidRequest": "InvalidRequestException",
    "NotFound": "ResourceNotFoundException",
}
_SOON = 0.05  # seconds: when a client should ask again for what is done at once


class CloudControlApi(JsonApi):
    service: ClassVar[str] = "cloudcontrol"

    def __init__(self, world: World, sso_admin: SsoAdminApi, bus: Bus) -> None:
        self._world = world
        self._requests = Requests()
        world.settlers.append(self._requests.settle)
        types: tuple[ResourceType, ...] = (
            ManagedPolicyType(world),
            PermissionSetType(world, sso_admin),
            AssignmentType(world, sso_admin),
            RoleType(world),
            bus.rules,
            bus.connections,
            bus.destinations,
            bus.queues,
            bus.queue_policies,
        )
        self._types = {each.name: each for each in types}

    def answer(self, call: Call) -> JsonObject:
        try:
            return super().answer(call)
        except AwsError as error:
            raise AwsError(f"{_NAMESPACE}{error.code}", error.message, status=error.status) from error

    # --- writes -----------------------------------------------------------------------------------------------

    def create_resource(self, call: Call) -> JsonObject:
        kind, model = self._type(call), _json(call.params["DesiredState"], "DesiredState")

        def work() -> tuple[str, JsonObject | None]:
            kind.check_new(model)
            identifier = kind.create(call.account, model)
            return identifier, kind.read(call.account, identifier)

        return self._start(call, "CREATE", "", work)

    def update_resource(self, call: Call) -> JsonObject:
        kind, identifier = self._type(call), call.params["Identifier"]
        if not kind.updatable:
            raise AwsError("UnsupportedActionException", f"Resource type {kind.name} does not support UPDATE action")
        patch = _json(call.params["PatchDocument"], "PatchDocument")

        def work() -> tuple[str, JsonObject | None]:
            old = kind.read(call.account, identifier)
            new = _patched(old, patch)
            kind.check_change(old, new)
            kind.update(call.account, identifier, old, new)
            return identifier, kind.read(call.account, identifier)

        return self._start(call, "UPDATE", identifier, work)

    def delete_resource(self, call: Call) -> JsonObject:
        kind, identifier = self._type(call), call.params["Identifier"]

        def work() -> tuple[str, JsonObject | None]:
            kind.delete(call.account, identifier)
            return identifier, None

        return self._start(call, "DELETE", identifier, work)

    def _start(self, call: Call, operation: str, identifier: str, work: Work) -> JsonObject:
        params = call.params
        client_token = params.get("ClientToken")
        asked = {"Operation": operation, **params}
        known = self._requests.by_client_token(call.account, client_token) if client_token else None
        if known:
            if known[0] != asked:
                raise AwsError(
                    "ClientTokenConflictException", f"Client token {client_token} was used for another request"
                )
            return {"ProgressEvent": known[1].event()}
        if identifier and self._requests.busy(call.account, call.region, params["TypeName"], identifier):
            raise AwsError(
                "ConcurrentOperationException",
                f"Resource of type '{params['TypeName']}' with identifier '{identifier}' has an operation in progress.",
            )
        request = self._request(call, operation, identifier, work)
        self._requests.start(request)
        if client_token:
            self._requests.remember(call.account, client_token, asked, request)
        event = request.event()
        event["RetryAfter"] = max(request.due, self._world.now() + _SOON)
        return {"ProgressEvent": event}

    def _request(self, call: Call, operation: str, identifier: str, work: Work) -> ResourceRequest:
        return ResourceRequest(
            token=self._world.random_uuid(),
            account=call.account,
            region=call.region,
            type_name=call.params["TypeName"],
            operation=operation,
            identifier=identifier,
            work=work,
            due=self._world.due(),
            changed=self._world.now(),
        )

    # --- reads ------------------------------------------------------------------------------------------------

    def get_resource(self, call: Call) -> JsonObject:
        kind, identifier = self._type(call), call.params["Identifier"]
        try:
            model = kind.read(call.account, identifier)
        except HandlerError as error:
            raise _as_exception(error) from error
        return {
            "TypeName": kind.name,
            "ResourceDescription": {"Identifier": identifier, "Properties": json.dumps(model)},
        }

    def list_resources(self, call: Call) -> JsonObject:
        kind = self._type(call)
        wanted = _json(call.params.get("ResourceModel") or "{}", "ResourceModel")
        try:
            found = list(kind.listed(call.account, wanted))
        except HandlerError as error:
            raise _as_exception(error) from error
        page, more = _PAGE.cut(found, call.params)
        shown = [{"Identifier": identifier, "Properties": json.dumps(key)} for identifier, key in page]
        return {"TypeName": kind.name, "ResourceDescriptions": shown, **more}

    # --- requests ---------------------------------------------------------------------------------------------

    def get_resource_request_status(self, call: Call) -> JsonObject:
        return {"ProgressEvent": self._known_request(call).event()}

    def list_resource_requests(self, call: Call) -> JsonObject:
        wanted = call.params.get("ResourceRequestStatusFilter") or {}
        operations, statuses = wanted.get("Operations"), wanted.get("OperationStatuses")
        found = [
            request
            for request in self._requests.of_account(call.account)
            if (not operations or request.operation in operations) and (not statuses or request.status in statuses)
        ]
        page, more = _PAGE.cut(found, call.params)
        return {"ResourceRequestStatusSummaries": [request.event() for request in page], **more}

    def cancel_resource_request(self, call: Call) -> JsonObject:
        request = self._known_request(call)
        if not request.pending:
            raise AwsError("ConcurrentModificationException", f"Request {request.token} is {request.status} already")
        request.status = "CANCEL_IN_PROGRESS"
        return {"ProgressEvent": request.event()}

    def _known_request(self, call: Call) -> ResourceRequest:
        request = self._requests.get(call.params["RequestToken"])
        if request is None or request.account != call.account:
            raise AwsError("RequestTokenNotFoundException", f"Request {call.params['RequestToken']} was not found.")
        return request

    def _type(self, call: Call) -> ResourceType:
        name = call.params["TypeName"]
        if name not in self._types:
            raise AwsError("TypeNotFoundException", f"The type '{name}' cannot be found.")
        return self._types[name].at(call.region)


def _as_exception(error: HandlerError) -> AwsError:
    return AwsError(_EXCEPTIONS.get(error.code, "GeneralServiceException"), error.message)


def _json(text: str, what: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(text)
    except ValueError as error:
        raise AwsError("ValidationException", f"{what} is not valid JSON") from error


def _patched(model: Mapping[str, Any], patch: Any) -> JsonObject:  # noqa: ANN401
    try:
        patched: JsonObject = jsonpatch.apply_patch(model, patch)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        raise HandlerError("InvalidRequest", f"The patch cannot be applied: {error}") from error
    return patched
