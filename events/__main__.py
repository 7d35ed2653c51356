"""Events to CI, as a Pulumi program of its own: it needs rights that no run of Remit should have.

How to set it up: docs/operations.md, "Events".
"""

from typing import get_args

import pulumi
from pulumi.runtime.config import is_config_secret

from components.events import EventsToCi
from remit.events import Kind, destination

config = pulumi.Config()
host, hosts = config.require("host"), {str(kind): kind for kind in get_args(Kind)}
if host not in hosts:
    raise pulumi.RunError(f"remit-events:host is {host!r} (write one of {', '.join(hosts)})")
token: pulumi.Input[str]
if is_config_secret(config.full_key("token")):
    token = config.require_secret("token")
else:
    token = config.require("token")
    pulumi.log.warn("remit-events:token is readable in the stack file (pulumi config set --secret token)")
own_roles = config.require_object("ownRoles")

carried = EventsToCi(
    "events",
    to=destination(hosts[host], config.require("target"), url=config.get("api") or "", ref=config.require("branch")),
    token=token,
    region=config.require("region"),
    own_roles=own_roles,
)
pulumi.export("deadLetters", carried.dead_letters)
