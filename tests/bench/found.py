"""What an import finds: an organization that somebody else filled, the same in every run.

Every permission set goes to a whole unit of 25 accounts and to eight or nine accounts elsewhere, each time to ten
groups; every account has the same twenty policies, whose documents name the account.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from signal import SIGINT, SIGTERM, signal
from threading import Event

from remit.organization import Account, Organization, OrganizationalUnit, Principal
from sandbox import moto_bridge
from sandbox.options import Options
from sandbox.server import Sandbox
from sandbox.sso_admin.instance import AssignmentKey
from sandbox.world import World

GROUPS_A_PAIR, POLICIES_AN_ACCOUNT, ACCOUNTS_A_UNIT = 10, 20, 25
_MANAGEMENT = "100000000000"
_INSTANCE = "ssoins-bench00000000001"


@dataclass(frozen=True)
class Found:
    """`size` tenths of the whole: 10 is 1,000 accounts, 300 permission sets, 100,000 assignments, 20,000 policies."""

    size: int

    @property
    def accounts(self) -> int:
        return 100 * self.size

    @property
    def permission_sets(self) -> int:
        return 30 * self.size

    @property
    def pairs(self) -> int:
        """Of an account and a permission set that is provisioned there."""
        return 1000 * self.size

    @property
    def assignments(self) -> int:
        return self.pairs * GROUPS_A_PAIR

    @property
    def policies(self) -> int:
        return self.accounts * POLICIES_AN_ACCOUNT

    @property
    def units(self) -> int:
        return self.accounts // ACCOUNTS_A_UNIT

    @property
    def groups(self) -> int:
        return self.permission_sets

    @cached_property
    def organization(self) -> Organization:
        members = (
            Account(
                id=_account(number), name=f"account-{number:04}", ou=f"Workloads/Team{number // ACCOUNTS_A_UNIT:02}"
            )
            for number in range(self.accounts)
        )
        return Organization(
            organization_id="o-bench00001",
            management_account=_MANAGEMENT,
            accounts=(Account(id=_MANAGEMENT, name="management"), *members),
            organizational_units=(
                OrganizationalUnit(id="ou-benc-workload", path="Workloads"),
                *(
                    OrganizationalUnit(id=f"ou-benc-{number:08}", path=f"Workloads/Team{number:02}")
                    for number in range(self.units)
                ),
            ),
            groups=tuple(Principal(id=_group(number), name=f"team-{number:03}") for number in range(self.groups)),
            instance_arn=f"arn:aws:sso:::instance/{_INSTANCE}",
            identity_store_id="d-bench00001",
            permission_sets={f"PermissionSet{number:03}": _arn(number) for number in range(self.permission_sets)},
        )

    def accounts_of(self, permission_set: int) -> list[int]:
        """A unit, and accounts after it with gaps: a third of the permission sets go to one account more."""
        first = permission_set % self.units * ACCOUNTS_A_UNIT
        others = 9 if permission_set % 3 == 0 else 8
        beyond = (first + ACCOUNTS_A_UNIT + 3 * number for number in range(others))
        return [*range(first, first + ACCOUNTS_A_UNIT), *(number % self.accounts for number in beyond)]

    def keys(self) -> Iterator[AssignmentKey]:
        for permission_set in range(self.permission_sets):
            for account in self.accounts_of(permission_set):
                for number in range(GROUPS_A_PAIR):
                    group = _group((permission_set + 7 * number) % self.groups)
                    yield AssignmentKey(_account(account), _arn(permission_set), "GROUP", group)

    def filled(self, options: Options) -> World:
        """A sandbox's world that holds all of it; not by calls, of which there would be 100,000."""
        world = World(self.organization, options)
        for key in self.keys():
            world.instance.assign(key)
            world.instance.provisioned(key.account, world.instance.permission_sets[key.permission_set])
        for number in range(self.accounts):
            backend = moto_bridge.iam(_account(number))
            for policy in range(POLICIES_AN_ACCOUNT):
                backend.create_policy("", "/team/", _document(number, policy), f"Policy{policy:02}", [])
        return world


def _account(number: int) -> str:
    return f"{200000000000 + number}"


def _arn(number: int) -> str:
    return f"arn:aws:sso:::permissionSet/{_INSTANCE}/ps-{number:016}"


def _group(number: int) -> str:
    return f"{number:08}-0000-4000-8000-000000000001"


def _document(account: int, policy: int) -> str:
    return (
        '{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":["s3:Get*","s3:List*"],'
        f'"Resource":"arn:aws:s3:::logs-{policy}-{_account(account)}/*"}},'
        '{"Sid":"NoIam","Effect":"Deny","Action":"iam:*","Resource":"*"}]}'
    )


def main() -> int:
    """Serves it until SIGINT or SIGTERM, as `python -m sandbox` does."""
    ended = Event()
    for end in (SIGINT, SIGTERM):
        signal(end, lambda _number, _frame: ended.set())
    with Sandbox.over(Found(int(sys.argv[1])).filled(Options())) as sandbox:
        sys.stdout.write(f"READY {sandbox.url}\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
