"""The calls that change organizational units, and delegated administrators."""

from __future__ import annotations

from sandbox.errors import AwsError
from sandbox.organizations.calls import PAGE, TreeCalls
from sandbox.organizations.tree import UnitRecord
from sandbox.wire import Call, JsonObject

_MOST_DEPTH = 5


class UnitCalls(TreeCalls):
    """Names are unique among siblings; the tree is five units deep."""

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
        page, more = PAGE.cut(found, call.params)
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
