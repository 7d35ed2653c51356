"""What has become of an account. Apart from `remit.organization`, whose models take a while to import."""

from __future__ import annotations

from enum import StrEnum


class AccountState(StrEnum):
    """`Account.State` of the Organizations API. Only ACTIVE accounts are ever targeted."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"
