"""AWS::SSO::PermissionSet: a permission set with all that hangs on it. Its update provisions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.cloud_control.identity_center import IdentityCenterType
from sandbox.cloud_control.resource_type import HandlerError, Model
from sandbox.sso_admin.instance import AssignmentKey, PermissionSet, PolicyReference
from sandbox.sso_admin.operations import Kind
from sandbox.wire import JsonObject


class PermissionSetType(IdentityCenterType):
    name: ClassVar[str] = "AWS::SSO::PermissionSet"
    required: ClassVar[frozenset[str]] = frozenset({"Name", "InstanceArn"})
    writable: ClassVar[frozenset[str]] = frozenset(
        {
            "Description",
            "SessionDuration",
            "RelayStateType",
            "ManagedPolicies",
            "InlinePolicy",
            "Tags",
            "CustomerManagedPolicyReferences",
            "PermissionsBoundary",
        }
    )
    create_only: ClassVar[frozenset[str]] = frozenset({"Name", "InstanceArn"})
    read_only: ClassVar[frozenset[str]] = frozenset({"PermissionSetArn"})

    def create(self, account: str, model: Model) -> str:
        params = {"Name": model["Name"], "InstanceArn": model["InstanceArn"], **_core(model)}
        if model.get("Tags"):
            params["Tags"] = model["Tags"]
        created = self.call(account, "CreatePermissionSet", params)
        arn = created["PermissionSet"]["PermissionSetArn"]
        self._carry(account, self._at(arn), model)
        return f"{model['InstanceArn']}|{arn}"

    def read(self, account: str, identifier: str) -> JsonObject:
        self.require_administrator(account, "DescribePermissionSet")
        permission_set = self._found(identifier)
        model: JsonObject = {
            "InstanceArn": self.instance.arn,
            "PermissionSetArn": permission_set.arn,
            "Name": permission_set.name,
            "Description": permission_set.description,
            "SessionDuration": permission_set.session_duration,
            "RelayStateType": permission_set.relay_state,
            "ManagedPolicies": list(permission_set.managed_policies),
            "CustomerManagedPolicyReferences": [
                {"Name": reference.name, "Path": reference.path} for reference in permission_set.customer_policies
            ],
            "InlinePolicy": _document(permission_set.inline_policy),
            "PermissionsBoundary": permission_set.boundary,
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(permission_set.tags.items())],
        }
        return {name: value for name, value in model.items() if value is not None}

    def update(self, account: str, identifier: str, old: Model, new: Model) -> None:
        del old
        permission_set = self._found(identifier)
        arn = permission_set.arn
        self.call(account, "UpdatePermissionSet", {**self._key(arn), **_core(new)})
        permission_set.tags = {tag["Key"]: tag["Value"] for tag in new.get("Tags") or []}
        self._carry(account, permission_set, new)
        self.carry_out(account, Kind.PROVISION, AssignmentKey("", arn, "", ""))

    def delete(self, account: str, identifier: str) -> None:
        self.call(account, "DeletePermissionSet", self._key(self._found(identifier).arn))

    def listed(self, account: str, wanted: Model) -> Iterable[tuple[str, JsonObject]]:
        self.require_administrator(account, "ListPermissionSets")
        if wanted.get("InstanceArn") != self.instance.arn:
            raise HandlerError("InvalidRequest", "Missing or invalid ResourceModel property: InstanceArn")
        for arn in self.instance.permission_sets:
            yield f"{self.instance.arn}|{arn}", self._key(arn)

    def _carry(self, account: str, permission_set: PermissionSet, model: Model) -> None:
        """Makes policies and boundary those of the model, by the calls that AWS's handler makes."""
        arn = permission_set.arn
        managed = dict.fromkeys(model.get("ManagedPolicies") or ())
        for policy in [policy for policy in permission_set.managed_policies if policy not in managed]:
            self.call(account, "DetachManagedPolicyFromPermissionSet", {**self._key(arn), "ManagedPolicyArn": policy})
        for policy in [policy for policy in managed if policy not in permission_set.managed_policies]:
            self.call(account, "AttachManagedPolicyToPermissionSet", {**self._key(arn), "ManagedPolicyArn": policy})
        self._carry_references(account, permission_set, model)
        self._carry_inline_policy(account, permission_set, model.get("InlinePolicy"))
        self._carry_boundary(account, permission_set, model.get("PermissionsBoundary"))

    def _carry_references(self, account: str, permission_set: PermissionSet, model: Model) -> None:
        given = model.get("CustomerManagedPolicyReferences") or ()
        wanted = dict.fromkeys(PolicyReference(each["Name"], each.get("Path") or "/") for each in given)
        current = permission_set.customer_policies
        changes = [
            *(
                ("DetachCustomerManagedPolicyReferenceFromPermissionSet", each)
                for each in current
                if each not in wanted
            ),
            *(("AttachCustomerManagedPolicyReferenceToPermissionSet", each) for each in wanted if each not in current),
        ]
        for operation, reference in changes:
            named = {"Name": reference.name, "Path": reference.path}
            self.call(account, operation, {**self._key(permission_set.arn), "CustomerManagedPolicyReference": named})

    def _carry_inline_policy(self, account: str, permission_set: PermissionSet, document: Any) -> None:  # noqa: ANN401
        key = self._key(permission_set.arn)
        if document:
            text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
            self.call(account, "PutInlinePolicyToPermissionSet", {**key, "InlinePolicy": text})
        elif permission_set.inline_policy:
            self.call(account, "DeleteInlinePolicyFromPermissionSet", key)

    def _carry_boundary(self, account: str, permission_set: PermissionSet, boundary: JsonObject | None) -> None:
        key = self._key(permission_set.arn)
        if boundary:
            self.call(account, "PutPermissionsBoundaryToPermissionSet", {**key, "PermissionsBoundary": boundary})
        elif permission_set.boundary:
            self.call(account, "DeletePermissionsBoundaryFromPermissionSet", key)

    def _key(self, arn: str) -> JsonObject:
        return {"InstanceArn": self.instance.arn, "PermissionSetArn": arn}

    def _at(self, arn: str) -> PermissionSet:
        return self.instance.permission_sets[arn]

    def _found(self, identifier: str) -> PermissionSet:
        instance_arn, _, arn = identifier.partition("|")
        if instance_arn != self.instance.arn or arn not in self.instance.permission_sets:
            raise self.not_found(identifier)
        return self._at(arn)


def _core(model: Model) -> JsonObject:
    """What CreatePermissionSet and UpdatePermissionSet take."""
    names = {"Description": "Description", "SessionDuration": "SessionDuration", "RelayStateType": "RelayState"}
    return {theirs: model[ours] for ours, theirs in names.items() if model.get(ours)}


def _document(text: str) -> Any:  # noqa: ANN401
    """An inline policy as JSON; as it was written when it is not; None when there is none."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
