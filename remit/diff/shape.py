"""A comparison as JSON: the shape that docs/cli.md describes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from remit.diff.values import (
    Diff,
    Difference,
    Direction,
    EndChange,
    GrantChange,
    PermissionSetChange,
    PolicyChange,
    StatementChange,
)
from remit.expiry import Expiry

VERSION = 1


def shape(diff: Diff, names: Callable[[Collection[str]], str]) -> dict[str, Any]:
    """Values for a JSON encoder, in a fixed order."""
    return {
        "version": VERSION,
        "summary": {
            "direction": diff.direction,
            "changes": {str(each): sum(one.direction is each for one in diff.changes) for each in Direction},
            "assignments_gained": diff.gained,
            "assignments_lost": diff.lost,
        },
        "assignments": [_grant(each, names) for each in diff.grants],
        "permission_sets": [_permission_set(each, names) for each in diff.permission_sets],
        "managed_policies": [_policy(each, names) for each in diff.policies],
        "ends": [_end(each) for each in diff.ends],
    }


def _grant(each: GrantChange, names: Callable[[Collection[str]], str]) -> dict[str, Any]:
    return {
        "change": _GRANT[each.change],
        "direction": each.direction,
        "principal": each.grant.principal,
        "principal_type": each.grant.principal_type,
        "permission_set": each.grant.permission_set,
        "accounts": sorted(each.accounts),
        "where": names(each.accounts),
        "sources": list(each.sources),
        **({"before": _text(each.before), "after": _text(each.after)} if each.change == "changed" else {}),
    }


_GRANT = {"added": "gained", "removed": "lost", "changed": "kept"}


def _end(each: EndChange) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "subject": each.subject,
        "direction": each.direction,
        "before": _text(each.before),
        "after": _text(each.after),
        "source": each.source,
    }


def _text(expiry: Expiry | None) -> str | None:
    return str(expiry) if expiry else None


def _permission_set(each: PermissionSetChange, names: Callable[[Collection[str]], str]) -> dict[str, Any]:
    return {
        "change": each.change,
        "direction": each.direction,
        "name": each.name,
        "accounts": sorted(each.accounts),
        "where": names(each.accounts) if each.accounts else "",
        "fields": [_difference(one) for one in each.differences],
        "statements": [_statement(one) for one in each.statements],
        "source": each.source,
    }


def _policy(each: PolicyChange, names: Callable[[Collection[str]], str]) -> dict[str, Any]:
    return {
        "change": each.change,
        "direction": each.direction,
        "name": each.name,
        "accounts": sorted(each.accounts),
        "where": names(each.accounts),
        "fields": [_difference(one) for one in each.differences],
        "statements": [_statement(one) for one in each.statements],
        "source": each.source,
    }


def _statement(each: StatementChange) -> dict[str, Any]:
    return {
        "change": each.change,
        "direction": each.direction,
        "before": each.before,
        "after": each.after,
        "differences": [_difference(one) for one in each.differences],
    }


def _difference(each: Difference) -> dict[str, Any]:
    return {"key": each.key, "direction": each.direction, "before": each.before, "after": each.after}
