"""The calls that read the tree, and tags."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from sandbox.errors import AwsError
from sandbox.organizations.calls import PAGE, TreeCalls
from sandbox.organizations.tree import UnitRecord
from sandbox.paging import Page
from sandbox.wire import Call, JsonObject


class ReadingCalls(TreeCalls):
    """Lists have at most 20 items a page, and ListAccountsForParent has empty pages between."""

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
        accounts, more = PAGE.cut(list(self._tree.accounts.values()), call.params)
        return {"Accounts": [self._account(account) for account in accounts], **more}

    def list_accounts_for_parent(self, call: Call) -> JsonObject:
        parent = self._parent(call.params["ParentId"])
        accounts = list(parent.accounts)
        empty_before = self._empty_pages(parent, accounts)
        page, more = PAGE.cut(accounts, call.params, empty_before=empty_before)
        return {"Accounts": [self._account(self._tree.accounts[account]) for account in page], **more}

    def _empty_pages(self, parent: UnitRecord, accounts: Sequence[str]) -> frozenset[int]:
        """Before the first page of some parents, and before the second page of all."""
        if not self._world.options.empty_pages:
            return frozenset()
        first = {0} if accounts and crc32(parent.id.encode()) % 3 == 0 else set()
        return frozenset(first | {PAGE.usual})

    def list_organizational_units_for_parent(self, call: Call) -> JsonObject:
        units, more = PAGE.cut(list(self._parent(call.params["ParentId"]).units), call.params)
        return {"OrganizationalUnits": [self._unit(self._tree.units[unit]) for unit in units], **more}

    def list_children(self, call: Call) -> JsonObject:
        parent, kind = self._parent(call.params["ParentId"]), call.params["ChildType"]
        page, more = PAGE.cut(list(parent.accounts if kind == "ACCOUNT" else parent.units), call.params)
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
