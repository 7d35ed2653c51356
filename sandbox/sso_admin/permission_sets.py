"""Permission sets and their tags, and where they are provisioned."""

from __future__ import annotations

import re

from sandbox.errors import AwsError
from sandbox.paging import Page
from sandbox.sso_admin.calls import PAGE, InstanceCalls
from sandbox.sso_admin.instance import DEFAULT_SESSION, PermissionSet
from sandbox.wire import Call, JsonObject

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


class PermissionSetCalls(InstanceCalls):
    """ListInstances, the permission sets, their tags, the lists of where they are provisioned."""

    def list_instances(self, call: Call) -> JsonObject:
        """Empty where there is none to see: in another region, for another account, while Identity Center is off."""
        world = self._world
        here = call.region == world.options.region and world.identity_center_on
        if not here or not world.administers_identity_center(call.account):
            return {"Instances": []}
        return {
            "Instances": [
                {
                    "InstanceArn": self._instance.arn,
                    "IdentityStoreId": self._world.directory.id,
                    "OwnerAccountId": self._world.tree.management,
                    "Status": "ACTIVE",
                }
            ]
        }

    def create_permission_set(self, call: Call) -> JsonObject:
        self._require_instance(call)
        params = call.params
        if self._instance.named(params["Name"]):
            raise AwsError("ConflictException", f"PermissionSet with name {params['Name']} already exists.")
        permission_set = PermissionSet(
            arn=self._instance.new_arn(self._world.random_id(16)),
            name=params["Name"],
            created=self._world.now(),
            description=params.get("Description"),
            session_duration=_duration(params.get("SessionDuration") or DEFAULT_SESSION),
            relay_state=params.get("RelayState"),
            tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or []},
        )
        self._instance.add(permission_set)
        return {"PermissionSet": _shown(permission_set)}

    def describe_permission_set(self, call: Call) -> JsonObject:
        return {"PermissionSet": _shown(self._permission_set(call))}

    def update_permission_set(self, call: Call) -> JsonObject:
        """What is left out stays, but for the relay state, which AWS clears."""
        permission_set = self._editable(call)
        if call.params.get("SessionDuration"):
            permission_set.session_duration = _duration(call.params["SessionDuration"])
        if "Description" in call.params:
            permission_set.description = call.params["Description"]
        permission_set.relay_state = call.params.get("RelayState")
        permission_set.revision += 1
        return {}

    def delete_permission_set(self, call: Call) -> JsonObject:
        permission_set = self._editable(call)
        if self._instance.accounts_of(permission_set.arn):
            raise AwsError(
                "ConflictException", "Could not delete because PermissionSet has ApplicationProfile associated with it"
            )
        self._instance.remove(permission_set)
        return {}

    def list_permission_sets(self, call: Call) -> JsonObject:
        self._require_instance(call)
        page, more = PAGE.cut(list(self._instance.permission_sets), call.params)
        return {"PermissionSets": page, **more}

    # --- where they are provisioned ---------------------------------------------------------------------------

    def list_permission_sets_provisioned_to_account(self, call: Call) -> JsonObject:
        self._require_instance(call)
        account = call.params["AccountId"]
        found = [arn for arn in self._instance.sets_of(account) if self._wanted(call, account, arn)]
        page, more = PAGE.cut(found, call.params)
        return {"PermissionSets": page, **more}

    def list_accounts_for_provisioned_permission_set(self, call: Call) -> JsonObject:
        arn = self._permission_set(call).arn
        found = [account for account in self._instance.accounts_of(arn) if self._wanted(call, account, arn)]
        page, more = PAGE.cut(found, call.params)
        return {"AccountIds": page, **more}

    def _wanted(self, call: Call, account: str, arn: str) -> bool:
        """Whether a provisioned permission set is as current as the caller's filter says."""
        status = call.params.get("ProvisioningStatus")
        if not status:
            return True
        current = self._instance.accounts_of(arn)[account] == self._instance.permission_sets[arn].revision
        wants_current = bool(status == "LATEST_PERMISSION_SET_PROVISIONED")
        return current == wants_current

    # --- tags -------------------------------------------------------------------------------------------------

    def list_tags_for_resource(self, call: Call) -> JsonObject:
        tags, more = Page(75, 50).cut(sorted(self._tagged(call).tags.items()), call.params)
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags], **more}

    def tag_resource(self, call: Call) -> JsonObject:
        self._tagged(call).tags.update({tag["Key"]: tag["Value"] for tag in call.params["Tags"]})
        return {}

    def untag_resource(self, call: Call) -> JsonObject:
        for key in call.params["TagKeys"]:
            self._tagged(call).tags.pop(key, None)
        return {}

    def _tagged(self, call: Call) -> PermissionSet:
        found = self._instance.permission_sets.get(call.params["ResourceArn"])
        if found is None:
            raise AwsError("ResourceNotFoundException", "PermissionSet not found.")
        return found


def _shown(permission_set: PermissionSet) -> JsonObject:
    answer: JsonObject = {
        "Name": permission_set.name,
        "PermissionSetArn": permission_set.arn,
        "CreatedDate": permission_set.created,
        "SessionDuration": permission_set.session_duration,
    }
    if permission_set.description:
        answer["Description"] = permission_set.description
    if permission_set.relay_state:
        answer["RelayState"] = permission_set.relay_state
    return answer


def _duration(text: str) -> str:
    """Checks that an ISO 8601 duration is one to twelve hours."""
    found = _DURATION.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if not 3600 <= hours * 3600 + minutes * 60 + seconds <= 12 * 3600:
        raise AwsError("ValidationException", f"SessionDuration {text} must be between 1 and 12 hours")
    return text
