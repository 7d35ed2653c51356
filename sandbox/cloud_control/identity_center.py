"""What the Identity Center types share: they work through the sso-admin calls, as AWS's own handlers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.cloud_control.resource_type import HandlerError, ResourceType
from sandbox.errors import AwsError
from sandbox.sso_admin.api import SsoAdminApi
from sandbox.sso_admin.instance import AssignmentKey, Instance
from sandbox.sso_admin.operations import Kind, Operation, OperationFailed
from sandbox.wire import Call, JsonObject
from sandbox.world import World

_CODES = {
    "ConflictException": "ResourceConflict",
    "ResourceNotFoundException": "NotFound",
    "ValidationException": "InvalidRequest",
    "AccessDeniedException": "AccessDenied",
    "ServiceQuotaExceededException": "ServiceLimitExceeded",
    "ThrottlingException": "Throttling",
}


class IdentityCenterType(ResourceType):
    """A type that belongs to the Identity Center instance."""

    def __init__(self, world: World, sso_admin: SsoAdminApi) -> None:
        self._world = world
        self._sso_admin = sso_admin
        self.instance: Instance = world.instance

    def call(self, account: str, operation: str, params: Mapping[str, Any]) -> JsonObject:
        """One sso-admin call in the caller's name; these are not counted, limited or faulted."""
        call = Call("sso-admin", operation, account, "", self._world.options.region, b"", params)
        try:
            return self._sso_admin.answer(call)
        except AwsError as error:
            exists = error.message.endswith("already exists.")
            code = "AlreadyExists" if exists else _CODES.get(error.code, "GeneralServiceException")
            raise HandlerError(code, f"{error.message} (Service: SsoAdmin, Status Code: 400)") from error

    def carry_out(self, account: str, kind: Kind, key: AssignmentKey) -> None:
        """Does at once what sso-admin does asynchronously: Cloud Control's own request is the asynchronous one."""
        operation = Operation("", kind, key, account, self._world.now())
        try:
            self._world.provisioning.carry_out(operation)
        except OperationFailed as failure:
            raise HandlerError("GeneralServiceException", f"Request failed due to: {failure}") from failure

    def require_administrator(self, account: str, action: str) -> None:
        if not self._world.administers_identity_center(account):
            raise HandlerError("AccessDenied", f"Account {account} is not authorized to perform: sso:{action}")

    def not_found(self, identifier: str) -> HandlerError:
        return HandlerError("NotFound", f"Resource of type '{self.name}' with identifier '{identifier}' was not found.")
