"""What exists under the names of a plan: read from AWS, for `remit.adoption`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from remit.adoption import Adoption, adoption_of
from remit.aws.iam import Iam
from remit.aws.identity_center import permission_sets
from remit.aws.member_calls import MemberCalls, member_client
from remit.aws.member_sessions import Member, MemberSessions, SpokeRoleError
from remit.aws.permission_sets import read_permission_set
from remit.aws.session import Aws, in_parallel
from remit.errors import AccessDeniedError
from remit.managed_policy import LivePolicy
from remit.plan import Plan
from remit.spoke_role import SpokeRole


def look_up_adoption(aws: Aws, plan: Plan, instance: str, spoke: SpokeRole) -> Adoption:
    """Two calls an account with policies and one for each that is there (for its description), one for each permission
    set of the instance (AWS finds none by its name), six for each that the catalog has. Raises AwsError.
    """
    members = [Member.of(account, spoke) for account in sorted({policy.account for policy in plan.managed_policies})]
    iam = Iam(MemberCalls(MemberSessions(aws), lambda: member_client(aws.region)))
    found, unread = policies_named({policy.name for policy in plan.managed_policies}, iam, members)
    names = permission_sets(aws, instance) if plan.permission_sets else {}
    arns = [names[each.name] for each in plan.permission_sets if each.name in names]
    sets = in_parallel(lambda arn: read_permission_set(aws, instance, arn), arns)
    adoption = adoption_of(plan, found, sets)
    return replace(adoption, remarks=(*unread, *adoption.remarks))


def policies_named(
    names: Collection[str], iam: Iam, members: Sequence[Member]
) -> tuple[dict[str, list[LivePolicy]], tuple[str, ...]]:
    """What each account has under one of the names, and a remark for each whose role may not read. Raises AwsError.

    Neither such an account nor one whose spoke role cannot be assumed has anything that could be taken over: its own
    resources fail when their turn comes, and the other accounts go on.
    """
    wanted = {name.lower() for name in names}

    def named(member: Member) -> tuple[list[LivePolicy], str]:
        try:  # with descriptions; a thousand accounts may have many others
            found = [policy for policy in iam.policies(member) if policy.name.lower() in wanted]
            return iam.described(member, found), ""
        except SpokeRoleError:
            return [], ""
        except AccessDeniedError as error:
            return [], f"account {member.account}: nothing can be taken over there ({error})"

    read = in_parallel(named, members)
    found = {member.account: policies for member, (policies, _) in zip(members, read, strict=True)}
    return found, tuple(remark for _, remark in read if remark)
