"""What a stack holds, in few bytes: the form in which the guard's state keeps every assignment. Pure.

{permission set: {"GROUP/PRINCIPAL-ID label": "ACCOUNT ACCOUNT…"}}: thirteen bytes an assignment, and readable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from remit.delta import assignment_key, split_key

Assignments = Mapping[str, Mapping[str, str]]
"""{permission set: {key: label}}"""
Packed = dict[str, dict[str, str]]


def pack(assignments: Assignments) -> Packed:
    packed: Packed = {}
    for name, keys in sorted(assignments.items()):
        accounts: defaultdict[str, list[str]] = defaultdict(list)
        for key, label in keys.items():
            account, principal_type, principal_id = split_key(key)
            accounts[f"{principal_type}/{principal_id} {label}"].append(account)
        packed[name] = {who: " ".join(sorted(found)) for who, found in sorted(accounts.items())}
    return packed


def unpack(packed: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """`pack`, undone."""
    found: dict[str, dict[str, str]] = {}
    for name, holders in packed.items():
        keys = found.setdefault(name, {})
        for who, accounts in holders.items():
            principal, _, label = who.partition(" ")
            principal_type, _, principal_id = principal.partition("/")
            for account in accounts.split():
                keys[assignment_key(account, "USER" if principal_type == "USER" else "GROUP", principal_id)] = label
    return found
