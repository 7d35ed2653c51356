"""The hub roles of one account, which CI takes by its own token: no key is kept anywhere."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from bootstrap.accounts import Place
from bootstrap.roles import Roles
from bootstrap.settings import Settings
from bootstrap.template import boundary_arn
from bootstrap.trust import APPLY_ROLE, hub_trust
from remit.documents import Document

TYPE = "remit-bootstrap:index:HubRoles"
_LONGEST_RUN = 6 * 3600  # seconds; GitHub ends a job then


class HubRoles(pulumi.ComponentResource):
    """Each role with who may take it and what it may do. What it may do with the state is added by `may`."""

    def __init__(self, name: str, place: Place, settings: Settings, roles: Roles) -> None:
        super().__init__(TYPE, name, None, None)
        self.place, self._settings, self._hub = place, settings, name
        signer, self._signers = settings.signer, self._identity_provider(name)
        arn = f"arn:aws:iam::{place.account}:oidc-provider/{signer}"
        self.roles = {
            role: self._role(role, hub_trust(arn, signer, who), policy) for role, (who, policy) in roles.items()
        }
        self.register_outputs({})

    def may(self, role: str, name: str, policy: pulumi.Input[str]) -> None:
        """One more inline policy of a role."""
        options = self.place.below(self)
        aws.iam.RolePolicy(
            f"{self._hub}/{role}/{name}", name=name, role=self.roles[role].name, policy=policy, opts=options
        )

    def _identity_provider(self, name: str) -> list[pulumi.Resource]:
        if any(f"::{self.place.account}:" in arn for arn in self._settings.oidc_providers):
            return []
        provider = aws.iam.OpenIdConnectProvider(
            name,
            url=f"https://{self._settings.signer}",
            client_id_lists=["sts.amazonaws.com"],
            opts=self.place.below(self),
        )
        return [provider]

    def _role(self, name: str, trust: Document, policy: Document) -> aws.iam.Role:
        below = self.place.below(self)
        boundary = self._settings.hub_permissions_boundary
        role = aws.iam.Role(
            f"{self._hub}/{name}",
            name=name,
            description=f"CI of {self._settings.repository} runs Remit as this role",
            assume_role_policy=json.dumps(trust),
            max_session_duration=_LONGEST_RUN if name == APPLY_ROLE else None,
            permissions_boundary=boundary_arn(boundary, self.place.account) if boundary else None,
            opts=pulumi.ResourceOptions.merge(below, pulumi.ResourceOptions(depends_on=self._signers)),
        )
        aws.iam.RolePolicy(
            f"{self._hub}/{name}/remit", name="remit", role=role.name, policy=json.dumps(policy), opts=below
        )
        return role
