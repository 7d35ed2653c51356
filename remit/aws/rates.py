"""How fast AWS lets itself be asked: calls a second and how many at once, by API.

Sources: the quotas pages of Organizations, IAM Identity Center, IAM, STS and CloudTrail. sso-admin counts all its calls
together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`key` names what is counted together; `per_second` is AWS's, `burst` at most AWS's."""

    key: str
    per_second: float
    burst: float


_ORGANIZATIONS = {
    "ListAccounts": (8, 12),
    "ListAccountsForParent": (5, 8),
    "ListOrganizationalUnitsForParent": (5, 8),
    "ListTagsForResource": (10, 15),
    "ListRoots": (1, 2),
    "DescribeOrganization": (1, 2),
    "DescribeAccount": (20, 30),
}
_STS = (600, 600)
_CLOUD_TRAIL = (2, 2)  # in each region and account
_OTHERS = (20, 20)
_SSO_ADMIN = (20, 15)  # AWS lets 20 through at once; the rest is for answers that take longer or shorter than others


def rate_of(service: str, operation: str) -> Rate:
    """The rate of one operation, by its API name."""
    if service == "sso-admin":
        return Rate(service, *_SSO_ADMIN)
    if service == "sts":
        return Rate(service, *_STS)
    if service == "cloudtrail":
        return Rate(service, *_CLOUD_TRAIL)
    return Rate(f"{service}:{operation}", *_ORGANIZATIONS.get(operation, _OTHERS))
