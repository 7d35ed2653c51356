"""Changes as lines for people: those that differ in their account alone are one line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remit.reporting.report import AssignmentChange, Kind, ResourceChange

_SHOWN = 6  # accounts by name in one line
_PAST = {"create": "created", "update": "changed", "delete": "deleted", "replace": "replaced"}


def assignment_lines(changes: Iterable[AssignmentChange]) -> tuple[str, ...]:
    """`developers: Developer in shop-prod, pay-prod`, with the reason where there is one."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in changes:
        who = each.principal or f"{each.principal_type.lower()} {each.principal_id}"
        groups.setdefault((who, each.permission_set, each.reason), []).append(each.account_name or each.account)
    return tuple(
        f"{who}: {permission_set} in {named(accounts)}" + (f": {reason}" if reason else "")
        for (who, permission_set, reason), accounts in groups.items()
    )


def resource_lines(changes: Iterable[ResourceChange]) -> tuple[str, ...]:
    """`policy Guardrail changed (policy document) in 12 accounts`, with the reason where there is one."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in changes:
        kind = "" if each.kind is Kind.OTHER else f"{each.kind} "
        fields = f" ({', '.join(each.fields)})" if each.fields else ""
        done = f"could not be {_PAST[each.operation]}" if each.reason else _PAST[each.operation]
        accounts = groups.setdefault((f"{kind}{each.name} {done}{fields}", each.reason), [])
        if each.account:
            accounts.append(each.account_name or each.account)
    return tuple(
        what + (f" in {named(accounts)}" if accounts else "") + (f": {reason}" if reason else "")
        for (what, reason), accounts in groups.items()
    )


def named(accounts: Sequence[str]) -> str:
    """The first few by name, and how many more there are."""
    if len(accounts) <= _SHOWN:
        return ", ".join(accounts)
    return f"{', '.join(accounts[:_SHOWN])} and {len(accounts) - _SHOWN} more accounts"
