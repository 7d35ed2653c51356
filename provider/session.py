"""What a configured provider works with: one for each configuration of the plugin's process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from provider.account_assignments import AccountAssignments
from provider.claims import Claims
from provider.guard import Guard
from provider.serving import Served
from remit.revocation import Limits


class Session:
    """`resource` is the assignments', `calls` says how many sso-admin has had so far."""

    def __init__(
        self,
        resource: AccountAssignments,
        calls: Callable[[], str] = lambda: "",
        guard: Guard | None = None,
        served: Mapping[str, Served] | None = None,
        cancelled: threading.Event | None = None,
    ) -> None:
        """`served`: the resources beside assignments and their guard, by type token; they look at `cancelled`."""
        self.resource = resource
        self.cancelled = cancelled or threading.Event()
        self.served = served or {}
        self.guard = guard or Guard(Limits())
        self.claims = Claims()
        self.calls = calls
