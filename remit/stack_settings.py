"""What a setting of a stack says: its text, or the value that YAML made of it → a value. Each raises BadValue."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from remit.errors import BadValue
from remit.max_revoke import read_max_revoke
from remit.selectors import parse_selector
from remit.sharding import IDENTITY_CENTER, Shard, read_shard


def _scope(value: object) -> tuple[str, ...]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadValue(f"{value!r} is no JSON list", 'write ["ou:Workloads"]') from error
    selectors = [value] if isinstance(value, str) else value
    if not isinstance(selectors, list | tuple) or not selectors:
        raise BadValue("takes a selector or a list of selectors", 'write ["*", management]')
    for selector in selectors:
        parse_selector(_text(selector))
    return tuple(selectors)


def _waves(value: object) -> tuple[str, ...]:
    return () if value == "[]" else _scope(value)  # Pulumi's way to say the default


def _shard(value: object) -> Shard | str | None:
    if value == "":
        return None
    text = str(_text(value)).strip()
    return text if text == IDENTITY_CENTER else read_shard(text)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise BadValue(f"{value!r} is not text", "")
    return value


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in words:
            raise BadValue(f"{value!r} is not known", f"write {', '.join(words[:-1])} or {words[-1]}")
        return str(value)

    return read


def _true_or_false(value: object) -> bool:
    word = str(value).lower()
    if word not in {"true", "false"}:
        raise BadValue(f"{value!r} is neither true nor false", "write true or false")
    return word == "true"


def _owned_path(value: object) -> str:
    """A path of IAM that something stands in: "/" would own what every other tool makes."""
    if value == "":  # Pulumi's way to say the default
        return ""
    path = str(_text(value))
    if not re.fullmatch(r"(/[\x21-\x2e\x30-\x7e]+)+/", path) or len(path) > 512:
        raise BadValue(f"{path!r} is no IAM path that a stack can own", "write one such as /remit/")
    return path


def _runs_every(value: object) -> timedelta:
    """24h, 7d; 0h: nothing is scheduled."""
    found = re.fullmatch(r"(\d{1,5}) ?([hd])", str(value).strip())
    if not found:
        raise BadValue(f"{value!r} is no time between runs", "write 24h or 7d; 0h where no run is scheduled")
    return timedelta(hours=int(found[1]) * (24 if found[2] == "d" else 1))


def _request_rate(value: object) -> float:
    try:
        rate = float(str(value))
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise BadValue(f"{value!r} is not a number of requests a second", "AWS allows 20; leave it out for that")
    return rate


FIELDS: Mapping[str, str] = {
    "scope": "scope",
    "permissionSets": "permission_sets",
    "unmanaged": "unmanaged",
    "maxRevoke": "max_revoke",
    "allowSelfLockout": "allow_self_lockout",
    "requestRate": "request_rate",
    "fanOut": "fan_out",
    "ownedPath": "owned_path",
    "unmanagedPolicies": "unmanaged_policies",
    "drift": "drift",
    "runsEvery": "runs_every",
    "adopt": "adopt",
    "waves": "waves",
    "shard": "shard",
    "catalog": "catalog",
}
"""By the name in Pulumi.STACK.yaml, after `remit:`, the field of a Stack."""

READERS: Mapping[str, Callable[[object], object]] = {
    "scope": _scope,
    "permissionSets": _one_of("own", "refer", "own-management", "own-members"),
    "unmanaged": _one_of("remove", "report"),
    "maxRevoke": read_max_revoke,
    "allowSelfLockout": _true_or_false,
    "requestRate": _request_rate,
    "fanOut": _one_of("aliases", "pooled", "auto"),
    "ownedPath": _owned_path,
    "unmanagedPolicies": _one_of("remove", "report"),
    "drift": _one_of("enforce", "report", "adopt"),
    "runsEvery": _runs_every,
    "adopt": _true_or_false,
    "waves": _waves,
    "shard": _shard,
    "catalog": lambda value: str(_text(value)),
}
