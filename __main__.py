"""The Pulumi program: config → catalog → organization → plan → components.

Composition only. What to do is decided in `remit` (pure), what is emitted in `components`; run it by
`pulumi preview` and `pulumi up`, or `remit preview` and `remit up`, which choose the engine.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pulumi

from components.access import Access, known_arns
from components.applied import all_that_is_made, record
from components.fan_out import fan_out
from components.instance import Instance
from components.order import needed_policies
from components.permission_sets import PermissionSets
from remit.adoption import NOTHING
from remit.aws.adoption import look_up_adoption
from remit.aws.look_up import look_up_organization
from remit.aws.session import Aws
from remit.catalog import load_catalog
from remit.drift.run import Run
from remit.errors import RemitError
from remit.kept_fan_out import VARIABLE, keeping
from remit.plan import make_plan
from remit.stack import Stack

config, made = pulumi.Config(), all_that_is_made()
try:
    run = Run.of(os.environ, Stack.from_config(pulumi.get_stack(), config.get), Path(config.require("catalog")))
    stack, catalog = keeping(run.stack, os.environ.get(VARIABLE)), load_catalog(run.catalog)
    settings, aws = catalog.settings, Aws(catalog.settings.identity_center.region)
    organization = look_up_organization(aws, catalog, stack)
    at, preview = datetime.now(UTC), pulumi.runtime.is_dry_run()
    ahead = run.looks_ahead(preview=preview)
    plan = make_plan(catalog, organization, at=at, stack=stack, reads_only=preview, looks_ahead=ahead)
    mode = stack.fan_out_over(len({policy.account for policy in plan.managed_policies}))
    plan = run.adjusted(plan)
    adoption = NOTHING
    if stack.adopt:
        adoption = look_up_adoption(aws, plan, organization.instance_arn, settings.spoke)
        plan = adoption.applied_to(plan) if mode == "pooled" else plan  # an alias imports instead
except RemitError as error:  # words for people: a traceback would bury them
    raise pulumi.RunError(str(error)) from None
for warning in (*plan.warnings, *adoption.remarks):
    pulumi.log.warn(str(warning))

instance = Instance(organization.instance_arn, settings.identity_center.region)
known = known_arns(plan, organization.permission_sets) if stack.refers else {}
names = {account.id: account.name for account in organization.accounts}
kept, revisions = run.kept, run.revisions()
access = Access(
    plan, instance=instance, stack=stack, known=known, account_names=names, fan_out=mode, kept=kept, revisions=revisions
)

out = fan_out(
    mode,
    stack=stack,
    spoke=settings.spoke,
    region=instance.region,
    provider=access.provider,
    existing=adoption.policies,
    watched=plan.watched,
    kept=kept,
)
needs = needed_policies(plan, out.roll_out(plan, after=access.guard))
permission_sets, arns = [], {}
if stack.permission_sets != "refer":
    existing = adoption.permission_sets
    sets = PermissionSets(
        plan.permission_sets, instance=instance, needs=needs, existing=existing, after=[access.guard], kept=kept
    )
    permission_sets, arns = list(sets.resources.values()), sets.arns
# What is assigned waits for its permission set, and that for its policies; or for the policies itself.
access.assign({**arns, **known}, {name: needs.get(name, ()) for name in known})
out.finish(plan, after=[*permission_sets, *access.assignments])
record(run, after=made, provider=access.provider)
