"""The Organizations API: reading the tree, and what the management account may do to it.

Differs from AWS: accounts are created and closed at once (the status of a creation is IN_PROGRESS until it is asked
for); an account may be closed again and again without a quota.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from zlib import crc32

from remit.organization import AccountState
from sandbox.errors import AwsError
from sandbox.json_api import JsonApi
from sandbox.organizations.tree import AccountRecord, UnitRecord
from sandbox.paging import Page
from sandbox.wire import Call, JsonObject
from sandbox.world import World

_PAGE = Page(20, 20, "InvalidInputException")
_READS = ("Describe", "List")
_STATUS = {
    AccountState.PENDING_ACTIVATION: "ACTIVE",
    AccountState.ACTIVE: "ACTIVE",
    AccountState.SUSPENDED: "SUSPENDED",
    AccountState.PENDING_CLOSURE: "PENDING_CLOSURE",
    AccountState.CLOSED: "SUSPENDED",
}
_MOST_DEPTH = 5


class OrganizationsApi(JsonApi):
    service: ClassVar[str] = "organizations"

    def __init__(self, world: World) -> None:
        self._world = world
        self._tree = world.tree
        self._creations: dict[str, JsonObject] = {}

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

    # --- the tree, read ---------------------------------------------------------------------------------------

    def describe_organization(self, call: Call) -> JsonObject:
        del call
        tree = self._tree
        management = tree.accounts[tree.management]
        return {
            "Organization": {
                "Id": tree.id,
                "Arn": self._arn("organization", tree.id),
                "FeatureSet": "ALL",
                "MasterAccountArn": self._account_arn(management.id),
                "MasterAccountId": management.id,
                "MasterAccountEmail": management.email,
                "AvailablePolicyTypes": [],
            }
        }

    def list_roots(self, call: Call) -> JsonObject:
        del call
        root = self._tree.root_id
        return {"Roots": [{"Id": root, "Arn": self._arn("root", root), "Name": "Root", "PolicyTypes": []}]}

    def list_accounts(self, call: Call) -> JsonObject:
        accounts, more = _PAGE.cut(list(self._tree.accounts.values()), call.params)
        return {"Accounts": [self._account(account) for account in accounts], **more}

    def list_accounts_for_parent(self, call: Call) -> JsonObject:
        parent = self._parent(call.params["ParentId"])
        accounts = list(parent.accounts)
        empty_before = self._empty_pages(parent, accounts)
        page, more = _PAGE.cut(accounts, call.params, empty_before=empty_before)
        return {"Accounts": [self._account(self._tree.accounts[account]) for account in page], **more}

    def _empty_pages(self, parent: UnitRecord, accounts: Sequence[str]) -> frozenset[int]:
        """Before the first page of some parents, and before the second page of all."""
        if not self._world.options.empty_pages:
            return frozenset()
        first = {0} if accounts and crc32(parent.id.encode()) % 3 == 0 else set()
        return frozenset(first | {_PAGE.usual})

    def list_organizational_units_for_parent(self, call: Call) -> JsonObject:
        units, more = _PAGE.cut(list(self._parent(call.params["ParentId"]).units), call.params)
        return {"OrganizationalUnits": [self._unit(self._tree.units[unit]) for unit in units], **more}

    def list_children(self, call: Call) -> JsonObject:
        parent, kind = self._parent(call.params["ParentId"]), call.params["ChildType"]
        page, more = _PAGE.cut(list(parent.accounts if kind == "ACCOUNT" else parent.units), call.params)
        return {"Children": [{"Id": child, "Type": kind} for child in page], **more}

    def list_parents(self, call: Call) -> JsonObject:
        child = call.params["ChildId"]
        record = self._tree.accounts.get(child) or self._tree.units.get(child)
        if record is None or not record.parent:
            raise AwsError("ChildNotFoundException", "You specified a child that doesn't exist.")
        kind = "ROOT" if record.parent == self._tree.root_id else "ORGANIZATIONAL_UNIT"
        return {"Parents": [{"Id": record.parent, "Type": kind}]}

    def describe_account(self, call: Call) -> JsonObject:
        return {"Account": self._account(self._known_account(call.params["AccountId"]))}

    def describe_organizational_unit(self, call: Call) -> JsonObject:
        return {"OrganizationalUnit": self._unit(self._known_unit(call.params["OrganizationalUnitId"]))}

    # --- tags -------------------------------------------------------------------------------------------------

    def list_tags_for_resource(self, call: Call) -> JsonObject:
        tags, more = Page(50, 50).cut(sorted(self._tags(call).items()), call.params)
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags], **more}

    def tag_resource(self, call: Call) -> JsonObject:
        self._tags(call).update({tag["Key"]: tag["Value"] for tag in call.params["Tags"]})
        return {}

    def untag_resource(self, call: Call) -> JsonObject:
        for key in call.params["TagKeys"]:
            self._tags(call).pop(key, None)
        return {}

    def _tags(self, call: Call) -> dict[str, str]:
        resource = call.params["ResourceId"]
        record = self._tree.accounts.get(resource) or self._tree.units.get(resource)
        if record is None:
            raise AwsError("TargetNotFoundException", "You specified a target that doesn't exist.")
        return record.tags

    # --- organizational units, changed ------------------------------------------------------------------------

    def create_organizational_unit(self, call: Call) -> JsonObject:
        parent = self._parent(call.params["ParentId"])
        self._require_free_name(parent, call.params["Name"])
        if self._tree.depth(parent.id) >= _MOST_DEPTH:
            raise AwsError(
                "ConstraintViolationException", "You have exceeded the depth that organizational units may have."
            )
        suffix = self._tree.root_id.removeprefix("r-")
        tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}
        unit = UnitRecord(f"ou-{suffix}-{self._world.random_id(8)}", call.params["Name"], parent.id, tags)
        self._tree.add_unit(unit)
        return {"OrganizationalUnit": self._unit(unit)}

    def update_organizational_unit(self, call: Call) -> JsonObject:
        unit = self._known_unit(call.params["OrganizationalUnitId"])
        name = call.params.get("Name", unit.name)
        if name != unit.name:
            self._require_free_name(self._tree.units[unit.parent], name)
        unit.name = name
        return {"OrganizationalUnit": self._unit(unit)}

    def delete_organizational_unit(self, call: Call) -> JsonObject:
        unit = self._known_unit(call.params["OrganizationalUnitId"])
        if unit.units or unit.accounts:
            raise AwsError(
                "OrganizationalUnitNotEmptyException",
                "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all "
                "child OUs, and try the operation again.",
            )
        self._tree.remove_unit(unit)
        return {}

    def _require_free_name(self, parent: UnitRecord, name: str) -> None:
        if any(self._tree.units[unit].name == name for unit in parent.units):
            raise AwsError("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")

    # --- accounts, changed ------------------------------------------------------------------------------------

    def create_account(self, call: Call) -> JsonObject:
        name, email = call.params["AccountName"], call.params["Email"]
        status: JsonObject = {
            "Id": f"car-{self._world.random_id(32)}",
            "AccountName": name,
            "State": "IN_PROGRESS",
            "RequestedTimestamp": self._world.now(),
        }
        self._creations[status["Id"]] = self._created(status, name, email, call)
        return {"CreateAccountStatus": status}

    def _created(self, status: JsonObject, name: str, email: str, call: Call) -> JsonObject:
        if any(account.email == email for account in self._tree.accounts.values()):
            return {**status, "State": "FAILED", "FailureReason": "EMAIL_ALREADY_EXISTS"}
        tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}
        account_id = self._world.new_account_id()
        root, now = self._tree.root_id, self._world.now()
        self._tree.add_account(AccountRecord(account_id, name, email, AccountState.ACTIVE, root, tags, now))
        return {**status, "State": "SUCCEEDED", "AccountId": account_id, "CompletedTimestamp": now}

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
        page, more = _PAGE.cut(found, call.params)
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

    # --- delegated administrators -----------------------------------------------------------------------------

    def register_delegated_administrator(self, call: Call) -> JsonObject:
        account = self._known_account(call.params["AccountId"])
        services = self._tree.delegated.setdefault(account.id, {})
        if call.params["ServicePrincipal"] in services:
            raise AwsError(
                "AccountAlreadyRegisteredException",
                "The specified account is already a delegated administrator for this AWS service.",
            )
        services[call.params["ServicePrincipal"]] = self._world.now()
        return {}

    def deregister_delegated_administrator(self, call: Call) -> JsonObject:
        services = self._tree.delegated.get(call.params["AccountId"], {})
        if services.pop(call.params["ServicePrincipal"], None) is None:
            raise AwsError(
                "AccountNotRegisteredException", "The account is not a delegated administrator for this AWS service."
            )
        if not services:
            self._tree.delegated.pop(call.params["AccountId"], None)
        return {}

    def list_delegated_administrators(self, call: Call) -> JsonObject:
        wanted = call.params.get("ServicePrincipal")
        found = [
            {**self._account(self._tree.accounts[account]), "DelegationEnabledDate": min(services.values())}
            for account, services in self._tree.delegated.items()
            if not wanted or wanted in services
        ]
        page, more = _PAGE.cut(found, call.params)
        for item in page:
            item.pop("Paths", None)
        return {"DelegatedAdministrators": page, **more}

    def list_delegated_services_for_account(self, call: Call) -> JsonObject:
        services = self._tree.delegated.get(self._known_account(call.params["AccountId"]).id, {})
        return {
            "DelegatedServices": [
                {"ServicePrincipal": name, "DelegationEnabledDate": date} for name, date in services.items()
            ]
        }

    # --- what answers are made of -----------------------------------------------------------------------------

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
