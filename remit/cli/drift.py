"""`remit drift`: everything that differs from the catalog, and who did it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from remit.catalog import Catalog
from remit.cli.drift_formats import markdown, print_drift
from remit.cli.held import Held, held
from remit.cli.inputs import now, options
from remit.cli.progress import Told, progress_on_terminal
from remit.drift.compare import Comparison
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.values import Drift, Finding, as_json
from remit.errors import CatalogError, Problem
from remit.organization import Organization
from remit.plan import Plan, make_plan

DRIFT, INCOMPLETE = 3, 1
"""Exit codes: something differs; nothing differs among what could be read, and not everything could."""


@click.command()
@options("catalog", "stack", "json")
@click.option("--markdown", "as_markdown", is_flag=True, help="For an issue or a comment.")
@click.option("--who", is_flag=True, help="Name who did it and when, from CloudTrail's last 90 days.")
@click.option("--work-tree", is_flag=True, help="Compare to the catalog as it is here, applied or not.")
def drift(
    catalog: Path | None, stack: str | None, *, as_json: bool, as_markdown: bool, who: bool, work_tree: bool
) -> None:
    """Show everything that differs in AWS from the catalog that the stack got last.

    Missing, changed field by field, and unmanaged: what no catalog knows. Ends with 3 when something differs, with 1
    when nothing does among what could be read, but not everything could.
    """
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown exclude each other")
    with held(stack, catalog, work_tree=work_tree) as found, progress_on_terminal() as told:
        result = read_drift(found, told).drift
        if who:
            result = replace(result, findings=explained(result.findings, found.catalog, told))
    show(result, as_json=as_json, as_markdown=as_markdown)
    click.get_current_context().exit(exit_code(result))


def show(result: Drift, *, as_json: bool, as_markdown: bool) -> None:
    if as_json:
        click.echo(json_of(result), nl=False)
    elif as_markdown:
        click.echo(markdown(result), nl=False)
    else:
        print_drift(result)


def json_of(result: Drift) -> str:
    return json.dumps(as_json(result), indent=2, ensure_ascii=False) + "\n"


def exit_code(result: Drift) -> int:
    if result.findings:
        return DRIFT
    return INCOMPLETE if result.unread else 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found, and what it was found in."""

    drift: Drift
    plan: Plan
    live: Live
    organization: Organization


def read_drift(found: Held, told: Told) -> Reading:
    """Reads what is live and compares. Raises CatalogError and AwsError."""
    from remit.aws.drift import LiveReader, look_up_for_drift  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.iam import Iam  # noqa: PLC0415
    from remit.aws.member_calls import MemberCalls, member_client  # noqa: PLC0415
    from remit.aws.member_sessions import MemberSessions  # noqa: PLC0415
    from remit.aws.session import Aws  # noqa: PLC0415

    at, settings = now(), found.catalog.settings
    aws = Aws(settings.identity_center.region)
    organization = look_up_for_drift(aws, found.catalog, found.stack)
    try:
        plan = make_plan(found.catalog, organization, at=at, stack=found.stack)
    except CatalogError as error:
        raise CatalogError(_known(problem, found) for problem in error.problems) from error
    iam = Iam(MemberCalls(MemberSessions(aws), lambda: member_client(aws.region)))
    recorded = found.recorded
    live = LiveReader(aws, iam, organization, progress=told).read(
        plan, settings, recorded.policies if recorded else None
    )
    names = {account.id: account.name for account in organization.accounts}
    findings = Comparison(plan, live, Modes(found.catalog, found.stack), found.stack, names, recorded).findings()
    return Reading(
        Drift(
            stack=found.stack.name,
            at=at,
            folder=str(found.folder).removeprefix(found.beneath),
            findings=tuple(replace(each, source=found.known(each.source)) for each in findings),
            unread=live.unread,
            commit=found.commit,
            applied=found.applied,
        ),
        plan,
        live,
        organization,
    )


def explained(findings: Sequence[Finding], catalog: Catalog, told: Told) -> tuple[Finding, ...]:
    """The same, each with who did it and when, as far as CloudTrail says so."""
    from remit.aws.member_sessions import MemberSessions  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415
    from remit.aws.trail import Trail  # noqa: PLC0415

    aws = Aws(catalog.settings.identity_center.region)
    trail = Trail(aws, MemberSessions(aws), catalog.settings.spoke, progress=told)
    found = trail.explain(findings)
    for problem in trail.problems:
        click.echo(problem, err=True)
    return found


def _known(problem: Problem, found: Held) -> Problem:
    return replace(problem, source=found.known(problem.source))
