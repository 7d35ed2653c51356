"""May this run take these assignments away? Pure: numbers and words; who asks and when is the provider's affair.

Two guards: not more than `remit:maxRevoke` of what the stack holds, and never the caller's own access.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from remit.delta import split_key
from remit.errors import RemitError
from remit.max_revoke import MaxRevoke

_SSO_ROLE = re.compile(
    r"arn:aws[a-z-]*:sts::(?P<account>\d{12}):assumed-role/AWSReservedSSO_(?P<name>.+)_[0-9a-f]{16}/(?P<user>.+)"
)


class RevocationRefusedError(RemitError):
    """A run would take away more than it may. Says who would lose what, and which setting allows it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who signed in through Identity Center: with which permission set, in which account."""

    account: str
    permission_set: str
    user: str


def caller_of(arn: str) -> Caller | None:
    """Who an ARN of sts:GetCallerIdentity is. None for a role or user that Identity Center did not make."""
    match = _SSO_ROLE.fullmatch(arn)
    return Caller(match["account"], match["name"], match["user"]) if match else None


@dataclass(frozen=True, slots=True)
class Holding:
    """What a run finds of one permission set: how many assignments it has, and which of them go (key to label)."""

    held: int
    going: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: Holding) -> Holding:
        """Of other accounts."""
        return Holding(self.held + other.held, {**self.going, **other.going})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take away."""

    max_revoke: MaxRevoke = field(default_factory=MaxRevoke)
    allow_self_lockout: bool = False


def refuse_too_many(
    holdings: Mapping[str, Holding], limits: Limits, account_names: Mapping[str, str] | None = None
) -> None:
    """Raises RevocationRefusedError when more goes than may. `holdings` by permission set name, of the whole run."""
    total = sum(each.held for each in holdings.values())
    going = sum(len(each.going) for each in holdings.values())
    if limits.max_revoke.allows(going, total):
        return
    raise RevocationRefusedError(
        f"this run would take away {going} of the {total} assignments in the stack, and remit:maxRevoke "
        f"({limits.max_revoke}) allows {limits.max_revoke.most(total)}. They are:\n"
        f"{listing(holdings, account_names or {})}\n"
        f"If that is meant, set remit:maxRevoke to {going} in the stack's file for this run."
    )


def refuse_lockout(name: str, holding: Holding, limits: Limits, caller: Caller | None) -> None:
    """Raises RevocationRefusedError when the caller's own way in would be taken from anybody.

    By which group the caller came in AWS does not say, so each assignment of that permission set in that account
    counts.
    """
    if limits.allow_self_lockout or caller is None or caller.permission_set != name:
        return
    keys = [key for key in holding.going if split_key(key)[0] == caller.account]
    if keys:
        own = {key: holding.going[key] for key in keys}
        raise RevocationRefusedError(
            f"this run would take away your own access: {caller.user} is signed in with permission set {name} in "
            f"account {caller.account}. It is:\n{listing({name: Holding(len(own), own)}, {})}\n"
            "If that is meant, set remit:allowSelfLockout to true in the stack's file for this run."
        )


def listing(holdings: Mapping[str, Holding], account_names: Mapping[str, str]) -> str:
    """Who loses what where: a line for each permission set and principal, with every account."""
    accounts: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, holding in holdings.items():
        for key, label in holding.going.items():
            account, principal_type, principal_id = split_key(key)
            who = f"{principal_type.lower()} {label or principal_id}"
            accounts[name, who].append(account)
    return "\n".join(
        f"  {name} from {who} in {_named(found, account_names)}" for (name, who), found in sorted(accounts.items())
    )


def _named(accounts: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(f"{account} ({names[account]})" if account in names else account for account in sorted(accounts))
