"""What a stack holds, in few bytes: the form in which the guard's state keeps every assignment. Pure.

{permission set: {"GROUP/PRINCIPAL-ID label": "ACCOUNT ACCOUNT…"}} as JSON, compressed: six to eighteen bytes an
assignment. The assignments stand readable in their own resources already; this is a copy, to compare with.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Mapping

from remit.delta import assignment_key, split_key

Assignments = Mapping[str, Mapping[str, str]]
"""{permission set: {key: label}}"""


def pack(assignments: Assignments) -> str:
    packed: dict[str, dict[str, str]] = {}
    for name, keys in sorted(assignments.items()):
        accounts: defaultdict[str, list[str]] = defaultdict(list)
        for key, label in keys.items():
            account, principal_type, principal_id = split_key(key)
            accounts[f"{principal_type}/{principal_id} {label}"].append(account)
        packed[name] = {who: " ".join(sorted(found)) for who, found in sorted(accounts.items())}
    return base64.b64encode(zlib.compress(json.dumps(packed).encode(), 9)).decode()


def unpack(text: str) -> dict[str, dict[str, str]]:
    """`pack`, undone; nothing for nothing. Raises ValueError for what is not packed."""
    if not text:
        return {}
    try:
        packed = json.loads(zlib.decompress(base64.b64decode(text)))
    except zlib.error as error:
        raise ValueError(f"the state of the revocation guard cannot be read: {error}") from error
    found: dict[str, dict[str, str]] = {}
    for name, holders in packed.items():
        keys = found.setdefault(name, {})
        for who, accounts in holders.items():
            principal, _, label = who.partition(" ")
            principal_type, _, principal_id = principal.partition("/")
            for account in accounts.split():
                keys[assignment_key(account, "USER" if principal_type == "USER" else "GROUP", principal_id)] = label
    return found
