"""The identitystore API.

Differs from AWS: one attribute path a filter, names compared as they are written, ExternalIds only kept, Revision
ignored, and UpdateGroup and UpdateUser take attributes of one level.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.errors import AwsError
from sandbox.identity_store.directory import Directory, Entry, Membership, Shelf
from sandbox.json_api import JsonApi
from sandbox.paging import Page
from sandbox.wire import Call, JsonObject
from sandbox.world import World

_PAGE = Page(100, 100)
_NOT_ATTRIBUTES = frozenset({"IdentityStoreId", "Extensions"})


class IdentityStoreApi(JsonApi):
    service: ClassVar[str] = "identitystore"

    def __init__(self, world: World) -> None:
        self._world = world
        self._directory: Directory = world.directory

    def answer(self, call: Call) -> JsonObject:
        if not self._world.administers_identity_center(call.account):
            raise AwsError("AccessDeniedException", "You do not have sufficient access to perform this action.")
        return super().answer(call)

    # --- groups -----------------------------------------------------------------------------------------------

    def list_groups(self, call: Call) -> JsonObject:
        return self._list(call, self._directory.groups, "Groups")

    def get_group_id(self, call: Call) -> JsonObject:
        return self._get_id(call, self._directory.groups, "GroupId")

    def describe_group(self, call: Call) -> JsonObject:
        return self._shown(self._directory.groups, self._entry(call, "GROUP"))

    def create_group(self, call: Call) -> JsonObject:
        return self._create(call, self._directory.groups, "GroupId")

    def update_group(self, call: Call) -> JsonObject:
        return self._update(call, self._directory.groups)

    def delete_group(self, call: Call) -> JsonObject:
        return self._delete(call, "GROUP")

    # --- users ------------------------------------------------------------------------------------------------

    def list_users(self, call: Call) -> JsonObject:
        return self._list(call, self._directory.users, "Users")

    def get_user_id(self, call: Call) -> JsonObject:
        return self._get_id(call, self._directory.users, "UserId")

    def describe_user(self, call: Call) -> JsonObject:
        return self._shown(self._directory.users, self._entry(call, "USER"))

    def create_user(self, call: Call) -> JsonObject:
        return self._create(call, self._directory.users, "UserId")

    def update_user(self, call: Call) -> JsonObject:
        return self._update(call, self._directory.users)

    def delete_user(self, call: Call) -> JsonObject:
        return self._delete(call, "USER")

    # --- memberships ------------------------------------------------------------------------------------------

    def create_group_membership(self, call: Call) -> JsonObject:
        group = self._entry(call, "GROUP").id
        user = call.params["MemberId"].get("UserId", "")
        self._require("USER", user)
        if self._directory.membership(group, user):
            raise AwsError("ConflictException", "Member and Group relationship already exists")
        membership = Membership(self._world.random_uuid(), group, user)
        self._directory.join(membership)
        return {"MembershipId": membership.id, "IdentityStoreId": self._directory.id}

    def delete_group_membership(self, call: Call) -> JsonObject:
        membership = self._directory.memberships.get(call.params["MembershipId"])
        if membership is None:
            raise AwsError("ResourceNotFoundException", "MEMBERSHIP not found.")
        self._directory.leave(membership)
        return {}

    def list_group_memberships(self, call: Call) -> JsonObject:
        group = self._entry(call, "GROUP").id
        return self._memberships(call, [each for each in self._directory.memberships.values() if each.group == group])

    def list_group_memberships_for_member(self, call: Call) -> JsonObject:
        user = call.params["MemberId"].get("UserId", "")
        self._require("USER", user)
        return self._memberships(call, [each for each in self._directory.memberships.values() if each.user == user])

    def get_group_membership_id(self, call: Call) -> JsonObject:
        user = call.params["MemberId"].get("UserId", "")
        membership = self._directory.membership(call.params["GroupId"], user)
        if membership is None:
            raise AwsError("ResourceNotFoundException", "MEMBERSHIP not found.")
        return {"MembershipId": membership.id, "IdentityStoreId": self._directory.id}

    def _memberships(self, call: Call, found: list[Membership]) -> JsonObject:
        self._require_store(call)
        page, more = _PAGE.cut(found, call.params)
        shown = [
            {
                "IdentityStoreId": self._directory.id,
                "MembershipId": each.id,
                "GroupId": each.group,
                "MemberId": {"UserId": each.user},
            }
            for each in page
        ]
        return {"GroupMemberships": shown, **more}

    # --- what groups and users share --------------------------------------------------------------------------

    def _list(self, call: Call, shelf: Shelf, key: str) -> JsonObject:
        self._require_store(call)
        filters = call.params.get("Filters") or []
        found = self._filtered(shelf, filters[0]) if filters else list(shelf.by_id.values())
        page, more = _PAGE.cut(found, call.params)
        return {key: [self._shown(shelf, entry) for entry in page], **more}

    def _filtered(self, shelf: Shelf, wanted: Mapping[str, str]) -> list[Entry]:
        if wanted["AttributePath"].casefold() != shelf.name_attribute.casefold():
            raise AwsError("ValidationException", f"Attribute path {wanted['AttributePath']} is not supported")
        return shelf.named(wanted["AttributeValue"])

    def _get_id(self, call: Call, shelf: Shelf, key: str) -> JsonObject:
        self._require_store(call)
        unique = call.params["AlternateIdentifier"].get("UniqueAttribute") or {}
        path, value = str(unique.get("AttributePath", "")), str(unique.get("AttributeValue", ""))
        if path.casefold() != shelf.name_attribute.casefold():
            raise AwsError("ValidationException", f"Attribute path {path} is not supported")
        found = shelf.named(value)
        if not found:
            raise AwsError("ResourceNotFoundException", f"{shelf.kind} not found.")
        return {key: found[0].id, "IdentityStoreId": self._directory.id}

    def _create(self, call: Call, shelf: Shelf, key: str) -> JsonObject:
        self._require_store(call)
        attributes = {name: value for name, value in call.params.items() if name not in _NOT_ATTRIBUTES}
        name = attributes.get(shelf.name_attribute)
        if not name:
            raise AwsError("ValidationException", f"{shelf.name_attribute} is a required attribute")
        self._require_free(shelf, name)
        entry = Entry(self._world.random_uuid(), attributes)
        shelf.add(entry)
        return {key: entry.id, "IdentityStoreId": self._directory.id}

    def _update(self, call: Call, shelf: Shelf) -> JsonObject:
        entry = self._entry(call, shelf.kind)
        for operation in call.params["Operations"]:
            path = operation["AttributePath"]
            name = path[:1].upper() + path[1:]
            value: Any = operation.get("AttributeValue")
            if name == shelf.name_attribute:
                if value != shelf.name_of(entry):
                    self._require_free(shelf, str(value))
                    shelf.rename(entry, str(value))
            elif value is None:
                entry.attributes.pop(name, None)
            else:
                entry.attributes[name] = value
        return {"IdentityStoreId": self._directory.id, f"{shelf.kind.capitalize()}Id": entry.id}

    def _delete(self, call: Call, kind: str) -> JsonObject:
        self._directory.drop(kind, self._entry(call, kind))
        return {}

    def _entry(self, call: Call, kind: str) -> Entry:
        self._require_store(call)
        return self._require(kind, call.params[f"{kind.capitalize()}Id"])

    def _require(self, kind: str, principal_id: str) -> Entry:
        entry = self._directory.shelf(kind).by_id.get(principal_id)
        if entry is None:
            raise AwsError("ResourceNotFoundException", f"{kind} not found.")
        return entry

    def _require_free(self, shelf: Shelf, name: str) -> None:
        if shelf.named(name):
            raise AwsError("ConflictException", f"Duplicate {shelf.name_attribute}")

    def _require_store(self, call: Call) -> None:
        if call.params["IdentityStoreId"] != self._directory.id:
            raise AwsError("ResourceNotFoundException", "IDENTITY_STORE not found.")

    def _shown(self, shelf: Shelf, entry: Entry) -> JsonObject:
        key = f"{shelf.kind.capitalize()}Id"
        return {key: entry.id, "IdentityStoreId": self._directory.id, **entry.attributes}
