"""`remit plan`: the desired set, as tables or as documented JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from remit.cli.inputs import now, options, read_inputs, read_organization
from remit.cli.problems import warn
from remit.cli.tables import make_console, print_table
from remit.cli.words import counted, span
from remit.organization import Organization
from remit.plan import Plan, PlannedAssignment, PlannedPermissionSet, PlannedPolicy, make_plan, plan_json

_WIDE = 160  # columns, from which on there is room for some names of accounts


@click.command()
@options("catalog", "organization", "stack", "at", "json")
def plan(
    catalog: Path | None, organization: Path | None, stack: str | None, at: datetime | None, *, as_json: bool
) -> None:
    """Show what should be: policies by account, permission sets, assignments, and where the catalog says so.

    Nothing is changed, and with --organization nothing is asked of AWS.
    """
    inputs = read_inputs(catalog, stack, organization=organization, at=at)
    found = read_organization(organization, inputs)
    moment = at or now()
    planned = make_plan(inputs.catalog, found, at=moment, stack=inputs.stack, looks_ahead=True)
    if as_json:
        click.echo(plan_json(planned), nl=False)
        return
    console = make_console()
    console.print(_headline(planned, inputs.stack.name, moment))
    _print_tables(console, planned, found)
    warn(planned.warnings)


def _headline(planned: Plan, stack: str, at: datetime) -> str:
    accounts = {policy.account for policy in planned.managed_policies}
    names = {policy.name for policy in planned.managed_policies}
    return (
        f"Stack {stack} at {at:%Y-%m-%d %H:%M} UTC: {counted(len(planned.scope), 'account')} in scope, "
        f"{counted(len(names), 'managed policy', 'managed policies')} in {counted(len(accounts), 'account')}, "
        f"{counted(len(planned.permission_sets), 'permission set')}, "
        f"{counted(len(planned.assignments), 'assignment')}, {counted(len(planned.warnings), 'warning')}"
    )


def _print_tables(console: Console, planned: Plan, organization: Organization) -> None:
    names = {account.id: account.name for account in organization.accounts}
    shown = 4 if console.width >= _WIDE else 0
    print_table(
        console,
        "Managed policies",
        ("policy", "path", "accounts", "versions", "where"),
        _policy_rows(planned.managed_policies, names, shown),
    )
    print_table(
        console,
        "Permission sets",
        ("permission set", "session", "policies", "where"),
        (_permission_set_row(each) for each in planned.permission_sets),
    )
    print_table(
        console,
        "Assignments",
        ("permission set", "principal", "accounts", "where"),
        _assignment_rows(planned.assignments, names, shown),
    )


def _policy_rows(policies: Sequence[PlannedPolicy], names: Mapping[str, str], shown: int) -> Iterator[tuple[str, ...]]:
    """One row for each policy; `versions` are the documents that differ between accounts."""
    grouped: defaultdict[tuple[str, str], list[PlannedPolicy]] = defaultdict(list)
    for policy in policies:
        grouped[policy.path, policy.name].append(policy)
    for (path, name), each in sorted(grouped.items()):
        versions = len({repr(policy.document) for policy in each})
        accounts = sorted(names[policy.account] for policy in each)
        yield name, path, span(accounts, shown), str(versions), str(each[0].source)


def _permission_set_row(each: PlannedPermissionSet) -> tuple[str, ...]:
    aws = [arn.rpartition(":policy/")[2] for arn in each.aws_managed_policies]
    own = [name for name, _ in each.customer_managed_policies]
    inline = ["inline"] if each.inline_policy else []
    boundary = ["boundary"] if each.permissions_boundary else []
    session = each.session_duration.removeprefix("PT").lower()
    return each.name, session, ", ".join([*aws, *own, *inline, *boundary]), str(each.source)


def _assignment_rows(
    assignments: Sequence[PlannedAssignment], names: Mapping[str, str], shown: int
) -> Iterator[tuple[str, ...]]:
    """One row for each principal with a permission set by the same rules."""
    grouped: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in assignments:
        who = each.principal if each.principal_type == "GROUP" else f"{each.principal} (user)"
        where = ", ".join(str(source) for source in each.sources)
        grouped[each.permission_set, who, where].append(names[each.account])
    for (permission_set, who, where), accounts in sorted(grouped.items()):
        yield permission_set, who, span(sorted(accounts), shown), where
