"""Account assignments and provisioning: asynchronous to write, indexed to read."""

from __future__ import annotations

from sandbox.errors import AwsError, throttled
from sandbox.sso_admin.calls import PAGE, InstanceCalls
from sandbox.sso_admin.instance import AssignmentKey
from sandbox.sso_admin.operations import Kind, Operation
from sandbox.wire import Call, JsonObject

_TOO_MANY = "There are too many requests processing. Please try again later."


class AssignmentCalls(InstanceCalls):
    """CreateAccountAssignment and all that follows from it."""

    # --- assignments, written ---------------------------------------------------------------------------------

    def create_account_assignment(self, call: Call) -> JsonObject:
        return {"AccountAssignmentCreationStatus": _status(self._start(call, Kind.CREATE))}

    def delete_account_assignment(self, call: Call) -> JsonObject:
        return {"AccountAssignmentDeletionStatus": _status(self._start(call, Kind.DELETE))}

    def _start(self, call: Call, kind: Kind) -> Operation:
        key = _key(call)
        self._guard_management(call, self._permission_set(call), key.account)
        if kind is Kind.DELETE and not self._instance.assigned(key) and not self._world.operations.busy(key):
            raise AwsError("ResourceNotFoundException", "Assignment not found.")
        limits = self._world.limiter.limits
        if limits:
            if (
                limits.outstanding
                and self._world.operations.outstanding(Kind.CREATE, Kind.DELETE) >= limits.outstanding
            ):
                raise throttled(self.service, _TOO_MANY)
            if self._world.operations.busy(key):
                raise AwsError("ConflictException", "There is a conflicting operation in process. Please try again.")
        return self._world.start_operation(kind, key, call.account)

    def describe_account_assignment_creation_status(self, call: Call) -> JsonObject:
        request = call.params["AccountAssignmentCreationRequestId"]
        return {"AccountAssignmentCreationStatus": _status(self._operation(call, request, Kind.CREATE))}

    def describe_account_assignment_deletion_status(self, call: Call) -> JsonObject:
        request = call.params["AccountAssignmentDeletionRequestId"]
        return {"AccountAssignmentDeletionStatus": _status(self._operation(call, request, Kind.DELETE))}

    def list_account_assignment_creation_status(self, call: Call) -> JsonObject:
        return self._listed(call, Kind.CREATE, "AccountAssignmentsCreationStatus")

    def list_account_assignment_deletion_status(self, call: Call) -> JsonObject:
        return self._listed(call, Kind.DELETE, "AccountAssignmentsDeletionStatus")

    # --- assignments, read ------------------------------------------------------------------------------------

    def list_account_assignments(self, call: Call) -> JsonObject:
        arn, account = self._permission_set(call).arn, call.params["AccountId"]
        page, more = PAGE.cut(self._instance.principals(account, arn), call.params)
        found = [
            {"AccountId": account, "PermissionSetArn": arn, "PrincipalType": kind, "PrincipalId": principal}
            for kind, principal in page
        ]
        return {"AccountAssignments": found, **more}

    def list_account_assignments_for_principal(self, call: Call) -> JsonObject:
        """Answers the management account alone. Assignments by way of a user's groups count too, as in AWS."""
        self._require_instance(call)
        self._require_management(call)
        wanted = (call.params.get("Filter") or {}).get("AccountId")
        found = [
            (principal, pair)
            for principal in self._with_groups(call.params["PrincipalType"], call.params["PrincipalId"])
            for pair in self._instance.pairs(*principal)
            if wanted in (None, pair[0])
        ]
        page, more = PAGE.cut(found, call.params)
        shown = [
            {"AccountId": account, "PermissionSetArn": arn, "PrincipalType": kind, "PrincipalId": principal}
            for (kind, principal), (account, arn) in page
        ]
        return {"AccountAssignments": shown, **more}

    def _with_groups(self, kind: str, principal: str) -> list[tuple[str, str]]:
        directory = self._world.directory
        if not directory.has(kind, principal):
            raise AwsError("ResourceNotFoundException", f"{kind} not found.")
        groups = directory.groups_of(principal) if kind == "USER" else []
        return [(kind, principal), *(("GROUP", group) for group in groups)]

    # --- provisioning -----------------------------------------------------------------------------------------

    def provision_permission_set(self, call: Call) -> JsonObject:
        permission_set = self._editable(call)
        everywhere = call.params["TargetType"] == "ALL_PROVISIONED_ACCOUNTS"
        account = "" if everywhere else call.params.get("TargetId", "")
        if not everywhere and not account:
            raise AwsError("ValidationException", "TargetId is required for TargetType AWS_ACCOUNT")
        self._guard_management(call, permission_set, account)
        limits = self._world.limiter.limits
        if limits and limits.provisioning and self._world.operations.outstanding(Kind.PROVISION) >= limits.provisioning:
            raise throttled(self.service, _TOO_MANY)
        key = AssignmentKey(account, permission_set.arn, "", "")
        operation = self._world.start_operation(Kind.PROVISION, key, call.account)
        return {"PermissionSetProvisioningStatus": _provisioning(operation)}

    def describe_permission_set_provisioning_status(self, call: Call) -> JsonObject:
        operation = self._operation(call, call.params["ProvisionPermissionSetRequestId"], Kind.PROVISION)
        return {"PermissionSetProvisioningStatus": _provisioning(operation)}

    def list_permission_set_provisioning_status(self, call: Call) -> JsonObject:
        return self._listed(call, Kind.PROVISION, "PermissionSetsProvisioningStatus")

    # --- operations -------------------------------------------------------------------------------------------

    def _operation(self, call: Call, request: str, kind: Kind) -> Operation:
        self._require_instance(call)
        operation = self._world.operations.get(request, kind)
        if operation is None:
            raise AwsError("ResourceNotFoundException", "Request not found.")
        return operation

    def _listed(self, call: Call, kind: Kind, key: str) -> JsonObject:
        self._require_instance(call)
        wanted = (call.params.get("Filter") or {}).get("Status")
        page, more = PAGE.cut(self._world.operations.listed(kind, wanted), call.params)
        return {
            key: [{"Status": each.status.value, "RequestId": each.id, "CreatedDate": each.created} for each in page],
            **more,
        }


def _key(call: Call) -> AssignmentKey:
    params = call.params
    return AssignmentKey(params["TargetId"], params["PermissionSetArn"], params["PrincipalType"], params["PrincipalId"])


def _status(operation: Operation) -> JsonObject:
    key = operation.key
    answer: JsonObject = {
        "Status": operation.status.value,
        "RequestId": operation.id,
        "TargetId": key.account,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": key.permission_set,
        "PrincipalType": key.principal_type,
        "PrincipalId": key.principal_id,
        "CreatedDate": operation.created,
    }
    if operation.reason:
        answer["FailureReason"] = operation.reason
    return answer


def _provisioning(operation: Operation) -> JsonObject:
    answer: JsonObject = {
        "Status": operation.status.value,
        "RequestId": operation.id,
        "PermissionSetArn": operation.key.permission_set,
        "CreatedDate": operation.created,
    }
    if operation.key.account:
        answer["AccountId"] = operation.key.account
    if operation.reason:
        answer["FailureReason"] = operation.reason
    return answer
