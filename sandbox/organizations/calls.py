"""What all Organizations calls share: who may call, what exists, how it is shown."""

from __future__ import annotations

from typing import ClassVar

from remit.organization import AccountState
from sandbox.errors import AwsError
from sandbox.json_api import JsonApi
from sandbox.organizations.tree import AccountRecord, UnitRecord
from sandbox.paging import Page
from sandbox.wire import Call, JsonObject
from sandbox.world import World

PAGE = Page(20, 20, "InvalidInputException")
_READS = ("Describe", "List")
_STATUS = {
    AccountState.PENDING_ACTIVATION: "ACTIVE",
    AccountState.ACTIVE: "ACTIVE",
    AccountState.SUSPENDED: "SUSPENDED",
    AccountState.PENDING_CLOSURE: "PENDING_CLOSURE",
    AccountState.CLOSED: "SUSPENDED",
}


class TreeCalls(JsonApi):
    service: ClassVar[str] = "organizations"

    def __init__(self, world: World) -> None:
        self._world = world
        self._tree = world.tree

    def answer(self, call: Call) -> JsonObject:
        self._authorize(call)
        return super().answer(call)

    def _authorize(self, call: Call) -> None:
        tree = self._tree
        if call.account not in tree.accounts:
            raise AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
        reads = call.operation.startswith(_READS)
        delegated = reads and call.account in tree.delegated
        if call.account != tree.management and not delegated and call.operation != "DescribeOrganization":
            raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.")

    def _parent(self, parent_id: str) -> UnitRecord:
        unit = self._tree.units.get(parent_id)
        if unit is None:
            raise AwsError("ParentNotFoundException", "You specified parent that doesn't exist.")
        return unit

    def _known_unit(self, unit_id: str) -> UnitRecord:
        unit = self._tree.units.get(unit_id)
        if unit is None or not unit.parent:
            raise AwsError("OrganizationalUnitNotFoundException", "You specified an OU that doesn't exist.")
        return unit

    def _known_account(self, account_id: str) -> AccountRecord:
        account = self._tree.accounts.get(account_id)
        if account is None:
            raise AwsError("AccountNotFoundException", "You specified an account that doesn't exist.")
        return account

    def _account(self, account: AccountRecord) -> JsonObject:
        answer: JsonObject = {
            "Id": account.id,
            "Arn": self._account_arn(account.id),
            "Email": account.email,
            "Name": account.name,
            "Status": _STATUS[account.state],
            "State": account.state.value,
            "JoinedMethod": "CREATED" if account.created else "INVITED",
            "JoinedTimestamp": account.joined,
        }
        if self._world.options.account_paths:
            answer["Paths"] = [f"{self._tree.path(account.parent)}{account.id}/"]
        return answer

    def _unit(self, unit: UnitRecord) -> JsonObject:
        answer = {"Id": unit.id, "Arn": self._arn("ou", unit.id), "Name": unit.name}
        if self._world.options.account_paths:
            answer["Path"] = self._tree.path(unit.id)
        return answer

    def _account_arn(self, account_id: str) -> str:
        return self._arn("account", account_id)

    def _arn(self, kind: str, identifier: str) -> str:
        tree = self._tree
        scope = "" if kind == "organization" else f"{tree.id}/"
        return f"arn:aws:organizations::{tree.management}:{kind}/{scope}{identifier}"
