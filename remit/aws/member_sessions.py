"""Credentials for the accounts of the organization: a session of the spoke role, assumed when it is first needed.

A session is kept until shortly before it expires; whoever needs it then waits for the next one. AWS gives one hour
to a role that is assumed by a role.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from remit.aws.session import Aws
from remit.errors import AccessDeniedError, AwsError
from remit.spoke_role import SpokeRole

SESSION_NAME = "remit"
_AHEAD = timedelta(minutes=5)  # a call that begins now has ended by then


class SpokeRoleError(AwsError):
    """The spoke role of an account cannot be assumed: it is not there, or does not trust the caller."""


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """An account, and the role that is assumed there, by its name and its external id if it wants one."""

    account: str
    role: str
    external_id: str = ""

    @classmethod
    def of(cls, account: str, spoke: SpokeRole) -> Self:
        return cls(account, spoke.name, spoke.external_id)

    @property
    def spoke(self) -> SpokeRole:
        return SpokeRole(self.role, self.external_id)

    @property
    def role_arn(self) -> str:
        return self.spoke.arn(self.account)


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials of a session. `expires` has its zone."""

    access_key: str
    secret_key: str
    token: str
    expires: datetime


class MemberSessions:
    """Thread-safe; two threads that need the same account's session assume its role once."""

    def __init__(self, aws: Aws, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`aws`: the caller's own, the hub role's."""
        self._aws, self._now = aws, now
        self._keys: dict[Member, Keys] = {}
        self._lock = threading.Lock()
        self._locks: defaultdict[Member, threading.Lock] = defaultdict(threading.Lock)

    def keys(self, member: Member) -> Keys:
        """Raises SpokeRoleError, or AwsError when the caller's own credentials do not serve."""
        with self._lock:
            lock = self._locks[member]
        with lock:
            found = self._keys.get(member)
            if found is None or found.expires - self._now() < _AHEAD:
                found = self._keys[member] = self._assume(member)
            return found

    def forget(self, member: Member, keys: Keys) -> None:
        """AWS does not take these any more."""
        with self._lock:
            lock = self._locks[member]
        with lock:
            if self._keys.get(member) == keys:
                del self._keys[member]

    def _assume(self, member: Member) -> Keys:
        try:
            answer = self._aws.call("sts", "AssumeRole", **_wanted(member))
        except AccessDeniedError as error:
            raise SpokeRoleError(
                f"account {member.account}: the role {member.role} cannot be assumed. Is it there yet, and does it "
                f"trust the caller? Its policies wait for the next run ({error})"
            ) from error
        given = answer["Credentials"]
        return Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])


def _wanted(member: Member) -> dict[str, str]:
    """What sts:AssumeRole is called with."""
    which = {"RoleArn": member.role_arn, "RoleSessionName": SESSION_NAME}
    return {**which, "ExternalId": member.external_id} if member.external_id else which
