"""The live organization whole: permission sets, assignments, and the customer managed policies of every account.

What AWS counts apart is read side by side: Identity Center, which takes the longest by far, Organizations, and IAM in
the accounts. Each part but the organization, which costs little, is kept in a work file as soon as it is read, so that
an interrupted reading goes on. An account whose spoke role cannot be assumed, or may not read, is told, and does not
end the rest; any other error does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from itertools import count
from typing import Any, TypeVar

from remit.aws.assignments import AssignmentReader
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.permission_sets import permission_set_arns, read_permission_set
from remit.aws.session import Aws, in_parallel
from remit.aws.sso_admin import SsoAdmin
from remit.delta import split_key
from remit.documents import Document
from remit.errors import AccessDeniedError
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
        self,
        aws: Aws,
        iam: Iam,
        instance: str,
        look_up: Callable[[], Organization],
        work: WorkFile,
        *,
        spoke: SpokeRole,
        progress: Progress,
        stop: Callable[[], None],
    ) -> None:
        """`instance`: its ARN. `stop` makes every call of `aws` and `iam` that has not begun raise AwsError."""
        self._aws, self._iam, self._instance, self._look_up = aws, iam, instance, look_up
        self._work, self._spoke, self._progress, self._stop = work, spoke, progress, stop

    def take(self, policies: PolicyFilter) -> Found:
        """All there is. Raises AwsError; the first error, or an interruption, stops the rest."""
        with ThreadPoolExecutor(3) as pool:
            looking = pool.submit(self._look_up)
            center = pool.submit(self._identity_center)
            accounts = pool.submit(lambda: self._policies(looking.result(), policies))
            try:
                for part in as_completed((looking, center, accounts)):
                    part.result()
            except BaseException:
                self._stop()
                raise
        organization, (permission_sets, keys), (found, unread) = looking.result(), center.result(), accounts.result()
        if _strangers(keys, organization):  # they may have come since it was looked up
            organization = self._look_up()
            found, unread = self._policies(organization, policies)
        assignments = _assignments(permission_sets, keys, organization)
        return Found(organization, tuple(permission_sets), tuple(assignments), tuple(found), unread)

    def _identity_center(self) -> tuple[list[LivePermissionSet], list[list[str]]]:
        """The permission sets, and for each the keys of its assignments."""
        permission_sets = self._permission_sets()
        return permission_sets, self._keys(permission_sets)

    def _permission_sets(self) -> list[LivePermissionSet]:
        arns = permission_set_arns(self._aws, self._instance)

        def read(arn: str) -> LivePermissionSet:
            live = self._work.part(
                f"permission set {arn}", lambda: asdict(read_permission_set(self._aws, self._instance, arn))
            )
            return _permission_set(live)

        return sorted(self._each("permission sets", read, arns), key=lambda each: each.name)

    def _keys(self, permission_sets: Iterable[LivePermissionSet]) -> list[list[str]]:
        throttle = self._aws.throttle("sso-admin", "ListAccountAssignments")
        reader = AssignmentReader(SsoAdmin(self._aws.client("sso-admin"), throttle), self._instance)

        def read(entry: LivePermissionSet) -> list[str]:
            kept: list[str] = self._work.part(f"assignments {entry.arn}", lambda: sorted(reader.live(entry.arn, None)))
            return kept

        return self._each("assignments", read, permission_sets)

    def _policies(self, organization: Organization, wanted: PolicyFilter) -> tuple[list[FoundPolicy], dict[str, str]]:
        accounts = organization.active_accounts
        read = list(zip(accounts, self._each("accounts", self._of_account, accounts), strict=True))
        unread = {account.id: answer for account, answer in read if isinstance(answer, str)}
        found = [each for _, answer in read if not isinstance(answer, str) for each in answer]
        return [each for each in found if wanted.takes(each.name, each.path)], unread

    def _of_account(self, account: Account) -> list[FoundPolicy] | str:
        """The policies of an account, or why they may not be read. Raises AwsError for what ails more than it."""
        member = Member.of(account.id, self._spoke)
        try:
            kept = self._work.part(f"policies {account.id}", lambda: _values(self._read(member)))
        except (SpokeRoleError, AccessDeniedError) as error:
            return str(error)
        return [FoundPolicy(account.id, *each) for each in kept]

    def _read(self, member: Member) -> list[LivePolicy]:
        """With descriptions: a call for each policy, under the account's own rate."""
        return self._iam.described(member, self._iam.policies(member))

    def _each(self, what: str, read: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The results in the order of the items, with progress."""
        items = list(items)
        done = count(1)

        def told(item: Item) -> Result:
            result = read(item)
            self._progress(what, next(done), len(items))
            return result

        return in_parallel(told, items)


def _strangers(keys: Iterable[Iterable[str]], organization: Organization) -> bool:
    """Whether somebody or some account has an assignment and is not known."""
    known = {each.id for each in (*organization.groups, *organization.users)}
    return any(
        account not in organization.account_by_id or principal not in known
        for account, _, principal in (split_key(key) for of_it in keys for key in of_it)
    )


def _permission_set(kept: Mapping[str, Any]) -> LivePermissionSet:
    """JSON has lists where the value has tuples."""
    return LivePermissionSet(
        **{
            **kept,
            "aws_managed_policies": tuple(kept["aws_managed_policies"]),
            "customer_managed_policies": tuple((name, path) for name, path in kept["customer_managed_policies"]),
        }
    )


def _assignments(
    permission_sets: Iterable[LivePermissionSet], keys: Iterable[Iterable[str]], organization: Organization
) -> list[FoundAssignment]:
    names = {each.id: each.name for each in (*organization.groups, *organization.users)}
    return sorted(
        _assignment(live.name, key, names) for live, of_it in zip(permission_sets, keys, strict=True) for key in of_it
    )


def _assignment(permission_set: str, key: str, names: Mapping[str, str]) -> FoundAssignment:
    account, principal_type, principal_id = split_key(key)
    kind: PrincipalType = "GROUP" if principal_type == "GROUP" else "USER"
    return FoundAssignment(account, permission_set, kind, principal_id, names.get(principal_id, ""))


def _values(policies: Iterable[LivePolicy]) -> list[tuple[str, str, str, Document]]:
    """In the order of FoundPolicy's fields after the account."""
    of_each = (live.policy for live in policies)
    return [(policy.name, policy.path, policy.description_or(""), policy.document) for policy in of_each]
