"""Reads what `remit drift` compares: the permission sets, assignments and policies that are one stack's business.

Calls: one a permission set of the instance for its name and six for each of the catalog's, the assignments by the
cheaper of the two complete plans (`remit.aws.assignments`), and one a page for each account with policies; there also
one for each policy whose description the state of the stack does not have as the plan does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import count
from math import inf
from typing import TypeVar

from remit.aws.assignments import AssignmentReader
from remit.aws.iam import Iam
from remit.aws.look_up import look_up, needs_of
from remit.aws.member_sessions import Member
from remit.aws.permission_sets import read_permission_set
from remit.aws.principal_names import PrincipalNames
from remit.aws.session import Aws, in_parallel
from remit.aws.sso_admin import SsoAdmin
from remit.catalog import Catalog, Settings
from remit.drift.live import Live
from remit.drift.values import Unread
from remit.errors import AwsError
from remit.managed_policy import LivePolicy, Policy
from remit.organization import Organization
from remit.permission_set import LivePermissionSet
from remit.planning.values import Plan
from remit.sharding import Shard
from remit.spoke_role import SpokeRole
from remit.stack import Stack

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]
"""What is read, how much of it is done, and how much there is. From any thread."""


def look_up_for_drift(
    aws: Aws, catalog: Catalog, stack: Stack, *, groups: Collection[str] = (), users: Collection[str] = ()
) -> Organization:
    """The organization as a plan reads it, and every permission set of the instance by name. Raises AwsError.

    `groups` and `users`: names that no rule has, to be looked up as well.
    """
    needs = needs_of(catalog, stack)
    named = (needs.groups or (), needs.users or ())
    needs = replace(
        needs,
        groups={*named[0], *groups},
        users={*named[1], *users},
        permission_sets=not isinstance(stack.shard, Shard),
    )
    return look_up(aws, catalog.settings.identity_center, needs)


class LiveReader:
    """Reads once. `organization` is that of `look_up_for_drift`."""

    def __init__(self, aws: Aws, iam: Iam, organization: Organization, *, progress: Progress) -> None:
        self._aws, self._iam = aws, iam
        self._organization, self._progress = organization, progress

    def read(self, plan: Plan, settings: Settings, recorded: Mapping[tuple[str, str], Policy] | None = None) -> Live:
        """All that the stack's plan is compared to. Raises AwsError; not for an account that cannot be read.

        `recorded`: the policies that the stack's state has, by (account, name).
        """
        with ThreadPoolExecutor(1) as pool:
            accounts = sorted({each.account for each in plan.managed_policies} | plan.watched)
            of_accounts = pool.submit(self._policies, plan, accounts, settings.spoke, recorded or {})
            arns = {
                name: arn
                for name, arn in self._organization.permission_sets.items()
                if name in plan.references
                or not any(fnmatchcase(name, each) for each in (*settings.ignore_permission_sets, *plan.left_alone))
            }
            permission_sets = self._permission_sets(
                arns[each.name] for each in plan.permission_sets if each.name in arns
            )
            assignments = self._assignments(arns, plan.scope)
            policies, unread = of_accounts.result()
        return Live(arns, permission_sets, assignments, policies, unread, self._names(plan, assignments))

    def _permission_sets(self, arns: Iterable[str]) -> Mapping[str, LivePermissionSet]:
        instance = self._organization.instance_arn
        found = self._each("permission sets", lambda arn: read_permission_set(self._aws, instance, arn), arns)
        return {each.name: each for each in found}

    def _assignments(self, arns: Mapping[str, str], scope: Iterable[str]) -> Mapping[str, frozenset[str]]:
        if not arns:
            return {}
        throttle = self._aws.throttle("sso-admin", "ListAccountAssignments")
        sso = SsoAdmin(self._aws.client("sso-admin"), throttle)
        reader, accounts = AssignmentReader(sso, self._organization.instance_arn, max_age=inf), frozenset(scope)
        found = self._each("assignments", lambda arn: reader.live(arn, accounts), arns.values())
        return dict(zip(arns, found, strict=True))

    def _policies(
        self, plan: Plan, accounts: Iterable[str], spoke: SpokeRole, recorded: Mapping[tuple[str, str], Policy]
    ) -> tuple[Mapping[str, tuple[LivePolicy, ...]], tuple[Unread, ...]]:
        names = {account.id: account.name for account in self._organization.accounts}
        wanted: dict[str, dict[str, str]] = {}
        for each in plan.managed_policies:
            wanted.setdefault(each.account, {})[each.name] = each.description
        known: dict[str, dict[str, Policy]] = {}
        for (account, name), policy in recorded.items():
            known.setdefault(account, {})[name] = policy

        def read(account: str) -> tuple[LivePolicy, ...] | Unread:
            try:
                member = Member.of(account, spoke)
                return tuple(self._iam.policies_to_compare(member, wanted.get(account, {}), known.get(account)))
            except AwsError as error:
                return Unread(account, names.get(account, ""), str(error))

        accounts = list(accounts)
        found = dict(zip(accounts, self._each("accounts", read, accounts), strict=True))
        unread = tuple(each for each in found.values() if isinstance(each, Unread))
        return {account: each for account, each in found.items() if not isinstance(each, Unread)}, unread

    def _names(self, plan: Plan, assignments: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
        """Of everybody who holds something that no rule gives; those of the catalog are known."""
        known = {each.id: each.name for each in (*self._organization.groups, *self._organization.users)}
        expected = {each.key for each in plan.assignments}
        asked = PrincipalNames(self._aws)
        unknown = {key.rpartition("/")[2]: key for keys in assignments.values() for key in sorted(keys - expected)}
        names = {
            id_: asked.name(self._organization.instance_arn, key) for id_, key in unknown.items() if id_ not in known
        }
        return {**known, **names}

    def _each(self, what: str, read: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The results in the order of the items, with progress."""
        items, done = list(items), count(1)

        def told(item: Item) -> Result:
            result = read(item)
            self._progress(what, next(done), len(items))
            return result

        return in_parallel(told, items)
