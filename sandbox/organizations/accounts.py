"""The calls that create, move, close and remove accounts.

Differs from AWS: accounts are created and closed at once (the status of a creation is IN_PROGRESS until it is asked
for), and there is no quota of accounts.
"""

from __future__ import annotations

from remit.organization import AccountState
from sandbox.errors import AwsError
from sandbox.organizations.calls import PAGE, TreeCalls
from sandbox.organizations.tree import AccountRecord
from sandbox.wire import Call, JsonObject
from sandbox.world import World


class AccountCalls(TreeCalls):
    """New accounts stand under the root."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._creations: dict[str, JsonObject] = {}

    def create_account(self, call: Call) -> JsonObject:
        name, email = call.params["AccountName"], call.params["Email"]
        status: JsonObject = {
            "Id": f"car-{self._world.random_id(32)}",
            "AccountName": name,
            "State": "IN_PROGRESS",
            "RequestedTimestamp": self._world.now(),
        }
        done = self._creations[status["Id"]] = self._created(status, name, email, call)
        self._tell("CreateAccount", done)
        return {"CreateAccountStatus": status}

    def _created(self, status: JsonObject, name: str, email: str, call: Call) -> JsonObject:
        if any(account.email == email for account in self._tree.accounts.values()):
            return {**status, "State": "FAILED", "FailureReason": "EMAIL_ALREADY_EXISTS"}
        tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}
        account_id = self._world.new_account_id()
        root, now = self._tree.root_id, self._world.now()
        self._tree.add_account(AccountRecord(account_id, name, email, AccountState.ACTIVE, root, tags, now))
        return {**status, "State": "SUCCEEDED", "AccountId": account_id, "CompletedTimestamp": now}

    def _tell(self, result: str, status: JsonObject) -> None:
        """What Organizations records when it is done: CreateAccountResult, say, with `createAccountStatus`."""
        key = f"{result[:1].lower()}{result[1:]}Status"
        told = {f"{name[:1].lower()}{name[1:]}": value for name, value in status.items()}
        self._world.trail.service_event(f"{result}Result", self._tree.management, {key: told})

    def describe_create_account_status(self, call: Call) -> JsonObject:
        status = self._creations.get(call.params["CreateAccountRequestId"])
        if status is None:
            raise AwsError(
                "CreateAccountStatusNotFoundException", "We can't find an create account request with that id."
            )
        return {"CreateAccountStatus": status}

    def list_create_account_status(self, call: Call) -> JsonObject:
        states = call.params.get("States") or []
        found = [status for status in self._creations.values() if not states or status["State"] in states]
        page, more = PAGE.cut(found, call.params)
        return {"CreateAccountStatuses": page, **more}

    def move_account(self, call: Call) -> JsonObject:
        account = self._known_account(call.params["AccountId"])
        source, destination = call.params["SourceParentId"], call.params["DestinationParentId"]
        if destination not in self._tree.units:
            raise AwsError("DestinationParentNotFoundException", "We can't find the destination container.")
        if source != account.parent:
            raise AwsError("SourceParentNotFoundException", "We can't find a source root or OU with the ParentId.")
        if source == destination:
            raise AwsError("DuplicateAccountException", "That account is already present in the specified destination.")
        self._tree.move(account, destination)
        return {}

    def close_account(self, call: Call) -> JsonObject:
        account = self._known_account(call.params["AccountId"])
        if account.id == self._tree.management:
            raise AwsError("ConstraintViolationException", "You can't close the management account.")
        if account.state is not AccountState.ACTIVE:
            raise AwsError("AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
        account.state = AccountState.SUSPENDED
        self._tell("CloseAccount", {"AccountId": account.id, "State": "SUCCEEDED"})
        return {}

    def remove_account_from_organization(self, call: Call) -> JsonObject:
        account = self._known_account(call.params["AccountId"])
        if account.id == self._tree.management:
            raise AwsError(
                "MasterCannotLeaveOrganizationException", "You can't remove a management account from an organization."
            )
        self._tree.remove_account(account)
        self._world.account_left(account.id)
        return {}
