"""Events to CI: rules in us-east-1 and in Identity Center's region, each with its way to the CI host.

What it does not do: the trail (an organization has one), and the schedule that stands beside the events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws_native import iam

from components.event_carrier import NAME, EventCarrier, document
from remit.events import (
    ORGANIZATIONS_REGION,
    Destination,
    Pattern,
    identity_center_pattern,
    organization_pattern,
)
from remit.resource_types import EVENTS_TO_CI

_PATH = "/remit/"


class EventsToCi(pulumi.ComponentResource):
    """Carries what happened in the organization and in Identity Center to a CI host.

    `region` is Identity Center's; `own_roles` are the ARNs of the roles that Remit runs as, whose doings call for no
    run. `dead_letters`: by region, the URL of the queue that gets what could not be delivered.
    """

    dead_letters: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        *,
        to: Destination,
        token: pulumi.Input[str],
        region: str,
        own_roles: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(EVENTS_TO_CI, name, None, opts)
        patterns: dict[str, dict[str, Pattern]] = {ORGANIZATIONS_REGION: {"organization": organization_pattern()}}
        patterns.setdefault(region, {})["identity-center"] = identity_center_pattern(own_roles)
        below = pulumi.ResourceOptions(parent=self)
        carriers = {
            where: EventCarrier(where, rules, to=to, token=token, opts=below) for where, rules in patterns.items()
        }
        role = _role(list(carriers.values()), below)
        for carrier in carriers.values():
            carrier.carry(role.arn)
        self.dead_letters = {where: carrier.queue.queue_url for where, carrier in carriers.items()}
        self.register_outputs({"deadLetters": self.dead_letters})


def _role(carriers: Sequence[EventCarrier], options: pulumi.ResourceOptions) -> iam.Role:
    """The role that EventBridge calls the destinations as; it may do nothing else."""
    invoke = {
        "Effect": "Allow",
        "Action": "events:InvokeApiDestination",
        "Resource": [pulumi.Output.concat(carrier.destination.arn_for_policy, "/*") for carrier in carriers],
    }
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    provider = carriers[0].provider
    return iam.Role(
        NAME,
        role_name=NAME,
        path=_PATH,
        description="EventBridge calls CI as this role",
        assume_role_policy_document=document(trust),
        policies=[iam.RolePolicyArgs(policy_name="invoke", policy_document=document(invoke))],
        opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(provider=provider)),
    )
