"""What is granted in a measurement: so many assignments over 500 accounts, the same in every run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from remit.organization import Account, Organization, Principal

ACCOUNTS = 500
GROUPS_PER_PAIR = 2
REGION = "us-east-1"
_MANAGEMENT = "100000000000"
_STORE = "d-bench00001"
_INSTANCE = "arn:aws:sso:::instance/ssoins-bench00000000001"


@dataclass(frozen=True)
class Shape:
    """Each permission set goes to two groups of its own in each of its accounts. All 500 accounts are in scope."""

    permission_sets: int
    accounts_each: int

    @classmethod
    def of(cls, assignments: int) -> Shape:
        """As few permission sets as the assignments need, but two from 1,000 on: 50 for 50,000."""
        pairs = assignments // GROUPS_PER_PAIR
        permission_sets = max(-(-pairs // ACCOUNTS), 2 if assignments >= 1000 else 1)
        shape = cls(permission_sets, pairs // permission_sets)
        if shape.assignments != assignments:
            raise ValueError(f"{assignments} assignments cannot be spread evenly")
        return shape

    @property
    def pairs(self) -> int:
        """Pairs of an account and a permission set that is provisioned there: what a complete read has to list."""
        return self.permission_sets * self.accounts_each

    @property
    def assignments(self) -> int:
        return self.pairs * GROUPS_PER_PAIR

    @property
    def reading_calls(self) -> int:
        """The fewest calls of a complete read: where each permission set is (pages of 100), then each pair."""
        return self.permission_sets * max(1, -(-self.accounts_each // 100)) + self.pairs

    @cached_property
    def organization(self) -> Organization:
        members = tuple(Account(id=_account(n), name=f"account-{n:03}", ou="Workloads") for n in range(ACCOUNTS))
        return Organization(
            organization_id="o-bench00001",
            management_account=_MANAGEMENT,
            accounts=(Account(id=_MANAGEMENT, name="management"), *members),
            groups=tuple(
                Principal(id=_group(number, part), name=_group_name(number, part))
                for number in range(self.permission_sets)
                for part in range(GROUPS_PER_PAIR)
            ),
            instance_arn=_INSTANCE,
            identity_store_id=_STORE,
            permission_sets={_set(number): _arn(number) for number in range(self.permission_sets)},
        )

    def grants(self) -> dict[str, Any]:
        """grants.json: what both programs read. A grant is [permission set, account, group id, group name]."""
        return {
            "region": REGION,
            "instance": _INSTANCE,
            "permissionSets": dict(self.organization.permission_sets),
            "accounts": [_account(number) for number in range(ACCOUNTS)],
            "grants": [
                [_set(number), _account((number + place) % ACCOUNTS), _group(number, part), _group_name(number, part)]
                for number in range(self.permission_sets)
                for place in range(self.accounts_each)
                for part in range(GROUPS_PER_PAIR)
            ],
        }


def _account(number: int) -> str:
    return f"{200000000000 + number}"


def _set(number: int) -> str:
    return f"PermissionSet{number:02}"


def _arn(number: int) -> str:
    return f"arn:aws:sso:::permissionSet/ssoins-bench00000000001/ps-{number:016}"


def _group(number: int, part: int) -> str:
    return f"{number:08}-{part:04}-4000-8000-000000000001"


def _group_name(number: int, part: int) -> str:
    return f"team-{number:02}-{'members' if part == 0 else 'on-call'}"
