"""Every action of IAM that a run of Remit needs. The policies go by it.

An action is named as IAM names it: the API sso-admin is `sso:`, Cloud Control `cloudformation:`, Access Analyzer
`access-analyzer:`. sts:GetCallerIdentity needs no permission.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The apply role may do all that the preview role may."""

    PREVIEW = "preview"
    APPLY = "apply"
    SPOKE = "spoke"


class Feature(StrEnum):
    """What not everybody uses: without it, what it needs stays out of the policies."""

    ALIASES = "aliases"
    POOLED = "pooled"
    DETACH = "detach_on_delete"
    MANAGEMENT = "access to the management account"
    WHO = "remit drift --who, remit sync"
    ANALYZER = "remit lint --access-analyzer"
    TOPICS = "notifications by SNS"


class Resource(StrEnum):
    """On what; `remit.aws.permissions.policies` has the ARNs."""

    ANY = "any"
    IDENTITY_CENTER = "the instance, its permission sets and accounts"
    SPOKE_ROLES = "the spoke roles of the organization"
    OWN_POLICIES = "policies under Remit's path"
    HOLDERS = "roles, users and groups, for policies under Remit's path alone"
    RESERVED_ROLES = "roles of Identity Center in the management account"
    SAML_PROVIDERS = "Identity Center's SAML provider in the management account"
    TOPICS = "the topics that were named"


@dataclass(frozen=True, slots=True)
class Permission:
    """One action. `only`: the features of which one must be in use, none: always.

    `behind`: who makes the call with the role's credentials, where Remit does not; such calls no sandbox sees.
    """

    action: str
    role: Role
    resource: Resource
    why: str
    only: frozenset[Feature] = field(default=frozenset())
    behind: str = ""

    def wanted(self, features: Collection[Feature]) -> bool:
        return not self.only or not self.only.isdisjoint(features)


HANDLER = "a Cloud Control handler"
IDENTITY_CENTER = "Identity Center"
"""Assignments and permission sets of the management account are carried out with the caller's own credentials:
https://docs.aws.amazon.com/singlesignon/latest/userguide/iam-auth-access-using-id-policies.html, example 2, its note.
What fails without CreateSAMLProvider, UpdateSAMLProvider and tags: awslabs/landing-zone-accelerator-on-aws#496,
aws-samples/iam-identity-center-team#596, avlcloudtechnologies/terraform-aws-sso#15."""


def _all(
    service: str, role: Role, resource: Resource, why: str, names: str, *only: Feature, behind: str = ""
) -> Iterator[Permission]:
    for name in names.split():
        yield Permission(f"{service}:{name}", role, resource, why, frozenset(only), behind)


def _hub() -> Iterable[Permission]:
    preview, apply, any_, center = Role.PREVIEW, Role.APPLY, Resource.ANY, Resource.IDENTITY_CENTER
    yield from _all(
        "organizations",
        preview,
        any_,
        "accounts, their units and tags",
        "DescribeOrganization ListRoots ListAccounts ListOrganizationalUnitsForParent ListAccountsForParent "
        "ListTagsForResource",
    )
    yield from _all(
        "organizations", preview, any_, "who administers Identity Center: remit doctor", "ListDelegatedAdministrators"
    )
    yield from _all("organizations", preview, any_, "accounts that are suspended, closed or gone", "DescribeAccount")
    yield from _all(
        "identitystore",
        preview,
        any_,
        "groups and users, by name and by id",
        "ListGroups ListUsers GetGroupId GetUserId DescribeGroup DescribeUser",
    )
    yield from _all("sso", preview, any_, "which instance there is", "ListInstances")
    yield from _all(
        "sso",
        preview,
        center,
        "permission sets, as they are",
        "ListPermissionSets DescribePermissionSet ListManagedPoliciesInPermissionSet "
        "ListCustomerManagedPolicyReferencesInPermissionSet GetInlinePolicyForPermissionSet "
        "GetPermissionsBoundaryForPermissionSet ListTagsForResource",
    )
    yield from _all(
        "sso",
        preview,
        center,
        "assignments, as they are",
        "ListAccountsForProvisionedPermissionSet ListPermissionSetsProvisionedToAccount ListAccountAssignments "
        "ListAccountAssignmentCreationStatus ListAccountAssignmentDeletionStatus",
    )
    yield from _all("sts", preview, Resource.SPOKE_ROLES, "to work in the accounts", "AssumeRole")
    yield from _all("cloudformation", preview, any_, "permission sets, in a refresh: Cloud Control", "GetResource")
    yield from _all(
        "sso",
        apply,
        center,
        "assignments",
        "CreateAccountAssignment DeleteAccountAssignment DescribeAccountAssignmentCreationStatus "
        "DescribeAccountAssignmentDeletionStatus",
    )
    yield from _all(
        "cloudformation",
        apply,
        any_,
        "permission sets: Cloud Control",
        "CreateResource UpdateResource DeleteResource GetResourceRequestStatus",
    )
    yield from _all(
        "sso",
        apply,
        center,
        "AWS::SSO::PermissionSet",
        "CreatePermissionSet UpdatePermissionSet DeletePermissionSet PutInlinePolicyToPermissionSet "
        "DeleteInlinePolicyFromPermissionSet AttachManagedPolicyToPermissionSet DetachManagedPolicyFromPermissionSet "
        "AttachCustomerManagedPolicyReferenceToPermissionSet DetachCustomerManagedPolicyReferenceFromPermissionSet "
        "PutPermissionsBoundaryToPermissionSet DeletePermissionsBoundaryFromPermissionSet TagResource UntagResource "
        "ProvisionPermissionSet DescribePermissionSetProvisioningStatus",
        behind=HANDLER,
    )
    yield from _hub_of_features()


