"""The Pulumi program: config → catalog → organization → plan → components.

Composition only. What to do is decided in `remit` (pure), what is emitted in `components`; run it by
`pulumi preview` and `pulumi up`, or `remit preview` and `remit up`, which choose the engine.
"""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pulumi

from components.access import Access, known_arns
from components.account_policies import AccountPolicies
from components.instance import Instance
from components.order import needed_policies
from components.permission_sets import PermissionSets
from remit.aws.look_up import look_up_organization
from remit.aws.session import Aws
from remit.catalog import load_catalog
from remit.errors import RemitError
from remit.plan import make_plan
from remit.stack import Stack

config = pulumi.Config()
try:
    stack = Stack.from_config(pulumi.get_stack(), config.get)
    catalog = load_catalog(Path(config.require("catalog")))
    organization = look_up_organization(Aws(catalog.settings.identity_center.region), catalog, stack)
    plan = make_plan(catalog, organization, at=datetime.now(UTC), stack=stack)
except RemitError as error:  # words for people: a traceback would bury them
    raise pulumi.RunError(str(error)) from None
for warning in plan.warnings:
    pulumi.log.warn(str(warning))

settings = catalog.settings
instance = Instance(organization.instance_arn, settings.identity_center.region)
known = known_arns(plan, organization.permission_sets) if stack.permission_sets == "refer" else {}
account_names = {account.id: account.name for account in organization.accounts}
access = Access(plan, instance=instance, stack=stack, known=known, account_names=account_names)

policies = defaultdict(list)
for account, planned in groupby(plan.managed_policies, key=lambda policy: policy.account):
    component = AccountPolicies(
        account, list(planned), spoke_role=settings.spoke_role, region=instance.region, after=[access.guard]
    )
    for name, resource in component.policies.items():
        policies[name].append(resource)

needs = needed_policies(plan, policies)
if stack.permission_sets == "own":
    sets = PermissionSets(plan.permission_sets, instance=instance, needs=needs, after=[access.guard])
    access.assign(sets.arns, {})  # they wait for their permission set, and it for its policies
else:
    access.assign(known, needs)
