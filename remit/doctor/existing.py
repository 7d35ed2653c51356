"""What exists already under the names that a stack is to make: without adoption a run fails there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Spoke
from remit.drift.recorded import Recorded
from remit.errors import listed
from remit.plan import Plan
from remit.resource_types import STOCK_PERMISSION_SET

_SAYS = Says("what exists")
_REMEDY = (
    "remit:adopt: true for the first run takes them over as they are; without it that run fails (AlreadyExists), "
    "but for pooled policies that are just as the catalog says"
)


def new_permission_sets(plan: Plan, made: Recorded) -> frozenset[str]:
    """Those of the plan that the state does not have."""
    return frozenset(each.name for each in plan.permission_sets if not made.has(STOCK_PERMISSION_SET, each.name))


def check_existing(
    stack: str, plan: Plan, made: Recorded, spokes: Sequence[Spoke], permission_sets: Collection[str]
) -> Iterator[Finding]:
    """`permission_sets`: those that exist and are new to the stack."""
    there = {spoke.account: spoke.names for spoke in spokes}
    policies = Counter(
        each.name
        for each in plan.managed_policies
        if (each.account, each.name) not in made.policies and each.name.lower() in there.get(each.account, ())
    )
    found = [f"permission sets {listed(sorted(permission_sets))}"] if permission_sets else []
    if policies:
        names = (f"{name} in {count} account{'s' if count > 1 else ''}" for name, count in sorted(policies.items()))
        found.append(f"policies {listed(names)}")
    if found:
        yield _SAYS.warning(f"exists already, and is not the stack's: {'; '.join(found)}", _REMEDY, stack)
    else:
        yield _SAYS.ok("nothing stands in the place of what is to be made", stack)
