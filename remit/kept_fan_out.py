"""How the program learns how its stack's policies reach the accounts already, where remit:fanOut is auto.

A stack with just as many accounts as `auto` takes aliases for would change its way because one account came, and the
guard would refuse each run until the state is moved over. Only the state knows the way that it has; `remit preview` and
`up` read it there, and tell the program by an environment variable. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from remit.resource_types import REVOCATION_GUARD
from remit.stack import FanOut, Stack

VARIABLE = "REMIT_FAN_OUT"
"""aliases or pooled: what the state has. The program reads it."""


def way_in(exported: Mapping[str, Any]) -> FanOut | None:
    """What an exported deployment says; None for a stack that has never run, or never had a policy."""
    for resource in (exported.get("deployment") or {}).get("resources") or ():
        if resource["type"] == REVOCATION_GUARD:
            inputs = resource.get("inputs") or {}
            return None if inputs.get("noPolicies") else "pooled" if inputs.get("fanOut") == "pooled" else "aliases"
    return None


def keeping(stack: Stack, way: str | None) -> Stack:
    """The stack, which stays with this way if its setting is auto."""
    kept: dict[str, FanOut] = {"aliases": "aliases", "pooled": "pooled"}
    return replace(stack, kept_fan_out=kept.get(way or ""))


def with_way_in(stack: Stack, exported: Mapping[str, Any]) -> Stack:
    """The stack, which stays with the way that its exported deployment has."""
    return keeping(stack, way_in(exported))
