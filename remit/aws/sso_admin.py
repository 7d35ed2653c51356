"""The sso-admin calls that assignments need, each under the throttle, in our own values.

The client is `Aws.client("sso-admin")`, which repeats nothing by itself: the throttle repeats, and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from remit.aws.refusals import refusal
from remit.aws.throttle import Throttle
from remit.delta import assignment_key, split_key

PAGE = 100  # the most that AWS returns at once; its default is smaller


class Action(StrEnum):
    CREATE = "create"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Operation:
    """One assignment to create or delete."""

    action: Action
    instance: str
    permission_set: str
    key: str


@dataclass(frozen=True, slots=True)
class Status:
    """Where AWS is with an operation: `state` is IN_PROGRESS, SUCCEEDED or FAILED; `reason` AWS's, if FAILED."""

    request: str
    state: str
    reason: str = ""


class Client(Protocol):
    """boto3's sso-admin client."""

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]: ...


class SsoAdmin:
    """Raises AwsError: NotFoundError, AccessDeniedError, or what AWS said after the last try."""

    def __init__(self, client: Client, throttle: Throttle) -> None:
        self._client = client
        self.throttle = throttle

    def start(
        self, operation: Operation, *, give_up: Callable[[], bool], unanswered: Callable[[], None] = lambda: None
    ) -> Status:
        """Submits the operation; the status is mostly IN_PROGRESS. `unanswered`, `give_up`: see Throttle.call."""
        account, principal_type, principal_id = split_key(operation.key)
        answer = self._call(
            f"{operation.action}_account_assignment",
            give_up,
            unanswered,
            InstanceArn=operation.instance,
            TargetId=account,
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=operation.permission_set,
            PrincipalType=principal_type,
            PrincipalId=principal_id,
        )
        return _status(answer[f"AccountAssignment{_noun(operation.action)}Status"])

    def status(self, action: Action, instance: str, request: str) -> Status:
        answer = self._call(
            f"describe_account_assignment_{_noun(action).lower()}_status",
            InstanceArn=instance,
            **{f"AccountAssignment{_noun(action)}RequestId": request},
        )
        return _status(answer[f"AccountAssignment{_noun(action)}Status"])

    def latest_statuses(self, action: Action, instance: str) -> dict[str, str]:
        """One page of requests and their states; without reasons, in no order that AWS documents."""
        answer = self._call(
            f"list_account_assignment_{_noun(action).lower()}_status", InstanceArn=instance, MaxResults=PAGE
        )
        return {each["RequestId"]: each["Status"] for each in answer[f"AccountAssignments{_noun(action)}Status"]}

    def under_way(self, action: Action, instance: str) -> frozenset[str]:
        """Requests that have not ended yet, whoever made them."""
        pages = self._pages(
            f"list_account_assignment_{_noun(action).lower()}_status",
            InstanceArn=instance,
            Filter={"Status": "IN_PROGRESS"},
        )
        key = f"AccountAssignments{_noun(action)}Status"
        return frozenset(each["RequestId"] for page in pages for each in page.get(key, ()))

    def accounts_with(self, instance: str, permission_set: str) -> frozenset[str]:
        """The accounts where the permission set is provisioned."""
        pages = self._pages(
            "list_accounts_for_provisioned_permission_set", InstanceArn=instance, PermissionSetArn=permission_set
        )
        return frozenset(account for page in pages for account in page.get("AccountIds", ()))

    def permission_sets_in(self, instance: str, account: str) -> frozenset[str]:
        """The permission sets provisioned in the account."""
        pages = self._pages("list_permission_sets_provisioned_to_account", InstanceArn=instance, AccountId=account)
        return frozenset(arn for page in pages for arn in page.get("PermissionSets", ()))

    def assignments(self, instance: str, permission_set: str, account: str) -> frozenset[str]:
        """Keys of every assignment of the permission set in the account."""
        pages = self._pages(
            "list_account_assignments", InstanceArn=instance, PermissionSetArn=permission_set, AccountId=account
        )
        return frozenset(
            assignment_key(each["AccountId"], each["PrincipalType"], each["PrincipalId"])
            for page in pages
            for each in page.get("AccountAssignments", ())
        )

    def _pages(self, name: str, **parameters: object) -> Iterator[dict[str, Any]]:
        token: dict[str, object] = {}
        while True:
            page = self._call(name, MaxResults=PAGE, **parameters, **token)
            yield page
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _call(
        self,
        name: str,
        give_up: Callable[[], bool] = lambda: False,
        unanswered: Callable[[], None] = lambda: None,
        /,
        **parameters: object,
    ) -> dict[str, Any]:
        method = getattr(self._client, name)
        try:
            return self.throttle.call(name, lambda: method(**parameters), give_up=give_up, unanswered=unanswered)
        except (ClientError, BotoCoreError) as error:
            operation = "".join(word.capitalize() for word in name.split("_"))
            raise refusal("sso-admin", operation, error) from error


def _noun(action: Action) -> str:
    return "Creation" if action is Action.CREATE else "Deletion"


def _status(answer: dict[str, Any]) -> Status:
    return Status(answer["RequestId"], answer["Status"], answer.get("FailureReason", ""))
