"""Who owns which permission set where, in this run: no account of one may have two owners."""

from __future__ import annotations

import threading

from pulumi.runtime.rpc import UNKNOWN

from provider.inputs import Failure, Properties
from remit.errors import listed


class Claims:
    """Of all resources that the process has checked. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scopes: dict[str, dict[str, frozenset[str]]] = {}

    def check(self, urn: str, inputs: Properties) -> list[Failure]:
        """A failure for every other resource that claims the same permission set in the same accounts."""
        arn, scope = inputs.get("permissionSetArn", UNKNOWN), inputs["scope"]
        if arn == UNKNOWN or not isinstance(scope, list) or UNKNOWN in scope:
            return []
        with self._lock:
            claims = self._scopes.setdefault(arn, {})
            claims[urn] = frozenset(scope)
            others = {other: sorted(claims[urn] & claims[other]) for other in claims if other != urn}
        return [
            Failure(
                "",
                f"{urn} and {other} both claim the assignments of {arn} in account {listed(shared)}: "
                "each would remove the other's. Give them scopes that share no account",
            )
            for other, shared in others.items()
            if shared
        ]
