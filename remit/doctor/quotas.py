"""What comes close to a quota of AWS: from four fifths on it is told.

The quotas are AWS's defaults, for those that can be raised too: a finding says so. What a role takes is asked for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Spoke
from remit.documents import size
from remit.planning.access import MOST_GROUPS
from remit.planning.permission_sets import LONGEST_INLINE, MOST_INLINE_BYTES, MOST_POLICIES
from remit.planning.policies import LONGEST_POLICY
from remit.planning.values import Plan, PlannedPermissionSet

MOST_PERMISSION_SETS, MOST_IN_AN_ACCOUNT, MOST_CUSTOMER_POLICIES, MOST_VERSIONS = 3_500, 500, 1_500, 5
ON_A_ROLE = 10
"""Policies that a role takes, unless the account's quota was raised."""

_SAYS = Says("quotas")
_RAISE = "ask for more in Service Quotas, if you have not: it can be raised"
_FIXED = "AWS raises it for nobody: {what}"


@dataclass(frozen=True, slots=True)
class _Use:
    """How much of a quota is used."""

    what: str
    used: int
    most: int
    remedy: str

    @property
    def close(self) -> bool:
        return self.used * 5 >= self.most * 4


def check_quotas(plan: Plan, spokes: Sequence[Spoke], permission_sets: int | None) -> Iterator[Finding]:
    """`permission_sets`: how many the instance has; None where that is not known."""
    uses = [*_of_plan(plan), *_of_accounts(spokes)]
    if permission_sets is not None:
        uses.append(_Use("permission sets in the instance", permission_sets, MOST_PERMISSION_SETS, _RAISE))
    close = [use for use in uses if use.close]
    for use in close:
        yield _SAYS.warning(f"{use.what}: {use.used:,} of {use.most:,}", use.remedy)
    if not close:
        yield _SAYS.ok("nothing is at four fifths of a quota")


def sets_beyond_a_role(plan: Plan) -> Mapping[str, int]:
    """Permission sets with more policies than a role takes by default."""
    counts = {each.name: _attached(each) for each in plan.permission_sets}
    return {name: count for name, count in counts.items() if count > ON_A_ROLE}


def accounts_beyond_a_role(plan: Plan) -> Mapping[str, tuple[str, int]]:
    """Accounts with such a permission set, and the one that has most policies there."""
    counts = sets_beyond_a_role(plan)
    found: dict[str, tuple[str, int]] = {}
    for each in plan.assignments:
        count = counts.get(each.permission_set, 0)
        if count > found.get(each.account, ("", 0))[1]:
            found[each.account] = (each.permission_set, count)
    return found


def check_roles(wanted: Mapping[str, tuple[str, int]], quotas: Mapping[str, int | str]) -> Iterator[Finding]:
    """`wanted`: as `accounts_beyond_a_role` has it; `quotas`: what a role takes there, or why nobody knows."""
    for account, (name, count) in sorted(wanted.items()):
        quota = quotas[account]
        if isinstance(quota, str):
            yield _SAYS.unchecked(f"what a role takes in account {account}, where {name} has {count} policies: {quota}")
        elif count > quota:
            message = f"{name} has {count} policies, and a role in account {account} takes {quota}"
            remedy = "raise `Managed policies per role` of IAM in that account: Service Quotas, in us-east-1"
            yield _SAYS.error(message, remedy, account)


def _of_plan(plan: Plan) -> Iterator[_Use]:
    for each in plan.permission_sets:
        what = f"policies attached to {each.name}"
        yield _Use(what, _attached(each), MOST_POLICIES, _FIXED.format(what="merge policies"))
        if each.inline_policy:
            use_managed = _FIXED.format(what="use a managed policy")
            characters = size(each.inline_policy)
            yield _Use(f"characters of the inline policy of {each.name}", characters, LONGEST_INLINE, use_managed)
            length = len(json.dumps(each.inline_policy, ensure_ascii=False).encode())
            yield _Use(f"bytes of the inline policy of {each.name}", length, MOST_INLINE_BYTES, use_managed)
    yield from _documents(plan)
    groups = Counter((each.permission_set, each.account) for each in plan.assignments if each.principal_type == "GROUP")
    for name, (account, count) in _most(groups).items():
        what = f"groups with {name} in account {account}"
        yield _Use(what, count, MOST_GROUPS, _FIXED.format(what="merge groups"))
    pairs = Counter(account for _, account in {(each.permission_set, each.account) for each in plan.assignments})
    if pairs:
        account, count = max(pairs.items(), key=lambda each: (each[1], each[0]))
        yield _Use(f"permission sets in account {account}", count, MOST_IN_AN_ACCOUNT, _RAISE)


def _documents(plan: Plan) -> Iterator[_Use]:
    """The longest document of each policy."""
    longest: dict[str, tuple[int, str]] = {}
    for each in plan.managed_policies:
        longest[each.name] = max(longest.get(each.name, (0, "")), (size(each.document), each.account))
    for name, (characters, account) in longest.items():
        what = f"characters of {name} in account {account}"
        yield _Use(what, characters, LONGEST_POLICY, _FIXED.format(what="split it, or use wildcards"))


def _of_accounts(spokes: Iterable[Spoke]) -> Iterator[_Use]:
    for each in spokes:
        if not each.refused and not each.unread:
            yield _Use(f"policies in account {each.account}", each.policies, MOST_CUSTOMER_POLICIES, _RAISE)


def versions_note(spokes: Iterable[Spoke]) -> Iterator[Finding]:
    """AWS keeps five versions. A run makes room for the next one by itself, people must."""
    full = [each for each in spokes if each.fullest[1] >= MOST_VERSIONS]
    if full:
        where = f"{full[0].fullest[0]} in {full[0].account}{f', and in {len(full) - 1} more' if len(full) > 1 else ''}"
        yield _SAYS.note(f"there are five versions of {where}: the next change drops the oldest that is not in use")


def _attached(each: PlannedPermissionSet) -> int:
    return len(each.aws_managed_policies) + len(each.customer_managed_policies)


def _most(groups: Mapping[tuple[str, str], int]) -> dict[str, tuple[str, int]]:
    """For each permission set the account in which most groups have it."""
    found: dict[str, tuple[str, int]] = {}
    for (name, account), count in groups.items():
        if count > found.get(name, ("", 0))[1]:
            found[name] = (account, count)
    return found
