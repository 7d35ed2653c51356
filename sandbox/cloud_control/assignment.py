"""AWS::SSO::Assignment: one account assignment. All six properties are its identity, so it never changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from sandbox.cloud_control.identity_center import IdentityCenterType
from sandbox.cloud_control.resource_type import HandlerError, Model
from sandbox.sso_admin.instance import AssignmentKey
from sandbox.sso_admin.operations import Kind
from sandbox.wire import JsonObject

_PROPERTIES = ("InstanceArn", "TargetId", "TargetType", "PermissionSetArn", "PrincipalType", "PrincipalId")


class AssignmentType(IdentityCenterType):
    name: ClassVar[str] = "AWS::SSO::Assignment"
    required: ClassVar[frozenset[str]] = frozenset(_PROPERTIES)
    writable: ClassVar[frozenset[str]] = frozenset()
    create_only: ClassVar[frozenset[str]] = frozenset(_PROPERTIES)
    updatable: ClassVar[bool] = False

    def create(self, account: str, model: Model) -> str:
        key, identifier = _key(model), "|".join(str(model[name]) for name in _PROPERTIES)
        self.require_administrator(account, "CreateAccountAssignment")
        if self.instance.assigned(key):
            raise HandlerError("AlreadyExists", f"AccountAssignment {identifier} already exists.")
        self._carry_out(account, Kind.CREATE, model)
        return identifier

    def read(self, account: str, identifier: str) -> JsonObject:
        self.require_administrator(account, "ListAccountAssignments")
        return self._found(identifier)

    def update(self, account: str, identifier: str, old: Model, new: Model) -> None:
        raise NotImplementedError  # Cloud Control refuses: `updatable` is False

    def delete(self, account: str, identifier: str) -> None:
        self.require_administrator(account, "DeleteAccountAssignment")
        self._carry_out(account, Kind.DELETE, self._found(identifier))

    def listed(self, account: str, wanted: Model) -> Iterable[tuple[str, JsonObject]]:
        """AWS wants all six properties, so a list finds one or nothing."""
        self.require_administrator(account, "ListAccountAssignments")
        if missing := sorted(set(_PROPERTIES) - wanted.keys()):
            raise HandlerError("InvalidRequest", f"Missing or invalid ResourceModel property: {missing[0]}")
        if wanted["InstanceArn"] == self.instance.arn and self.instance.assigned(_key(wanted)):
            yield "|".join(str(wanted[name]) for name in _PROPERTIES), dict(wanted)

    def _carry_out(self, account: str, kind: Kind, model: Model) -> None:
        """Checks by the very call that sso-admin would answer, then does what it would do later."""
        key = _key(model)
        management = self._world.tree.management
        held = management in self.instance.accounts_of(key.permission_set)
        if account != management and (key.account == management or held):
            raise HandlerError("AccessDenied", "A delegated administrator cannot manage the management account.")
        if model["InstanceArn"] != self.instance.arn or key.permission_set not in self.instance.permission_sets:
            raise HandlerError("NotFound", "PermissionSet not found. (Service: SsoAdmin, Status Code: 400)")
        self.carry_out(account, kind, key)

    def _found(self, identifier: str) -> JsonObject:
        parts = identifier.split("|")
        if len(parts) != len(_PROPERTIES):
            raise HandlerError("InvalidRequest", f"Identifier {identifier} is not valid for identifier [{_PROPERTIES}]")
        model = dict(zip(_PROPERTIES, parts, strict=True))
        if model["InstanceArn"] != self.instance.arn or not self.instance.assigned(_key(model)):
            raise self.not_found(identifier)
        return model


def _key(model: Model) -> AssignmentKey:
    return AssignmentKey(model["TargetId"], model["PermissionSetArn"], model["PrincipalType"], model["PrincipalId"])
