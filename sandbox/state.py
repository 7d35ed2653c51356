"""The state of a sandbox as canonical JSON: what a test compares, and what GET /_sandbox/state answers."""

from __future__ import annotations

import json

from sandbox.sso_admin.instance import PermissionSet
from sandbox.wire import JsonObject
from sandbox.world import World


def state(world: World) -> JsonObject:
    """Customer managed policies by account, permission sets and assignments by name: sorted, and without ids that
    change from run to run."""
    return {
        "managed_policies": _policies(world),
        "permission_sets": _permission_sets(world),
        "assignments": _assignments(world),
    }


def _policies(world: World) -> JsonObject:
    found: JsonObject = {}
    for account in sorted(world.tree.accounts):
        policies = sorted(world.policies.customer_managed(account), key=lambda policy: str(policy.arn))
        if policies:
            found[account] = [
                {
                    "name": policy.name,
                    "path": policy.path,
                    "description": policy.description,
                    "document": json.loads(next(version.document for version in policy.versions if version.is_default)),
                    "attachments": policy.attachment_count,
                }
                for policy in policies
            ]
    return found


def _permission_sets(world: World) -> list[JsonObject]:
    found = sorted(world.instance.permission_sets.values(), key=lambda permission_set: permission_set.name)
    return [_permission_set(permission_set, world) for permission_set in found]


def _permission_set(permission_set: PermissionSet, world: World) -> JsonObject:
    accounts = world.instance.accounts_of(permission_set.arn)
    return {
        "name": permission_set.name,
        "description": permission_set.description,
        "session_duration": permission_set.session_duration,
        "relay_state": permission_set.relay_state,
        "aws_managed_policies": sorted(permission_set.managed_policies),
        "customer_managed_policies": sorted([policy.name, policy.path] for policy in permission_set.customer_policies),
        "inline_policy": permission_set.inline_policy,
        "permissions_boundary": permission_set.boundary,
        "tags": dict(sorted(permission_set.tags.items())),
        "provisioned": sorted(accounts),
        "outdated": sorted(account for account, revision in accounts.items() if revision != permission_set.revision),
    }


def _assignments(world: World) -> list[JsonObject]:
    found = [
        {
            "account": key.account,
            "permission_set": world.instance.permission_sets[key.permission_set].name,
            "principal_type": key.principal_type,
            "principal": world.directory.name(key.principal_type, key.principal_id),
            "principal_id": key.principal_id,
        }
        for key in world.instance.assignments()
    ]
    return sorted(found, key=lambda each: tuple(each.values()))
