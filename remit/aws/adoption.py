"""What exists under the names of a plan: read from AWS, for `remit.adoption`."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from remit.adoption import Adoption, adoption_of
from remit.aws.iam import Iam
from remit.aws.identity_center import permission_sets
from remit.aws.member_calls import MemberCalls, member_client
from remit.aws.member_sessions import Member, MemberSessions, SpokeRoleError
from remit.aws.permission_sets import read_permission_set
from remit.aws.session import Aws, in_parallel
from remit.managed_policy import LivePolicy
from remit.plan import Plan
from remit.spoke_role import SpokeRole


def look_up_adoption(aws: Aws, plan: Plan, instance: str, spoke: SpokeRole) -> Adoption:
    """Two calls an account with policies, one for each permission set of the instance (AWS finds none by its name), six
    for each that the catalog has. Raises AwsError.

    An account whose spoke role cannot be assumed has nothing that could be taken over: its own run says so.
    """
    accounts = sorted({policy.account for policy in plan.managed_policies})
    wanted = {policy.name.lower() for policy in plan.managed_policies}
    iam = Iam(MemberCalls(MemberSessions(aws), lambda: member_client(aws.region)))
    found = in_parallel(lambda account: _policies(iam, Member.of(account, spoke), wanted), accounts)
    names = permission_sets(aws, instance) if plan.permission_sets else {}
    arns = [names[each.name] for each in plan.permission_sets if each.name in names]
    sets = in_parallel(lambda arn: read_permission_set(aws, instance, arn), arns)
    return adoption_of(plan, dict(zip(accounts, found, strict=True)), sets)


def _policies(iam: Iam, member: Member, wanted: Collection[str]) -> Iterable[LivePolicy]:
    """Those that have one of the names; a thousand accounts may have many others."""
    try:
        return [policy for policy in iam.policies(member) if policy.name.lower() in wanted]
    except SpokeRoleError:
        return ()
