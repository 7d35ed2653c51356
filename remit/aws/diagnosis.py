"""What `remit doctor` asks of AWS: few calls, none of which writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count

from remit.aws import identity_center
from remit.aws.iam import Iam
from remit.aws.look_up import needs_of
from remit.aws.member_calls import MemberCalls
from remit.aws.member_sessions import Member, MemberSessions, SpokeRoleError
from remit.aws.organizations import look_up_tree
from remit.aws.permission_sets import permission_set_arns
from remit.aws.session import Aws, in_parallel
from remit.catalog import Catalog
from remit.doctor.observed import Identity, Instance, Spoke, Told
from remit.errors import AwsError
from remit.organization import Organization, Principal
from remit.spoke_role import SpokeRole
from remit.stack import Stack

_PAGE = 100


class Diagnosis:
    """`remit.doctor.observed.Cloud`. `elsewhere` makes AWS in another region, `regions` are those to look in."""

    def __init__(
        self,
        aws: Aws,
        sessions: MemberSessions,
        calls: MemberCalls,
        *,
        elsewhere: Callable[[str], Aws],
        regions: Callable[[], Sequence[str]],
    ) -> None:
        self._aws, self._sessions, self._calls = aws, sessions, calls
        self._iam = Iam(calls)
        self._elsewhere, self._regions = elsewhere, regions

    def identity(self) -> Identity:
        told = self._aws.call("sts", "GetCallerIdentity")
        return Identity(str(told["Account"]), str(told["Arn"]))

    def all_features(self) -> tuple[str, bool]:
        told = self._aws.call("organizations", "DescribeOrganization")["Organization"]
        return str(told["MasterAccountId"]), told.get("FeatureSet") == "ALL"

    def organization(self, catalog: Catalog | None, stack: Stack | None) -> Organization:
        tree = look_up_tree(self._aws, with_tags=catalog is not None and needs_of(catalog, stack).tags)
        return Organization(
            organization_id=tree.organization_id,
            management_account=tree.management_account,
            accounts=tree.accounts,
            organizational_units=tree.organizational_units,
        )

    def delegates(self) -> frozenset[str]:
        service = "sso.amazonaws.com"
        found = self._aws.items(
            "organizations", "ListDelegatedAdministrators", "DelegatedAdministrators", ServicePrincipal=service
        )
        return frozenset(str(each["Id"]) for each in found)

    def instances(self, region: str) -> tuple[Instance, ...]:
        return _instances(self._aws if region == self._aws.region else self._elsewhere(region))

    def regions_with_an_instance(self) -> Mapping[str, Instance]:
        """A region that is switched off, or does not answer, has none to see."""

        def first(region: str) -> Instance | None:
            try:
                return next(iter(_instances(self._elsewhere(region))), None)
            except AwsError:
                return None

        regions = list(self._regions())
        found = zip(regions, in_parallel(first, regions), strict=True)
        return {region: instance for region, instance in found if instance}

    def principals(
        self, store: str, groups: Collection[str], users: Collection[str]
    ) -> tuple[tuple[Principal, ...], tuple[Principal, ...]]:
        found = identity_center.groups(self._aws, store, groups) if groups else ()
        return found, identity_center.users(self._aws, store, users) if users else ()

    def permission_sets(self, instance: str) -> Mapping[str, str]:
        return identity_center.permission_sets(self._aws, instance)

    def count_permission_sets(self, instance: str) -> int:
        return len(permission_set_arns(self._aws, instance))

    def permission_sets_in(self, instance: str, account: str) -> tuple[str, ...]:
        which = {"InstanceArn": instance, "AccountId": account, "MaxResults": _PAGE}
        arns = self._aws.items("sso-admin", "ListPermissionSetsProvisionedToAccount", "PermissionSets", **which)

        def name(arn: str) -> str:
            described = self._aws.call("sso-admin", "DescribePermissionSet", InstanceArn=instance, PermissionSetArn=arn)
            return str(described["PermissionSet"]["Name"])

        return tuple(in_parallel(name, arns))

    def spokes(self, accounts: Sequence[str], spoke: SpokeRole, told: Told) -> list[Spoke]:
        done = count(1)

        def one(account: str) -> Spoke:
            found = self._spoke(Member.of(account, spoke))
            told("spoke roles", next(done), len(accounts))
            return found

        return in_parallel(one, accounts)

    def role_quotas(self, accounts: Sequence[str], spoke: SpokeRole) -> Mapping[str, int | str]:
        def one(account: str) -> int | str:
            try:
                told = self._calls.call(Member.of(account, spoke), "GetAccountSummary")
            except AwsError as error:
                return str(error)
            return int(told["SummaryMap"]["AttachedPoliciesPerRoleQuota"])

        return dict(zip(accounts, in_parallel(one, accounts), strict=True))

    def _spoke(self, member: Member) -> Spoke:
        try:
            self._sessions.keys(member)
        except SpokeRoleError as error:
            return Spoke(member.account, refused=_words(error.__cause__ or error))
        except AwsError as error:
            return Spoke(member.account, refused=_words(error))
        try:
            policies = self._iam.policies(member)
            self._iam.described(member, policies[:1])  # by another call, which is another right
        except AwsError as error:
            return Spoke(member.account, unread=_words(error))
        versions = [(each.policy.name, len(each.spare_versions) + 1) for each in policies]
        return Spoke(
            member.account,
            policies=len(policies),
            names=frozenset(each.policy.name.lower() for each in policies),
            fullest=max(versions, key=lambda each: (each[1], each[0]), default=("", 0)),
        )


def _words(error: BaseException) -> str:
    """What happened, less what to do about it."""
    return error.message if isinstance(error, AwsError) else str(error)


def _instances(aws: Aws) -> tuple[Instance, ...]:
    return tuple(
        Instance(each["InstanceArn"], each["IdentityStoreId"], each.get("OwnerAccountId", ""), each.get("Status", ""))
        for each in aws.items("sso-admin", "ListInstances", "Instances", MaxResults=_PAGE)
    )
