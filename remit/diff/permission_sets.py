"""Two versions of a permission set → the fields that differ, and which way each goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from remit.catalog.fields import minutes_of
from remit.diff.statements import direction_of_document, statement_changes
from remit.diff.values import Difference, Direction, PermissionSetChange, View, together

Fields = Mapping[str, Any]
_NEUTRAL = ("description", "relay_state")


def permission_set_changes(before: View, after: View) -> Iterator[PermissionSetChange]:
    """Every permission set that came, went or changed, by name."""
    for name in sorted(before.permission_sets.keys() | after.permission_sets.keys()):
        old, new = before.permission_sets.get(name), after.permission_sets.get(name)
        if old is None or new is None:
            change, shown = ("added", new) if old is None else ("removed", old)
            direction = Direction.WIDENS if old is None else Direction.NARROWS
            statements = statement_changes((old or {}).get("inline_policy"), (new or {}).get("inline_policy"))
            source = str((shown or {}).get("source", ""))
            differences = tuple(_whole(old, new))
            yield PermissionSetChange(
                "added" if change == "added" else "removed", name, direction, statements, differences, source
            )
            continue
        statements = statement_changes(old.get("inline_policy"), new.get("inline_policy"))
        differences = tuple(_differences(old, new, before, after))
        if statements or differences:
            direction = together([*(each.direction for each in statements), *(each.direction for each in differences)])
            source = str(new.get("source", ""))
            accounts = _assigned(name, before) & _assigned(name, after)
            yield PermissionSetChange("changed", name, direction, statements, differences, source, accounts)


def _assigned(name: str, view: View) -> frozenset[str]:
    return frozenset().union(*(accounts for grant, accounts in view.grants.items() if grant.permission_set == name))


def _whole(old: Fields | None, new: Fields | None) -> Iterator[Difference]:
    """What a permission set consists of that came or went as a whole."""
    direction = Direction.WIDENS if old is None else Direction.NARROWS
    for field, read in _READERS.items():
        one, other = read(old or {}), read(new or {})
        if one != other:
            yield Difference(field, direction, one, other)


def _differences(old: Fields, new: Fields, before: View, after: View) -> Iterator[Difference]:
    for field in _NEUTRAL:
        if old.get(field) != new.get(field):
            yield Difference(field, Direction.NEUTRAL, old.get(field, ""), new.get(field, ""))
    if old.get("tags") != new.get("tags"):
        yield Difference("tags", Direction.NEUTRAL, dict(old.get("tags", {})), dict(new.get("tags", {})))
    for field, read in _READERS.items():
        one, other = read(old), read(new)
        if one != other:
            yield Difference(field, _direction(field, one, other, before, after), one, other)


def _direction(field: str, one: Any, other: Any, before: View, after: View) -> Direction:  # noqa: ANN401  JSON
    if field == "session_duration":
        return Direction.WIDENS if minutes_of(other) > minutes_of(one) else Direction.NARROWS
    if field == "permissions_boundary":
        return Direction.EITHER if one and other else Direction.NARROWS if other else Direction.WIDENS
    return together(
        [
            *(_attached(each, field, after) for each in other if each not in one),
            *(_attached(each, field, before).mirrored for each in one if each not in other),
        ]
    )


def _attached(name: str, field: str, view: View) -> Direction:
    """Which way it goes to attach a policy."""
    if field == "aws_managed_policies":
        return Direction.EITHER if "deny" in name.lower() else Direction.WIDENS
    in_accounts = view.policies.get(name.rpartition("/")[2], {})
    if not in_accounts:
        return Direction.EITHER
    documents = {id(policy.document): policy.document for policy in in_accounts.values()}
    return together(direction_of_document(document) for document in documents.values())


def _aws(fields: Fields) -> Collection[str]:
    return tuple(arn.rpartition(":policy/")[2] for arn in fields.get("aws_managed_policies", ()))


def _customer(fields: Fields) -> Collection[str]:
    return tuple(f"{each['path']}{each['name']}" for each in fields.get("customer_managed_policies", ()))


def _boundary(fields: Fields) -> str:
    boundary = fields.get("permissions_boundary") or {}
    if "aws_managed" in boundary:
        return str(boundary["aws_managed"]).rpartition(":policy/")[2]
    return f"{boundary['path']}{boundary['name']}" if boundary else ""


_READERS = {
    "session_duration": lambda fields: str(fields.get("session_duration", "")),
    "aws_managed_policies": _aws,
    "customer_managed_policies": _customer,
    "permissions_boundary": _boundary,
}