def _hub_of_features() -> Iterable[Permission]:
    apply, management = Role.APPLY, Feature.MANAGEMENT
    yield from _all(
        "iam",
        apply,
        Resource.ANY,
        "assignments in that account",
        "ListRoles ListPolicies",
        management,
        behind=IDENTITY_CENTER,
    )
    yield from _all(
        "iam",
        apply,
        Resource.RESERVED_ROLES,
        "assignments in that account",
        "GetRole CreateRole UpdateRole UpdateRoleDescription DeleteRole ListAttachedRolePolicies AttachRolePolicy "
        "DetachRolePolicy ListRolePolicies PutRolePolicy DeleteRolePolicy",
        management,
        behind=IDENTITY_CENTER,
    )
    yield from _all(
        "iam",
        apply,
        Resource.SAML_PROVIDERS,
        "assignments in that account",
        "GetSAMLProvider CreateSAMLProvider UpdateSAMLProvider ListSAMLProviderTags TagSAMLProvider UntagSAMLProvider",
        management,
        behind=IDENTITY_CENTER,
    )
    yield from _all(
        "cloudtrail", Role.PREVIEW, Resource.ANY, "who changed Identity Center by hand", "LookupEvents", Feature.WHO
    )
    yield from _all(
        "access-analyzer",
        Role.PREVIEW,
        Resource.ANY,
        "what AWS itself says of a policy",
        "ValidatePolicy CheckNoNewAccess",
        Feature.ANALYZER,
    )
    yield from _all("sns", apply, Resource.TOPICS, "what a run did", "Publish", Feature.TOPICS)


def _spoke() -> Iterable[Permission]:
    spoke, own, aliases, pooled = Role.SPOKE, Resource.OWN_POLICIES, Feature.ALIASES, Feature.POOLED
    reading = "every policy in one call: pooled, and for drift, import, adoption"
    yield from _all("iam", spoke, Resource.ANY, reading, "GetAccountAuthorizationDetails")
    yield from _all("iam", spoke, Resource.ANY, "the description of one, which that call leaves out", "GetPolicy")
    yield from _all("iam", spoke, Resource.ANY, "how many policies a role takes: remit doctor", "GetAccountSummary")
    yield from _all("iam", spoke, own, "who has a policy that is to go", "ListEntitiesForPolicy")
    yield from _all(
        "iam", spoke, own, "policies", "CreatePolicy CreatePolicyVersion DeletePolicyVersion DeletePolicy", pooled
    )
    yield from _all(
        "cloudformation",
        spoke,
        Resource.ANY,
        "policies: Cloud Control",
        "CreateResource GetResource UpdateResource DeleteResource GetResourceRequestStatus",
        aliases,
    )
    yield from _all(
        "iam",
        spoke,
        own,
        "AWS::IAM::ManagedPolicy",
        "CreatePolicy GetPolicy GetPolicyVersion ListPolicyVersions CreatePolicyVersion DeletePolicyVersion "
        "DeletePolicy",
        aliases,
        behind=HANDLER,
    )
    yield from _all(
        "iam",
        spoke,
        Resource.HOLDERS,
        "a policy that is made anew goes to who had it",
        "AttachRolePolicy AttachUserPolicy AttachGroupPolicy DetachRolePolicy DetachUserPolicy DetachGroupPolicy",
        Feature.DETACH,
    )
    yield from _all(
        "cloudtrail", spoke, Resource.ANY, "who changed policies by hand, in us-east-1", "LookupEvents", Feature.WHO
    )


TABLE: tuple[Permission, ...] = (*_hub(), *_spoke())
