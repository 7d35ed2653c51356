"""AWS's request rates and caps, off unless switched on. Sources: the quota pages of each service.

sso-admin        20 requests a second over all calls together; 15 assignment operations outstanding;
                 3 ProvisionPermissionSet at a time
identitystore    20 requests a second for each call
organizations    by call, see ORGANIZATIONS
sts              600 AssumeRole a second and calling account
cloudtrail       2 LookupEvents a second, by calling account
iam              a token bucket for each call and account; AWS keeps the rates to itself, so these are guesses
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.errors import throttled

Rate = tuple[float, float]  # requests a second, burst

ORGANIZATIONS: Mapping[str, Rate] = {
    "ListAccounts": (8, 12),
    "ListAccountsForParent": (5, 8),
    "ListOrganizationalUnitsForParent": (5, 8),
    "ListParents": (5, 8),
    "ListChildren": (6, 10),
    "DescribeAccount": (20, 30),
    "ListRoots": (1, 2),
    "DescribeOrganization": (1, 2),
    "ListTagsForResource": (10, 15),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one Identity Center instance and its organization. 0 lifts a limit."""

    requests_per_second: float = 20
    burst: float = 20
    outstanding: int = 15
    provisioning: int = 3
    identity_store_per_second: float = 20
    organizations: bool = True
    assume_role_per_second: float = 600
    iam_reads_per_second: float = 20
    iam_writes_per_second: float = 5
    look_ups_per_second: float = 2


@dataclass(slots=True)
class TokenBucket:
    """`rate` tokens a second, at most `burst` of them kept."""

    rate: float
    burst: float
    tokens: float = field(init=False)
    filled_at: float | None = None

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self, now: float) -> bool:
        """Whether a request may pass at `now` (seconds)."""
        elapsed = now - self.filled_at if self.filled_at is not None else 0.0
        self.filled_at = now
        self.tokens = min(self.burst, self.tokens + max(0.0, elapsed) * self.rate)
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class RateLimiter:
    """Throttles calls as `limits` say. Call it under the sandbox's lock."""

    def __init__(self, limits: Limits | None) -> None:
        self.limits = limits
        self._buckets: dict[str, TokenBucket] = {}

    def reset(self, limits: Limits | None) -> None:
        self.limits = limits
        self._buckets.clear()

    def check(self, service: str, operation: str, now: float, *, account: str = "") -> None:
        """Raises the service's throttling error when the call comes too soon. `account`: the caller's."""
        name, rate = self._limit_of(service, operation, account)
        if rate is None or not rate[0]:
            return
        bucket = self._buckets.setdefault(name, TokenBucket(*rate))
        if not bucket.take(now):
            raise throttled(service)

    def _limit_of(self, service: str, operation: str, account: str) -> tuple[str, Rate | None]:
        limits = self.limits
        if limits is None:
            return service, None
        if service == "sso-admin":
            return service, (limits.requests_per_second, limits.burst)
        name = f"{service}:{operation}"
        if service == "identitystore":
            return name, (limits.identity_store_per_second, limits.identity_store_per_second)
        if service == "organizations" and limits.organizations:
            return name, ORGANIZATIONS.get(operation)
        return f"{name}:{account}", _by_account(limits, service, operation)


def _by_account(limits: Limits, service: str, operation: str) -> Rate | None:
    """IAM, STS and CloudTrail count for each account by itself."""
    if service == "iam":
        reads = operation.startswith(("Get", "List"))
        rate = limits.iam_reads_per_second if reads else limits.iam_writes_per_second
        return rate, 2 * rate
    if service == "sts" and operation == "AssumeRole":
        return limits.assume_role_per_second, limits.assume_role_per_second
    if service == "cloudtrail":
        return limits.look_ups_per_second, limits.look_ups_per_second
    return None
