"""The live organization whole: permission sets, assignments, and the customer managed policies of every account.

Each part is kept in a work file as soon as it is read, so that an interrupted reading goes on. An account whose spoke
role cannot be assumed is told, and does not end the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import count
from typing import Any, TypeVar

from remit.aws.assignments import AssignmentReader
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member
from remit.aws.permission_sets import permission_set_arns, read_permission_set
from remit.aws.session import Aws, in_parallel
from remit.aws.sso_admin import SsoAdmin
from remit.delta import split_key
from remit.documents import Document
from remit.errors import AwsError
from remit.importing.found import Found, FoundAssignment, FoundPolicy, PolicyFilter
from remit.importing.work_file import WorkFile
from remit.managed_policy import LivePolicy
from remit.organization import Account, Organization
from remit.permission_set import LivePermissionSet
from remit.planning.values import PrincipalType
from remit.spoke_role import SpokeRole

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]
"""What is read, how much of it is done, and how much there is."""


class Inventory:
    """Reads an organization once. `spoke` is the role to assume in each account."""

    def __init__(
        self, aws: Aws, iam: Iam, organization: Organization, work: WorkFile, *, spoke: SpokeRole, progress: Progress
    ) -> None:
        self._aws, self._iam, self._organization = aws, iam, organization
        self._work, self._spoke, self._progress = work, spoke, progress

    def take(self, policies: PolicyFilter) -> Found:
        """All there is. Raises AwsError."""
        with ThreadPoolExecutor(2) as pool:
            of_accounts = pool.submit(self._policies, policies)
            permission_sets = self._permission_sets()
            assignments = self._assignments(permission_sets)
            found, unread = of_accounts.result()
        return Found(self._organization, tuple(permission_sets), tuple(assignments), tuple(found), unread)

    def _permission_sets(self) -> list[LivePermissionSet]:
        instance = self._organization.instance_arn
        arns = permission_set_arns(self._aws, instance)

        def read(arn: str) -> LivePermissionSet:
            live = self._work.part(
                f"permission set {arn}", lambda: asdict(read_permission_set(self._aws, instance, arn))
            )
            return _permission_set(live)

        return sorted(self._each("permission sets", read, arns), key=lambda each: each.name)

    def _assignments(self, permission_sets: Iterable[LivePermissionSet]) -> list[FoundAssignment]:
        throttle = self._aws.throttle("sso-admin", "ListAccountAssignments")
        sso = SsoAdmin(self._aws.client("sso-admin"), throttle)
        reader = AssignmentReader(sso, self._organization.instance_arn)
        names = {each.id: each.name for each in (*self._organization.groups, *self._organization.users)}

        def read(entry: LivePermissionSet) -> list[FoundAssignment]:
            keys = self._work.part(f"assignments {entry.arn}", lambda: sorted(reader.live(entry.arn, None)))
            return [_assignment(entry.name, key, names) for key in keys]

        return sorted(each for found in self._each("assignments", read, permission_sets) for each in found)

    def _policies(self, wanted: PolicyFilter) -> tuple[list[FoundPolicy], dict[str, str]]:
        accounts = self._organization.active_accounts
        read = list(zip(accounts, self._each("accounts", self._of_account, accounts), strict=True))
        unread = {account.id: answer for account, answer in read if isinstance(answer, str)}
        found = [each for _, answer in read if not isinstance(answer, str) for each in answer]
        return [each for each in found if wanted.takes(each.name, each.path)], unread

    def _of_account(self, account: Account) -> list[FoundPolicy] | str:
        """The policies of an account, or why they could not be read."""
        member = Member.of(account.id, self._spoke)
        try:
            kept = self._work.part(f"policies {account.id}", lambda: _values(self._iam.policies(member)))
        except AwsError as error:
            return str(error)
        return [FoundPolicy(account.id, *each) for each in kept]

    def _each(self, what: str, read: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The results in the order of the items, with progress."""
        items = list(items)
        done = count(1)

        def told(item: Item) -> Result:
            result = read(item)
            self._progress(what, next(done), len(items))
            return result

        return in_parallel(told, items)


def _permission_set(kept: Mapping[str, Any]) -> LivePermissionSet:
    """JSON has lists where the value has tuples."""
    return LivePermissionSet(
        **{
            **kept,
            "aws_managed_policies": tuple(kept["aws_managed_policies"]),
            "customer_managed_policies": tuple((name, path) for name, path in kept["customer_managed_policies"]),
        }
    )


def _assignment(permission_set: str, key: str, names: Mapping[str, str]) -> FoundAssignment:
    account, principal_type, principal_id = split_key(key)
    kind: PrincipalType = "GROUP" if principal_type == "GROUP" else "USER"
    return FoundAssignment(account, permission_set, kind, principal_id, names.get(principal_id, ""))


def _values(policies: Iterable[LivePolicy]) -> list[tuple[str, str, str, Document]]:
    """In the order of FoundPolicy's fields after the account."""
    of_each = (live.policy for live in policies)
    return [(policy.name, policy.path, policy.description, policy.document) for policy in of_each]
