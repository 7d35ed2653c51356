"""The catalog and the stacks: what is wrong in their files, and what is about to become odd."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from remit.doctor.finding import Finding, Says
from remit.errors import Problem
from remit.organization import Organization
from remit.plan import Plan
from remit.stack import ALIASES_UP_TO, Stack
from remit.territory import StackFile, territory_problems

_CATALOG, _STACKS = Says("catalog"), Says("stacks")
MANY_ALIASES = 80
"""Aliases of which a runner of 16 GB is nearly full."""
ALIAS = 138
"""MiB of memory that an alias takes: a process of the stock plugin (resident, measured)."""


def check_catalog(entries: str, errors: int, warnings: int) -> Iterator[Finding]:
    """A catalog that is right: what is in it, and what `remit lint` finds."""
    yield _CATALOG.ok(entries)
    if errors:
        yield _CATALOG.error(f"remit lint finds {errors} errors and {warnings} warnings", "remit lint")
    elif warnings:
        yield _CATALOG.warning(f"remit lint finds {warnings} warnings", "remit lint")


def wrong_files(problems: Sequence[Problem]) -> Iterator[Finding]:
    yield from _CATALOG.problems(problems)


def check_plan(plan: Plan, stack: Stack) -> Iterator[Finding]:
    accounts = len({each.account for each in plan.managed_policies})
    yield _STACKS.ok(
        f"{len(plan.scope)} accounts in scope, policies in {accounts} of them, {len(plan.assignments)} assignments",
        stack.name,
    )
    if plan.warnings:
        yield _STACKS.warning(f"the plan has {len(plan.warnings)} warnings", "remit plan", stack.name)
    yield from _fan_out(stack, accounts)
    if stack.adopt:
        message = "remit:adopt is on: no policy or permission set that exists is changed"
        yield _STACKS.warning(message, "take it out after the run that takes over", stack.name)
    if stack.allow_self_lockout:
        message = "remit:allowSelfLockout is on: a run may take away the access of whoever runs it"
        yield _STACKS.warning(message, "take it out after the run that it was meant for", stack.name)
    if stack.unmanaged == "report" or stack.drift != "enforce":
        yield _STACKS.note("what is changed by hand is told, and stays (remit:unmanaged, remit:drift)", "", stack.name)


def _fan_out(stack: Stack, accounts: int) -> Iterator[Finding]:
    if stack.fan_out == "auto" and ALIASES_UP_TO * 0.8 <= accounts <= ALIASES_UP_TO:
        message = (
            f"{accounts} accounts with policies: beyond {ALIASES_UP_TO} remit:fanOut: auto means pooled; remit up "
            "stays with aliases then, and a bare pulumi up refuses"
        )
        yield _STACKS.note(message, f"remit switch --to pooled --stack {stack.name}, and write it", stack.name)
    if stack.fan_out == "aliases" and accounts >= MANY_ALIASES:
        message = f"{accounts} aliases take {accounts * ALIAS / 1024:.0f} GiB of memory"
        yield _STACKS.warning(message, f"remit switch --to pooled --stack {stack.name}, and write it", stack.name)


def check_together(
    files: Sequence[StackFile], organization: Organization | None, promoted: Collection[str]
) -> Iterator[Finding]:
    """Stacks that are used together share no account. Those of `promotion:` are; of others nobody knows."""
    together = [each for each in files if each.stack.name in promoted] if promoted else list(files)
    if len(together) < 2:
        return
    problems = territory_problems(together, organization)
    for problem in problems:
        if promoted:
            yield from _STACKS.problems([problem])
        else:
            yield _STACKS.note(f"{problem.message}, if they are used together", problem.remedy)
    names = ", ".join(each.stack.name for each in together)
    if not problems and organization is None:
        yield _STACKS.ok(f"one of {names} owns the permission sets")
        yield _STACKS.unchecked(f"whether {names} share accounts: the organization is not known")
    elif not problems:
        yield _STACKS.ok(f"{names} share no account, and one of them owns the permission sets")
