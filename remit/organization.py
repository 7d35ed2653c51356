"""An AWS organization as plain values: what a plan needs to know of it, wherever that came from.

A snapshot file (`remit.snapshot`), a live look-up (`remit.aws`) and the sandbox all speak in these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from remit.account_state import AccountState as AccountState  # noqa: PLC0414 - a value of an organization, too

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(_Value):
    """A member account, or the management account."""

    id: AccountId = Field(description="Twelve digits, quoted in YAML")
    name: str = Field(description="The account's name in Organizations", min_length=1)
    email: str = Field(default="", description="The root user's address")
    state: AccountState = Field(default=AccountState.ACTIVE, description="Account.State of Organizations")
    ou: str = Field(default="", description="Path of names from the root, such as Workloads/Prod; empty: the root")
    tags: Mapping[str, str] = Field(default_factory=dict, description="The account's tags in Organizations")


class OrganizationalUnit(_Value):
    """An organizational unit. Its `path` is made of names from the root down: Workloads/Prod."""

    id: str = Field(description="ou-…")
    path: str = Field(description="Names from the root down, joined by a slash", min_length=1)


class Principal(_Value):
    """A group or a user of the identity store."""

    id: str = Field(description="GroupId or UserId in the identity store")
    name: str = Field(description="DisplayName of a group, UserName of a user")


class Organization(_Value):
    """All that a plan reads of the world. `permission_sets` maps names to ARNs, where they are known."""

    organization_id: str = Field(description="o-…")
    management_account: AccountId = Field(description="Id of the management account")
    accounts: tuple[Account, ...] = Field(description="Every account, whatever its state")
    organizational_units: tuple[OrganizationalUnit, ...] = Field(
        default=(), description="Every OU; those that accounts name are added by themselves in a snapshot"
    )
    groups: tuple[Principal, ...] = Field(default=(), description="Groups of the identity store")
    users: tuple[Principal, ...] = Field(default=(), description="Users of the identity store")
    instance_arn: str = Field(default="", description="The Identity Center instance: arn:aws:sso:::instance/ssoins-…")
    identity_store_id: str = Field(default="", description="d-…")
    permission_sets: Mapping[str, str] = Field(
        default_factory=dict, description="Permission sets that exist: name to ARN"
    )
    caller: str = Field(
        default="", description="The account of whoever asked; empty in a file: it stands for nobody", exclude=True
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with what has been worked out from the old accounts forgotten."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("account_by_id", "active_accounts"):
            copied.__dict__.pop(name, None)
        return copied

    @cached_property
    def account_by_id(self) -> Mapping[str, Account]:
        return {account.id: account for account in self.accounts}

    @cached_property
    def active_accounts(self) -> tuple[Account, ...]:
        return tuple(account for account in self.accounts if account.state is AccountState.ACTIVE)
