"""An Identity Center instance in memory, behind the methods of boto3's sso-admin client.

Operations are asynchronous: one stays IN_PROGRESS while `lasts` further calls are made, whatever they are. Faults come
from a seeded dice, each with its probability.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError

INSTANCE = "arn:aws:sso:::instance/ssoins-1111111111111111"
PERMISSION_SET = "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-1111111111111111"
OTHER_SET = "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-2222222222222222"


@dataclass(frozen=True)
class Faults:
    """Probabilities, from 0 to 1."""

    throttle: float = 0.0
    conflict: float = 0.0
    failed: float = 0.0
    server: float = 0.0
    reset: float = 0.0  # the connection breaks after the call did its work
    seed: int = 0


@dataclass
class _Operation:
    action: str
    key: tuple[str, str]
    calls_left: int
    status: str = "IN_PROGRESS"
    reason: str = ""


@dataclass
class FakeSsoAdmin:
    """`live`: {(permission set, assignment key)}. `doomed`: FailureReason by assignment key.

    `raced`: keys that somebody else removes just before we do. `unknown`: accounts that AWS does not find.
    """

    live: set[tuple[str, str]] = field(default_factory=set)
    permission_sets: set[str] = field(default_factory=lambda: {PERMISSION_SET, OTHER_SET})
    doomed: dict[str, str] = field(default_factory=dict)
    raced: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    faults: Faults = Faults()
    lasts: int = 1
    outstanding: int = 15
    page: int = 100
    listing_hides: bool = False

    def __post_init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.most_outstanding = 0
        self._dice = random.Random(self.faults.seed)  # noqa: S311
        self._lock = threading.RLock()
        self._operations: dict[str, _Operation] = {}

    # What a test looks at

    def keys(self, permission_set: str = PERMISSION_SET) -> set[str]:
        return {key for arn, key in self.live if arn == permission_set}

    def add(self, *keys: str, permission_set: str = PERMISSION_SET) -> None:
        self.live |= {(permission_set, key) for key in keys}

    @property
    def writes(self) -> int:
        return self.calls["create_account_assignment"] + self.calls["delete_account_assignment"]

    # boto3's methods

    def create_account_assignment(self, **call: str) -> dict[str, object]:
        return {"AccountAssignmentCreationStatus": self._start("create", call)}

    def delete_account_assignment(self, **call: str) -> dict[str, object]:
        return {"AccountAssignmentDeletionStatus": self._start("delete", call)}

    def describe_account_assignment_creation_status(self, **call: str) -> dict[str, object]:
        return {"AccountAssignmentCreationStatus": self._describe("creation", call)}

    def describe_account_assignment_deletion_status(self, **call: str) -> dict[str, object]:
        return {"AccountAssignmentDeletionStatus": self._describe("deletion", call)}

    def list_account_assignment_creation_status(self, **call: Any) -> dict[str, object]:
        return self._statuses("create", "creation", call)

    def list_account_assignment_deletion_status(self, **call: Any) -> dict[str, object]:
        return self._statuses("delete", "deletion", call)

    def list_accounts_for_provisioned_permission_set(self, **call: str) -> dict[str, object]:
        with self._call("list_accounts_for_provisioned_permission_set"):
            self._require(call["PermissionSetArn"])
            return self._paged("AccountIds", sorted({key[:12] for key in self.keys(call["PermissionSetArn"])}), call)

    def list_permission_sets_provisioned_to_account(self, **call: str) -> dict[str, object]:
        with self._call("list_permission_sets_provisioned_to_account"):
            self._require_account(call["AccountId"])
            found = {arn for arn, key in self.live if key.startswith(call["AccountId"])}
            return self._paged("PermissionSets", sorted(found), call)

    def list_account_assignments(self, **call: str) -> dict[str, object]:
        with self._call("list_account_assignments"):
            self._require(call["PermissionSetArn"])
            self._require_account(call["AccountId"])
            found = [
                {"AccountId": account, "PrincipalType": kind, "PrincipalId": principal}
                for account, kind, principal in (key.split("/") for key in sorted(self.keys(call["PermissionSetArn"])))
                if account == call["AccountId"]
            ]
            return self._paged("AccountAssignments", found, call)

    # How it works

    def _call(self, name: str) -> threading.RLock:
        with self._lock:
            self.calls[name] += 1
            for operation in self._operations.values():
                self._proceed(operation)
            if name in self.denied:
                raise _error("AccessDeniedException", f"not authorized to perform {name}", name, 400)
            if self._dice.random() < self.faults.throttle:
                raise _error("ThrottlingException", "Rate exceeded", name, 400)
            if self._dice.random() < self.faults.server:
                raise _error("InternalServerException", "Try later", name, 500)
        return self._lock

    def _start(self, action: str, call: dict[str, str]) -> dict[str, str]:
        name = f"{action}_account_assignment"
        with self._call(name):
            self._require(call["PermissionSetArn"])
            running = sum(each.status == "IN_PROGRESS" for each in self._operations.values())
            if running >= self.outstanding:
                raise _error("ThrottlingException", "There are too many requests processing.", name, 400)
            if self._dice.random() < self.faults.conflict:
                raise _error("ConflictException", "There is a conflicting operation in process.", name, 400)
            assignment = f"{call['TargetId']}/{call['PrincipalType']}/{call['PrincipalId']}"
            key = call["PermissionSetArn"], assignment
            if assignment in self.raced:
                self.live.discard(key)
            if action == "delete" and key not in self.live and assignment not in self.doomed:
                raise _error("ResourceNotFoundException", "Assignment not found.", name, 400)
            self.most_outstanding = max(self.most_outstanding, running + 1)
            request = f"request-{len(self._operations)}"
            self._operations[request] = _Operation(action, key, self.lasts)
            if self._dice.random() < self.faults.reset:
                raise ConnectionClosedError(endpoint_url="https://sso")
            return {"RequestId": request, "Status": "IN_PROGRESS"}

    def _describe(self, noun: str, call: dict[str, str]) -> dict[str, str]:
        with self._call(f"describe_account_assignment_{noun}_status"):
            request = call[f"AccountAssignment{noun.title()}RequestId"]
            operation = self._operations[request]
            answer = {"RequestId": request, "Status": operation.status}
            return {**answer, "FailureReason": operation.reason} if operation.reason else answer

    def _statuses(self, action: str, noun: str, call: dict[str, Any]) -> dict[str, object]:
        wanted = call.get("Filter", {}).get("Status")
        with self._call(f"list_account_assignment_{noun}_status"):
            mine = [(id_, each) for id_, each in self._operations.items() if each.action == action]
            if wanted:
                mine = [(id_, each) for id_, each in mine if each.status == wanted]
            elif self.listing_hides:
                mine = []
            listed = [{"RequestId": id_, "Status": each.status} for id_, each in reversed(mine)]
            return self._paged(f"AccountAssignments{noun.title()}Status", listed, call)

    def _proceed(self, operation: _Operation) -> None:
        operation.calls_left -= 1
        if operation.status != "IN_PROGRESS" or operation.calls_left > 0:
            return
        reason = self.doomed.get(operation.key[1])
        if reason is None and self._dice.random() < self.faults.failed:
            reason = "AWS SSO is unable to complete your request at this time."
        if reason is not None:
            operation.status, operation.reason = "FAILED", reason
            return
        operation.status = "SUCCEEDED"
        if operation.action == "create":
            self.live.add(operation.key)
        else:
            self.live.discard(operation.key)

    def _require(self, permission_set: str) -> None:
        if permission_set not in self.permission_sets:
            raise _error("ResourceNotFoundException", "PermissionSet not found.", "sso", 400)

    def _require_account(self, account: str) -> None:
        if account in self.unknown:
            raise _error("ResourceNotFoundException", "Account not found.", "sso", 400)

    def _paged(self, name: str, items: Sequence[object], call: dict[str, Any]) -> dict[str, object]:
        start = int(call.get("NextToken", "0"))
        answer: dict[str, object] = {name: items[start : start + self.page]}
        if start + self.page < len(items):
            answer["NextToken"] = str(start + self.page)
        return answer


def _error(code: str, message: str, operation: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)
