"""What all sso-admin calls share: the instance, its permission sets, and who may touch what."""

from __future__ import annotations

from typing import ClassVar

from sandbox.errors import AwsError
from sandbox.json_api import JsonApi
from sandbox.paging import Page
from sandbox.sso_admin.instance import Instance, PermissionSet
from sandbox.wire import Call, JsonObject
from sandbox.world import World

PAGE = Page(100, 10)


class InstanceCalls(JsonApi):
    service: ClassVar[str] = "sso-admin"

    def __init__(self, world: World) -> None:
        self._world = world
        self._instance: Instance = world.instance

    def answer(self, call: Call) -> JsonObject:
        if call.operation != "ListInstances" and not self._world.administers_identity_center(call.account):
            raise _denied(call)
        return super().answer(call)

    def _permission_set(self, call: Call) -> PermissionSet:
        self._require_instance(call)
        found = self._instance.permission_sets.get(call.params["PermissionSetArn"])
        if found is None:
            raise AwsError("ResourceNotFoundException", "PermissionSet not found.")
        return found

    def _editable(self, call: Call) -> PermissionSet:
        """The permission set, if this caller may change it."""
        permission_set = self._permission_set(call)
        self._guard_management(call, permission_set)
        return permission_set

    def _guard_management(self, call: Call, permission_set: PermissionSet, target: str = "") -> None:
        """A delegated administrator touches neither the management account nor what is provisioned in it."""
        management = self._world.tree.management
        if call.account == management:
            return
        if target == management or management in self._instance.accounts_of(permission_set.arn):
            raise _denied(call)

    def _require_instance(self, call: Call) -> None:
        if call.params["InstanceArn"] != self._instance.arn:
            raise AwsError("ResourceNotFoundException", "Instance not found.")

    def _require_management(self, call: Call) -> None:
        if call.account != self._world.tree.management:
            raise _denied(call)


def _denied(call: Call) -> AwsError:
    return AwsError(
        "AccessDeniedException",
        f"User: arn:aws:sts::{call.account}:assumed-role/session is not authorized to perform: sso:{call.operation}",
    )
