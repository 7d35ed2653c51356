"""Who holds a policy: attached to, or bounded by it. Moto counts attachments, and counts some of them twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox import moto_bridge

KINDS = ("user", "group", "role")


def everyone(account: str, kind: str) -> list[Any]:
    """Moto's users, groups or roles of an account."""
    backend = moto_bridge.iam(account)
    return list({"user": backend.users, "group": backend.groups, "role": backend.roles}[kind].values())


def attached(account: str, arn: str, kind: str) -> list[Any]:
    """The users, groups or roles that a policy is attached to, by name."""
    found = (each for each in everyone(account, kind) if arn in each.managed_policies)
    return sorted(found, key=lambda holder: str(holder.name))


def bounded(account: str, arn: str, kind: str) -> list[Any]:
    """The users or roles whose permissions boundary it is. Moto knows boundaries of roles only."""
    found = (each for each in everyone(account, kind) if getattr(each, "permissions_boundary_arn", None) == arn)
    return sorted(found, key=lambda holder: str(holder.name))


def boundary_uses(account: str, arn: str) -> int:
    """How many principals of the account have a policy as their boundary."""
    return sum(len(bounded(account, arn, kind)) for kind in KINDS)


def is_held(account: str, arn: str) -> bool:
    return any(_holders(account, arn))


def count(account: str) -> None:
    """Makes the counts that moto shows of each policy those of the account's principals."""
    for policy in moto_bridge.iam(account).managed_policies.values():
        policy.attachment_count = sum(len(attached(account, policy.arn, kind)) for kind in KINDS)
        policy.permissions_boundary_usage_count = boundary_uses(account, policy.arn)


def _holders(account: str, arn: str) -> Iterator[Any]:
    for kind in KINDS:
        yield from attached(account, arn, kind)
        yield from bounded(account, arn, kind)
