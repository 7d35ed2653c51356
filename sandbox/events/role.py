"""AWS::IAM::Role: a role of moto's with its inline policies. Attached managed policies are not served."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from moto.iam.exceptions import NotFoundException

from sandbox import moto_bridge
from sandbox.cloud_control.resource_type import HandlerError, Model, ResourceType
from sandbox.wire import JsonObject
from sandbox.world import World


class RoleType(ResourceType):
    name: ClassVar[str] = "AWS::IAM::Role"
    required: ClassVar[frozenset[str]] = frozenset({"AssumeRolePolicyDocument"})
    writable: ClassVar[frozenset[str]] = frozenset({"AssumeRolePolicyDocument", "Description", "Policies"})
    create_only: ClassVar[frozenset[str]] = frozenset({"Path", "RoleName"})
    read_only: ClassVar[frozenset[str]] = frozenset({"Arn", "RoleId"})

    def __init__(self, world: World) -> None:
        self._world = world

    def create(self, account: str, model: Model) -> str:
        backend = moto_bridge.iam(account)
        name = model.get("RoleName") or f"Role-{self._world.random_id(12)}"
        if any(role.name == name for role in backend.roles.values()):
            raise HandlerError("AlreadyExists", f"Role with name {name} already exists.")
        trust, path = json.dumps(model["AssumeRolePolicyDocument"]), model.get("Path", "/")
        backend.create_role(name, trust, path, None, model.get("Description", ""), [], None)
        self._put_policies(account, name, model)
        return str(name)

    def read(self, account: str, identifier: str) -> JsonObject:
        role = self._role(account, identifier)
        model = {
            "RoleName": role.name,
            "Path": role.path,
            "AssumeRolePolicyDocument": json.loads(role.assume_role_policy_document),
            "Description": role.description,
            "Policies": [
                {"PolicyName": name, "PolicyDocument": json.loads(document)}
                for name, document in sorted(role.policies.items())
            ],
            "Arn": role.arn,
            "RoleId": role.id,
        }
        return {name: value for name, value in model.items() if value not in ("", [])}

    def update(self, account: str, identifier: str, old: Model, new: Model) -> None:
        role = self._role(account, identifier)
        role.assume_role_policy_document = json.dumps(new["AssumeRolePolicyDocument"])
        role.description = new.get("Description", "")
        self._remove_policies(account, identifier, old)
        self._put_policies(account, identifier, new)

    def delete(self, account: str, identifier: str) -> None:
        self._remove_policies(account, identifier, self.read(account, identifier))
        moto_bridge.iam(account).delete_role(identifier)

    def listed(self, account: str, wanted: Model) -> Iterable[tuple[str, JsonObject]]:
        del wanted
        return [(role.name, {"RoleName": role.name}) for role in moto_bridge.iam(account).roles.values()]

    @staticmethod
    def _put_policies(account: str, name: str, model: Model) -> None:
        for policy in model.get("Policies", []):
            document = json.dumps(policy["PolicyDocument"])
            moto_bridge.iam(account).put_role_policy(name, policy["PolicyName"], document)

    @staticmethod
    def _remove_policies(account: str, name: str, model: Model) -> None:
        for policy in model.get("Policies", []):
            moto_bridge.iam(account).delete_role_policy(name, policy["PolicyName"])

    def _role(self, account: str, name: str) -> Any:  # noqa: ANN401  moto has no types
        try:
            return moto_bridge.iam(account).get_role(name)
        except NotFoundException as error:
            raise HandlerError("NotFound", f"The role with name {name} cannot be found.") from error
