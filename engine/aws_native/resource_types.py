"""The resource types that are served, as tables: what pulumi-aws-native generates from CloudFormation's schemas.

What is fixed at creation does not stand here: pulumi-aws-native's SDK sends it as `replaceOnChanges` with each
resource and the engine acts on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Scalar:
    kind: Literal["string", "integer", "bool"] = "string"


@dataclass(frozen=True, slots=True)
class Json:
    """A document that is the user's own: passed through untouched, its keys too."""


@dataclass(frozen=True, slots=True)
class ListOf:
    items: Shape


@dataclass(frozen=True, slots=True)
class Record:
    """An object whose fields AWS names. Names are the SDK's: camelCase."""

    fields: Mapping[str, Shape]
    required: frozenset[str] = frozenset()


Shape = Scalar | Json | ListOf | Record


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type. `unordered` are the lists whose order says nothing; `name_property` is filled in when left out.

    `write_only` are paths (`a/b`) of what AWS takes and never shows again.
    """

    token: str
    cloud_name: str
    properties: Record
    read_only: frozenset[str] = frozenset()
    unordered: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    tags_property: str = ""
    name_property: str = ""
    name_length: int = 0

    @property
    def inputs(self) -> Record:
        """The properties that a program may set."""
        writable = {name: shape for name, shape in self.properties.fields.items() if name not in self.read_only}
        return Record(writable, self.properties.required)


_TEXT = Scalar()
_TEXTS = ListOf(_TEXT)
_POLICY_REFERENCE = Record({"name": _TEXT, "path": _TEXT}, frozenset({"name"}))

MANAGED_POLICY = ResourceType(
    token="aws-native:iam:ManagedPolicy",  # noqa: S106 - a type token
    cloud_name="AWS::IAM::ManagedPolicy",
    properties=Record(
        {
            "description": _TEXT,
            "groups": _TEXTS,
            "managedPolicyName": _TEXT,
            "path": _TEXT,
            "policyDocument": Json(),
            "roles": _TEXTS,
            "users": _TEXTS,
            "policyArn": _TEXT,
            "attachmentCount": Scalar("integer"),
            "createDate": _TEXT,
            "defaultVersionId": _TEXT,
            "isAttachable": Scalar("bool"),
            "permissionsBoundaryUsageCount": Scalar("integer"),
            "policyId": _TEXT,
            "updateDate": _TEXT,
        },
        required=frozenset({"policyDocument"}),
    ),
    read_only=frozenset(
        {
            "policyArn",
            "attachmentCount",
            "createDate",
            "defaultVersionId",
            "isAttachable",
            "permissionsBoundaryUsageCount",
            "policyId",
            "updateDate",
        }
    ),
    unordered=frozenset({"groups", "roles", "users"}),
    name_property="managedPolicyName",
)

PERMISSION_SET = ResourceType(
    token="aws-native:sso:PermissionSet",  # noqa: S106 - a type token
    cloud_name="AWS::SSO::PermissionSet",
    properties=Record(
        {
            "customerManagedPolicyReferences": ListOf(_POLICY_REFERENCE),
            "description": _TEXT,
            "inlinePolicy": Json(),
            "instanceArn": _TEXT,
            "managedPolicies": _TEXTS,
            "name": _TEXT,
            "permissionsBoundary": Record(
                {"customerManagedPolicyReference": _POLICY_REFERENCE, "managedPolicyArn": _TEXT}
            ),
            "relayStateType": _TEXT,
            "sessionDuration": _TEXT,
            "tags": ListOf(Record({"key": _TEXT, "value": _TEXT}, frozenset({"key", "value"}))),
            "permissionSetArn": _TEXT,
        },
        required=frozenset({"instanceArn"}),  # the name can be made up
    ),
    read_only=frozenset({"permissionSetArn"}),
    unordered=frozenset({"customerManagedPolicyReferences", "managedPolicies", "tags"}),
    tags_property="tags",
    name_property="name",
    name_length=32,
)

_ASSIGNMENT_FIELDS = ("instanceArn", "permissionSetArn", "principalId", "principalType", "targetId", "targetType")

ASSIGNMENT = ResourceType(
    token="aws-native:sso:Assignment",  # noqa: S106 - a type token
    cloud_name="AWS::SSO::Assignment",
    properties=Record(dict.fromkeys(_ASSIGNMENT_FIELDS, _TEXT), required=frozenset(_ASSIGNMENT_FIELDS)),
)
