"""Deletes and replaces policies that somebody may hold: refused with their names, or detached first."""

from __future__ import annotations

from collections.abc import Callable

from remit.aws.iam import Iam
from remit.aws.member_sessions import Member
from remit.aws.refusals import StillAttachedError
from remit.errors import AwsError, listed
from remit.managed_policy import Holders, LivePolicy, Policy


class HeldError(AwsError):
    """A policy cannot go, because of those who hold it. The message names them."""

    def __init__(self, name: str, holders: Holders, *, detach: bool) -> None:
        what = f"policy {name} cannot be deleted while it is attached to {holders}"
        super().__init__(f"{what} ({_remedy(holders, detach=detach)})")
        self.permission_sets = holders.permission_sets


class LostError(AwsError):
    """A policy that was to be made anew is deleted, and neither the new one nor the old one could be made."""


class Deletion:
    """Every method raises AwsError; HeldError before anything was changed."""

    def __init__(self, iam: Iam) -> None:
        self._iam = iam

    def delete(self, member: Member, live: LivePolicy, *, detach: bool, warn: Callable[[str], None]) -> None:
        """With `detach`, after it was taken from the roles, users and groups that have it, which is told."""
        holders = self._released(member, live, detach=detach)
        if holders:
            try:
                self._iam.detach(member, live, holders)
            except AwsError as error:
                raise AwsError(f"{error} (until then it was being taken from {holders})") from error
            warn(taken(member.account, live.name, holders))
        self._delete(member, live, detach=detach)

    def replace(self, member: Member, live: LivePolicy, policy: Policy) -> None:
        """Deletes the one, whose description must be known, and makes the other, which everybody gets who had it.

        If the second cannot be made, the first is put back. Where somebody may have lost it for good, the message says
        who: no later run would know.
        """
        detach = policy.detach_on_delete
        holders = self._released(member, live, detach=detach)
        try:
            self._iam.detach(member, live, holders)
            self._delete(member, live, detach=detach)
        except AwsError as error:
            self._give(member, live.arn, holders, because=error)
            raise
        try:
            self._iam.create(member, policy)
        except AwsError as error:
            if self._iam.has(member, policy):  # the answer to an earlier call was lost
                self._give(member, arn_of(member, policy), holders)
                return
            self._put_back(member, live, holders, because=error)
            raise AwsError(f"{error} (the policy was put back as it was)") from error
        self._give(member, arn_of(member, policy), holders)

    def _delete(self, member: Member, live: LivePolicy, *, detach: bool) -> None:
        try:
            self._iam.delete(member, live)
        except StillAttachedError:  # since it was read, somebody attached it, or made another version
            if holders := self._iam.holders(member, live):
                raise HeldError(live.name, holders, detach=detach) from None
            raise

    def _put_back(self, member: Member, live: LivePolicy, holders: Holders, *, because: AwsError) -> None:
        try:
            self._iam.create(member, live.policy)
        except AwsError as error:
            lost = f"; {holders} had it, and must be given it by hand once it is there" if holders else ""
            raise LostError(f"{because}; the old policy is deleted and could not be put back: {error}{lost}") from error
        self._give(member, live.arn, holders, because=because)

    def _give(self, member: Member, arn: str, holders: Holders, *, because: AwsError | None = None) -> None:
        """`because`: what went wrong before, for the message."""
        try:
            self._iam.attach(member, arn, holders)
        except AwsError as error:
            first = f"{because}; " if because else ""
            what = f"{first}{arn} could not be given back to all of {holders}: attach it there by hand"
            raise AwsError(f"{what} ({error})") from error

    def _released(self, member: Member, live: LivePolicy, *, detach: bool) -> Holders:
        """Those who hold it and may lose it. Raises HeldError for one who may not."""
        holders = self._iam.holders(member, live) if live.held else Holders()
        if holders and not (detach and not holders.permission_sets and not holders.boundary_of):
            raise HeldError(live.name, holders, detach=detach)
        return holders


def taken(account: str, name: str, holders: Holders) -> str:
    """That a policy was taken from those who had it, as a warning."""
    return f"account {account}: policy {name} was taken from {holders}, as its detach_on_delete says"


def arn_of(member: Member, policy: Policy) -> str:
    return f"arn:aws:iam::{member.account}:policy{policy.path}{policy.name}"


def _remedy(holders: Holders, *, detach: bool) -> str:
    if holders.permission_sets:
        return f"take it out of permission set {listed(holders.permission_sets)} first, in a run of its own"
    if holders.boundary_of:
        return "a boundary is never taken away by itself: remove it there"
    return "try again" if detach else "detach it there, or write `detach_on_delete: true` at the policy"
