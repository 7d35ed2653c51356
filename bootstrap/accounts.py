"""Which accounts the bootstrap works in, looked up, and how it gets into each.

It makes no account and no organization, and does not switch Identity Center or StackSets' trusted access on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.settings import Settings
from bootstrap.trust import principal_globs, role_arn

TAGS = {"made-by": "remit-bootstrap"}


class WrongAccountError(Exception):
    """The credentials are not those of the management account, or that is delegated to."""


@dataclass(frozen=True, slots=True)
class Place:
    """An account, and the provider that works there."""

    account: str
    provider: aws.Provider

    def below(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=parent, provider=self.provider)


@dataclass(frozen=True, slots=True)
class Accounts:
    """`hub` is the management account too where nothing is delegated. `instance`: "" while Identity Center is off.

    `makers`: the principals by which this program works in the hub, as ARNs with globs.
    """

    management: Place
    hub: Place
    root: str
    instance: str
    makers: Sequence[str]

    @property
    def delegated(self) -> bool:
        return self.hub.account != self.management.account


def look_up_accounts(settings: Settings) -> Accounts:
    """Three calls, none of which writes. Raises WrongAccountError."""
    here = aws.Provider("management", region=settings.region, default_tags=aws.ProviderDefaultTagsArgs(tags=TAGS))
    asking = pulumi.InvokeOptions(provider=here)
    identity = aws.get_caller_identity(opts=asking)
    caller = identity.account_id
    organization = aws.organizations.get_organization(opts=asking)
    if caller != organization.master_account_id:
        raise WrongAccountError(
            f"the credentials are of account {caller}; the bootstrap needs an administrator of the management account, "
            f"{organization.master_account_id}"
        )
    instances = aws.ssoadmin.get_instances(opts=asking).arns
    management = Place(caller, here)
    root, instance = organization.roots[0].id, instances[0] if instances else ""
    if settings.delegated_administrator == caller:
        raise WrongAccountError(
            f"remit-bootstrap:delegatedAdministrator: {caller} is the management account: leave the setting out"
        )
    if settings.delegated_administrator:
        makers = [role_arn(settings.delegated_administrator, settings.access_role)]
        return Accounts(management, _delegated(settings), root, instance, makers)
    return Accounts(management, management, root, instance, principal_globs(identity.arn))


def _delegated(settings: Settings) -> Place:
    account = settings.delegated_administrator
    role = aws.ProviderAssumeRoleArgs(role_arn=role_arn(account, settings.access_role), session_name="remit-bootstrap")
    provider = aws.Provider(
        "hub",
        region=settings.region,
        assume_roles=[role],
        allowed_account_ids=[account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=TAGS),
    )
    return Place(account, provider)


def delegate(accounts: Accounts, settings: Settings) -> None:
    """Identity Center to the hub's account. Whoever administers any service may read the organization too.

    It stays when this program lets go of it: without it, whoever works there by Identity Center's delegation stops.
    """
    if accounts.delegated and settings.register_delegated_administrator:
        aws.organizations.DelegatedAdministrator(
            "identity-center",
            account_id=accounts.hub.account,
            service_principal="sso.amazonaws.com",
            opts=pulumi.ResourceOptions(provider=accounts.management.provider, retain_on_delete=True),
        )
