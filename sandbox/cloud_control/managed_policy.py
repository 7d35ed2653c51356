"""AWS::IAM::ManagedPolicy: a customer managed policy in the caller's account.

An update makes a new default version, and deletes the oldest that is not the default when there are five. A deletion
takes the older versions along, and detaches what a model attached; what something else attached stands in its way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from moto.core.exceptions import ServiceException

from sandbox import moto_bridge
from sandbox.cloud_control.resource_type import HandlerError, Model, ResourceType
from sandbox.errors import AwsError
from sandbox.iam import checks, holders
from sandbox.iam.api import RESERVED_PREFIX
from sandbox.iam.policies import as_aws_error
from sandbox.wire import JsonObject
from sandbox.world import World

_HOLDERS = {"Roles": "role", "Users": "user", "Groups": "group"}
_Attached = dict[str, list[str]]
_VERSIONS = 5
_CODES = {
    "EntityAlreadyExists": "AlreadyExists",
    "NoSuchEntity": "NotFound",
    "LimitExceeded": "ServiceLimitExceeded",
    "DeleteConflict": "InvalidRequest",
    "MalformedPolicyDocument": "InvalidRequest",
    "ValidationError": "InvalidRequest",
    "UnmodifiableEntity": "InvalidRequest",
}


class ManagedPolicyType(ResourceType):
    name: ClassVar[str] = "AWS::IAM::ManagedPolicy"
    required: ClassVar[frozenset[str]] = frozenset({"PolicyDocument"})
    writable: ClassVar[frozenset[str]] = frozenset({"PolicyDocument", *_HOLDERS})
    create_only: ClassVar[frozenset[str]] = frozenset({"ManagedPolicyName", "Description", "Path"})
    read_only: ClassVar[frozenset[str]] = frozenset(
        {
            "PolicyArn",
            "AttachmentCount",
            "CreateDate",
            "UpdateDate",
            "DefaultVersionId",
            "IsAttachable",
            "PermissionsBoundaryUsageCount",
            "PolicyId",
        }
    )

    def __init__(self, world: World) -> None:
        self._world = world
        self._iam, self._policies = world.iam, world.policies
        self._attached: dict[tuple[str, str], _Attached] = {}

    def create(self, account: str, model: Model) -> str:
        name = model.get("ManagedPolicyName") or f"ManagedPolicy-{self._world.random_id(12)}"
        path, description = model.get("Path") or "/", model.get("Description", "")
        document = _text(model["PolicyDocument"])
        with _iam_errors():
            self._iam.check_new(account, name=name, path=path, description=description, document=document)
            backend = moto_bridge.iam(account)
            policy = backend.create_policy(description, path, document, name, [])
            self._attach(account, policy, {}, model)
        return str(policy.arn)

    def read(self, account: str, identifier: str) -> JsonObject:
        policy = self._policy(account, identifier)
        holders.count(account)
        document = next(version.document for version in policy.versions if version.is_default)
        model: JsonObject = {
            "ManagedPolicyName": policy.name,
            "Path": policy.path,
            "PolicyDocument": json.loads(document),
            "PolicyArn": policy.arn,
            "PolicyId": policy.id,
            "AttachmentCount": policy.attachment_count,
            "PermissionsBoundaryUsageCount": policy.permissions_boundary_usage_count,
            "IsAttachable": True,
            "DefaultVersionId": policy.default_version_id,
            "CreateDate": policy.create_date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "UpdateDate": policy.update_date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            **{key: names for key, kind in _HOLDERS.items() if (names := self._holders(account, policy.arn, kind))},
        }
        if policy.description:
            model["Description"] = policy.description
        return model

    def update(self, account: str, identifier: str, old: Model, new: Model) -> None:
        policy, backend = self._policy(account, identifier), moto_bridge.iam(account)
        with _iam_errors():
            if new.get("PolicyDocument") != old.get("PolicyDocument"):
                self._new_version(backend, policy, _text(new["PolicyDocument"]))
            self._attach(account, policy, old, new)

    def _new_version(self, backend: Any, policy: Any, document: str) -> None:  # noqa: ANN401  moto has no types
        checks.check_document(document)
        if len(policy.versions) >= _VERSIONS:
            oldest = next(version for version in policy.versions if not version.is_default)
            backend.delete_policy_version(policy.arn, oldest.version_id)
        version = backend.create_policy_version(policy.arn, document, set_as_default=True)
        policy.update_date = version.create_date

    def delete(self, account: str, identifier: str) -> None:
        policy, backend = self._policy(account, identifier), moto_bridge.iam(account)
        with _iam_errors():
            self._attach(account, policy, self._attached.get((account, policy.arn), {}), {})
            checks.check_not_held(account, policy.arn)
            backend.delete_policy(policy.arn)

    def listed(self, account: str, wanted: Model) -> Iterable[tuple[str, JsonObject]]:
        del wanted
        for policy in self._policies.customer_managed(account):
            yield policy.arn, {"PolicyArn": policy.arn}

    def _policy(self, account: str, arn: str) -> Any:  # noqa: ANN401
        policy = self._policies.find(account, arn)
        if policy is None:
            raise HandlerError("NotFound", f"Resource of type '{self.name}' with identifier '{arn}' was not found.")
        return policy

    def _holders(self, account: str, arn: str, kind: str) -> list[str]:
        """Names of the roles, users or groups that hold the policy; Identity Center's own when options say so."""
        names = [str(holder.name) for holder in holders.attached(account, arn, kind)]
        reserved = self._world.options.attached_roles
        return [name for name in names if reserved or not name.startswith(RESERVED_PREFIX)]

    def _attach(self, account: str, policy: Any, old: Model, new: Model) -> None:  # noqa: ANN401
        """Attaches and detaches roles, users and groups so that the policy is held by those of `new`."""
        backend = moto_bridge.iam(account)
        for key, kind in _HOLDERS.items():
            before, after = set(old.get(key) or ()), set(new.get(key) or ())
            held = {str(holder.name) for holder in holders.attached(account, policy.arn, kind)}
            for name in sorted(after - held):
                getattr(backend, f"attach_{kind}_policy")(policy.arn, name)
            for name in sorted((before - after) & held):
                if name.startswith(RESERVED_PREFIX):
                    raise AwsError("UnmodifiableEntity", f"Cannot perform the operation on the protected role '{name}'")
                getattr(backend, f"detach_{kind}_policy")(policy.arn, name)
        self._attached[account, policy.arn] = {key: list(new.get(key) or ()) for key in _HOLDERS}


def _text(document: Any) -> str:  # noqa: ANN401  an object or a string, says the schema
    return document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))


@contextmanager
def _iam_errors() -> Iterator[None]:
    """IAM's errors, as Cloud Control passes them on."""
    try:
        yield
    except (ServiceException, AwsError) as error:
        found = error if isinstance(error, AwsError) else as_aws_error(error)
        message = f"{found.message} (Service: Iam, Status Code: {found.status})"
        raise HandlerError(_CODES.get(found.code, "GeneralServiceException"), message) from error
