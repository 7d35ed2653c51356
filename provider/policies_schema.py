"""The part of the plugin's schema that is about managed policies. Pure."""

from __future__ import annotations

from typing import Any

from remit.resource_types import BARRIER, MANAGED_POLICIES, POLICY_RELEASE, POLICY_REMOVAL, POLICY_WATCH

_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_ANY = {"$ref": "pulumi.json#/Any"}
_PLACES = {"type": "object", "additionalProperties": _TEXTS}

_ACCOUNT: dict[str, dict[str, Any]] = {
    "account": {**_TEXT, "description": "The account's id", "willReplaceOnChanges": True},
    "role": {**_TEXT, "description": "Name of the role that is assumed there, with its path"},
    "externalId": {**_TEXT, "description": "What the trust policy of that role wants to hear"},
    "policies": {
        "type": "object",
        "additionalProperties": _ANY,
        "description": "By name: path, description, statements by Sid (#2 for the second, if it has none), their order "
        "where it is not that of the names, detachOnDelete",
    },
    "ownedPath": {**_TEXT, "description": "A path under which every policy of the account is this resource's business"},
    "unmanaged": {
        **_TEXT,
        "default": "report",
        "description": "A policy there that is not listed: remove or report it",
    },
    "kept": {
        "type": "array",
        "items": _TEXT,
        "description": "Names of policies that this run leaves as they are, whatever they are; never a difference",
    },
}
_ACCOUNT_OUTPUTS = {
    "account": _ACCOUNT["account"],
    "policies": {**_ACCOUNT["policies"], "description": "After a partial failure alone: what is there"},
    "failed": {**_TEXTS, "description": "What the last change could not do: policy to reason"},
    "kept": {**_ACCOUNT["kept"], "description": "After a partial failure alone: what the run left as it was"},
    "unmanagedPolicies": {**_TEXTS, "description": "Policies under the path that are not listed, left as they are"},
    "leaving": {
        "type": "object",
        "additionalProperties": _ANY,
        "description": "What left the catalog, by name, until a read shows that it is gone: path, id, detachOnDelete",
    },
}
_WATCH = {
    "account": {**_TEXT, "description": "The account's id"},
    "role": _ACCOUNT["role"],
    "externalId": _ACCOUNT["externalId"],
    "policies": {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": _ANY},
        "description": "By name: path, description, detachOnDelete, a fingerprint of the document",
    },
    "ownedPath": _ACCOUNT["ownedPath"],
}
_WATCH_OUTPUTS = {
    "left": {**_PLACES, "description": "What left the catalog and somebody still has"},
    "documents": {
        "type": "object",
        "additionalProperties": _ANY,
        "description": "Documents that a refresh found in other words of the same meaning, by name",
    },
    "unmanagedPolicies": _ACCOUNT_OUTPUTS["unmanagedPolicies"],
}
_RELEASE = {
    "account": _WATCH["account"],
    "role": _ACCOUNT["role"],
    "externalId": _ACCOUNT["externalId"],
    "policies": {**_TEXTS, "description": "The path of each, by name"},
    "detachOnDelete": {"type": "array", "items": _TEXT, "description": "Those that nobody may stand in the way of"},
}
_REMOVAL = {
    "role": _ACCOUNT["role"],
    "externalId": _ACCOUNT["externalId"],
    "leaving": {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": _ANY},
        "description": "What the accounts say that is leaving; what is in it no more makes no difference",
    },
    "permissionSets": {"type": "array", "items": _TEXT, "description": "Those of the stack; never a difference"},
    "waitForOthers": {"type": "boolean", "description": "Whether the permission sets are another stack's"},
}


def policy_resources() -> dict[str, Any]:
    """The resources of managed policies by token, as a schema has them."""
    return {
        MANAGED_POLICIES: {
            "description": "Every customer managed policy that a stack has in one account",
            "inputProperties": _ACCOUNT,
            "requiredInputs": ["account", "role", "policies"],
            "properties": _ACCOUNT_OUTPUTS,
            "required": ["account"],
        },
        POLICY_REMOVAL: {
            "description": "Deletes the policies that left the catalog, once nothing of the stack needs them",
            "inputProperties": _REMOVAL,
            "requiredInputs": ["role", "leaving"],
            "properties": {
                "left": {**_PLACES, "description": "What could not be deleted yet: account, policy, path"},
                "leaving": {**_REMOVAL["leaving"], "description": "After a partial failure alone: what was tried"},
            },
        },
        POLICY_WATCH: {
            "description": "Says who has a policy that a provider alias is about to delete or to make anew",
            "inputProperties": _WATCH,
            "requiredInputs": ["account", "role", "policies"],
            "properties": _WATCH_OUTPUTS,
        },
        POLICY_RELEASE: {
            "description": "Takes policies from those who have them, before a provider alias deletes them",
            "inputProperties": _RELEASE,
            "requiredInputs": ["account", "role", "policies", "detachOnDelete"],
            "properties": {"left": {**_TEXTS, "description": "What could not be taken from somebody yet"}},
        },
        BARRIER: {"description": "A place in the order: nothing of its own"},
    }
