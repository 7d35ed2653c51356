"""What a permission set carries: AWS managed and customer managed policies, an inline policy, a boundary."""

from __future__ import annotations

import re

from sandbox.errors import AwsError
from sandbox.sso_admin.calls import PAGE, InstanceCalls
from sandbox.sso_admin.instance import PermissionSet, PolicyReference
from sandbox.wire import Call, JsonObject

_POLICIES = 25
_INLINE_SIZE = 10_240  # characters, whitespace not counted


class AttachmentCalls(InstanceCalls):
    """None of these reaches an account until the permission set is provisioned."""

    # --- AWS managed policies ---------------------------------------------------------------------------------

    def attach_managed_policy_to_permission_set(self, call: Call) -> JsonObject:
        permission_set, arn = self._editable(call), call.params["ManagedPolicyArn"]
        if arn in permission_set.managed_policies:
            raise AwsError("ConflictException", f"Policy {arn} is already attached to the PermissionSet.")
        _require_room(permission_set)
        permission_set.managed_policies[arn] = None
        permission_set.revision += 1
        return {}

    def detach_managed_policy_from_permission_set(self, call: Call) -> JsonObject:
        permission_set, arn = self._editable(call), call.params["ManagedPolicyArn"]
        if arn not in permission_set.managed_policies:
            raise AwsError("ResourceNotFoundException", f"Policy {arn} is not attached to the PermissionSet.")
        del permission_set.managed_policies[arn]
        permission_set.revision += 1
        return {}

    def list_managed_policies_in_permission_set(self, call: Call) -> JsonObject:
        page, more = PAGE.cut(list(self._permission_set(call).managed_policies), call.params)
        return {"AttachedManagedPolicies": [{"Name": arn.rpartition("/")[2], "Arn": arn} for arn in page], **more}

    # --- customer managed policies ----------------------------------------------------------------------------

    def attach_customer_managed_policy_reference_to_permission_set(self, call: Call) -> JsonObject:
        permission_set, reference = self._editable(call), _reference(call)
        if reference in permission_set.customer_policies:
            raise AwsError("ConflictException", f"Policy {reference.name} is already attached to the PermissionSet.")
        _require_room(permission_set)
        permission_set.customer_policies[reference] = None
        permission_set.revision += 1
        return {}

    def detach_customer_managed_policy_reference_from_permission_set(self, call: Call) -> JsonObject:
        permission_set, reference = self._editable(call), _reference(call)
        if reference not in permission_set.customer_policies:
            raise AwsError(
                "ResourceNotFoundException", f"Policy {reference.name} is not attached to the PermissionSet."
            )
        del permission_set.customer_policies[reference]
        permission_set.revision += 1
        return {}

    def list_customer_managed_policy_references_in_permission_set(self, call: Call) -> JsonObject:
        page, more = PAGE.cut(list(self._permission_set(call).customer_policies), call.params)
        shown = [{"Name": reference.name, "Path": reference.path} for reference in page]
        return {"CustomerManagedPolicyReferences": shown, **more}

    # --- inline policy ----------------------------------------------------------------------------------------

    def put_inline_policy_to_permission_set(self, call: Call) -> JsonObject:
        permission_set, document = self._editable(call), call.params["InlinePolicy"]
        if len(re.sub(r"\s", "", document)) > _INLINE_SIZE:
            raise AwsError("ServiceQuotaExceededException", f"Cannot exceed quota for InlinePolicySize: {_INLINE_SIZE}")
        permission_set.inline_policy = document
        permission_set.revision += 1
        return {}

    def delete_inline_policy_from_permission_set(self, call: Call) -> JsonObject:
        permission_set = self._editable(call)
        permission_set.inline_policy = ""
        permission_set.revision += 1
        return {}

    def get_inline_policy_for_permission_set(self, call: Call) -> JsonObject:
        return {"InlinePolicy": self._permission_set(call).inline_policy}

    # --- permissions boundary ---------------------------------------------------------------------------------

    def put_permissions_boundary_to_permission_set(self, call: Call) -> JsonObject:
        permission_set, boundary = self._editable(call), call.params["PermissionsBoundary"]
        if len([value for value in boundary.values() if value]) != 1:
            raise AwsError("ValidationException", "Exactly one kind of permissions boundary must be given.")
        reference = boundary.get("CustomerManagedPolicyReference")
        if reference:
            boundary = {"CustomerManagedPolicyReference": {"Path": "/", **reference}}
        permission_set.boundary = dict(boundary)
        permission_set.revision += 1
        return {}

    def get_permissions_boundary_for_permission_set(self, call: Call) -> JsonObject:
        boundary = self._permission_set(call).boundary
        if boundary is None:
            raise AwsError("ResourceNotFoundException", "PermissionsBoundary not found.")
        return {"PermissionsBoundary": boundary}

    def delete_permissions_boundary_from_permission_set(self, call: Call) -> JsonObject:
        permission_set = self._editable(call)
        if permission_set.boundary is None:
            raise AwsError("ResourceNotFoundException", "PermissionsBoundary not found.")
        permission_set.boundary = None
        permission_set.revision += 1
        return {}


def _reference(call: Call) -> PolicyReference:
    reference = call.params["CustomerManagedPolicyReference"]
    return PolicyReference(reference["Name"], reference.get("Path") or "/")


def _require_room(permission_set: PermissionSet) -> None:
    if len(permission_set.managed_policies) + len(permission_set.customer_policies) >= _POLICIES:
        raise AwsError(
            "ServiceQuotaExceededException", f"You have exceeded the limit of {_POLICIES} policies a PermissionSet."
        )
