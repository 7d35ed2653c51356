"""The bootstrap, as a Pulumi program of its own: settings → accounts → hub roles → spoke roles, state.

It needs an administrator of the management account, once; no run of Remit has such rights. How: docs/bootstrap.md.
"""

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from bootstrap.accounts import WrongAccountError, delegate, look_up_accounts
from bootstrap.documents import state_access
from bootstrap.hub import HubRoles
from bootstrap.roles import hub_roles, management_roles
from bootstrap.settings import NO_STATE, Settings, SettingsError
from bootstrap.spokes import SpokeRoles
from bootstrap.state import StateBackend
from bootstrap.trust import APPLY_ROLE, role_arn, spoke_trust

try:
    settings = Settings.read({**get_config_env(), **CONFIG.get()})
    accounts = look_up_accounts(settings)
except (SettingsError, WrongAccountError) as error:  # words for people: a traceback would bury them
    raise pulumi.RunError(str(error)) from None
if settings.policy_path == "/":
    pulumi.log.warn("remit-bootstrap:policyPath is /: the spoke role may change every policy of an account")

delegate(accounts, settings)
hubs = [HubRoles("hub", accounts.hub, settings, hub_roles(settings, accounts.instance, delegated=accounts.delegated))]
if settings.management_environments:
    roles = management_roles(settings, accounts.instance)
    hubs.append(HubRoles("management-hub", accounts.management, settings, roles))

appliers = [role_arn(hub.place.account, APPLY_ROLE) for hub in hubs]
# Whoever administers Identity Center for the organization gets no further in the management account than AWS lets it.
there = [arn for arn in appliers if f"::{accounts.management.account}:" in arn]
common = spoke_trust([*appliers, *settings.operators], settings.external_ids)
nearer = [*there, *settings.operators]
SpokeRoles(accounts, settings, common, in_management=spoke_trust(nearer, settings.external_ids) if nearer else None)

if settings.state_bucket != NO_STATE:
    everybody = [role_arn(hub.place.account, role) for hub in hubs for role in hub.roles]
    guests = [arn for arn in everybody if f"::{accounts.hub.account}:" not in arn]
    state = StateBackend(accounts.hub, settings, hubs=everybody, guests=guests, makers=accounts.makers)
    for hub in hubs:
        for role in hub.roles:
            rights = state_access(state.bucket, state.key.arn, write=role == APPLY_ROLE)
            hub.may(role, "state", pulumi.Output.json_dumps(rights))
    pulumi.export("backendUrl", state.backend_url)
    pulumi.export("secretsProvider", state.secrets_provider)

for hub in hubs:
    for role, made in hub.roles.items():
        where = "" if hub is hubs[0] else "management-"
        pulumi.export(f"{where}{role}", made.arn)
