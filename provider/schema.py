"""The plugin's schema, as `pulumi package get-schema` and the SDK generators read it. Pure."""

from __future__ import annotations

import json

from provider.policies_schema import policy_resources
from remit.resource_types import ACCOUNT_ASSIGNMENTS, REVOCATION_GUARD

NAME = "remit"
VERSION = "0.1.0"

_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_CONFIGURATION = {
    "region": {**_TEXT, "description": "Region of the Identity Center instance; AWS_REGION when left out"},
    "requestRate": {
        "type": "number",
        "description": "sso-admin requests a second, all resources together; AWS allows 20 (the default)",
    },
    "maxRevoke": {
        **_TEXT,
        "description": "How many assignments a run may take away: a share of those in the stack (20%, the default, "
        "and never less than 10), or a number",
    },
    "allowSelfLockout": {"type": "boolean", "description": "Whether a run may take away the caller's own access"},
}
_ARNS = {
    "instanceArn": {
        **_TEXT,
        "description": "The Identity Center instance: arn:aws:sso:::instance/ssoins-…",
        "willReplaceOnChanges": True,
    },
    "permissionSetArn": {
        **_TEXT,
        "description": "The permission set: arn:aws:sso:::permissionSet/ssoins-…/ps-…",
        "willReplaceOnChanges": True,
    },
}
_INPUTS = {
    **_ARNS,
    "scope": {
        "type": "array",
        "items": _TEXT,
        "description": "Ids of the accounts where this resource owns the permission set's assignments; no other "
        "account is ever read or written",
    },
    "assignments": {
        **_TEXTS,
        "description": "ACCOUNT/GROUP/PRINCIPAL-ID (or USER) to a label for people. The key alone counts",
    },
    "unmanaged": {
        **_TEXT,
        "default": "remove",
        "description": "An assignment in scope that is not listed: remove it, or report it in unmanagedAssignments",
    },
    "kept": {
        "type": "array",
        "items": _TEXT,
        "description": "Keys that this run leaves as they are, there or not, listed or not; never a difference",
    },
}
_OUTPUTS = {
    **_ARNS,
    "assignments": {**_TEXTS, "description": "After a partial failure alone: what is there"},
    "created": {"type": "integer", "description": "Assignments that the last change created"},
    "deleted": {"type": "integer", "description": "Assignments that the last change deleted"},
    "failed": {**_TEXTS, "description": "What the last change could not do: key to `create: reason` or `delete: …`"},
    "missingAssignments": {
        **_TEXTS,
        "description": "What the stack gave, and is not there: a refresh saw it, or a run left it so",
    },
    "unmanagedAssignments": {**_TEXTS, "description": "Assignments in scope that are not listed, left as they are"},
}
_GUARD_INPUTS = {
    "instanceArn": _ARNS["instanceArn"],
    "scope": _INPUTS["scope"],
    "unmanaged": _INPUTS["unmanaged"],
    "assignments": {
        "type": "object",
        "additionalProperties": _TEXTS,
        "description": "Permission set to its assignments, as AccountAssignments has them; kept in a short form",
    },
    "fanOut": {**_TEXT, "description": "aliases or pooled: how the stack's policies reach the accounts"},
    "noPolicies": {"type": "boolean", "description": "Whether the stack has no policy, in neither way"},
    "missing": {
        "type": "array",
        "items": _TEXT,
        "description": "Permission sets that another stack is still to make: their assignments are none yet",
    },
    "kept": {
        "type": "object",
        "additionalProperties": {"type": "array", "items": _TEXT},
        "description": "Permission set to the keys that this run leaves as they are; never in the state",
    },
    "attempted": {
        "type": "object",
        "additionalProperties": {"$ref": "pulumi.json#/Any"},
        "description": "The revision of the catalog that the run goes by; never a difference",
    },
    "expected": {
        "type": "object",
        "additionalProperties": {"$ref": "pulumi.json#/Any"},
        "description": "The revision that the state must have as the last one attempted; never in the state",
    },
    "accountNames": {**_TEXTS, "description": "Account ids to names, for messages"},
    "permissionSetArns": {**_TEXTS, "description": "ARNs of permission sets that are there already"},
}


def schema() -> str:
    return json.dumps(
        {
            "name": NAME,
            "version": VERSION,
            "description": "Account assignments of IAM Identity Center, exclusive and in bulk",
            "license": "Apache-2.0",
            "config": {"variables": _CONFIGURATION},
            "provider": {"inputProperties": _CONFIGURATION},
            "resources": {
                ACCOUNT_ASSIGNMENTS: {
                    "description": "Every assignment of one permission set within a scope of accounts",
                    "inputProperties": _INPUTS,
                    "requiredInputs": ["instanceArn", "permissionSetArn", "scope", "assignments"],
                    "properties": _OUTPUTS,
                    "required": sorted(_OUTPUTS.keys() - {"assignments", "missingAssignments"}),
                },
                REVOCATION_GUARD: {
                    "description": "Refuses a run that takes away too much, before anything is written",
                    "inputProperties": _GUARD_INPUTS,
                    "requiredInputs": sorted(
                        _GUARD_INPUTS.keys() - {"fanOut", "noPolicies", "missing", "kept", "attempted", "expected"}
                    ),
                    "properties": {"count": {"type": "integer", "description": "Assignments in the stack"}},
                    "required": ["count"],
                },
                **policy_resources(),
            },
        }
    )
