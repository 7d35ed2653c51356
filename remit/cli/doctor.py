"""`remit doctor`: what stands in the way of a run, and what to do about it."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import click

from remit.cli.doctor_project import LocalProject
from remit.cli.doctor_text import print_findings
from remit.cli.inputs import now, options, stack_file
from remit.cli.progress import Told, progress_on_terminal
from remit.cli.tables import make_console
from remit.doctor.examination import Examination
from remit.doctor.finding import Finding, as_json, exit_code
from remit.errors import CatalogError
from remit.snapshot import read_snapshot


@click.command()
@options("catalog", "organization", "stack", "json")
@click.option("--region", help="Where to look for Identity Center; default: what organization.yaml says.")
@click.pass_context
def doctor(
    context: click.Context,
    catalog: Path | None,
    organization: Path | None,
    stack: str | None,
    region: str | None,
    *,
    as_json: bool,
) -> None:
    """Find what stands in the way of a run: credentials, roles, quotas, tools, files.

    Each finding has its remedy. It asks AWS, and changes nothing there. With --organization the file stands for what
    AWS says of accounts, groups and users. Without --stack every account is in scope.

    Exits with 0 when there is no error, with 2 when a file of the project is wrong, and with 1 for any other error.
    """
    if stack and not stack_file(stack).is_file():
        raise click.BadParameter(f"there is no {stack_file(stack)}", param_hint="--stack")
    project = LocalProject(catalog, stack, now(), os.environ)
    with progress_on_terminal() as told:
        findings = _examined(project, organization, region or "", project.at, told)
    if as_json:
        click.echo(_json(findings))
    else:
        print_findings(make_console(), findings)
    context.exit(exit_code(findings))


def _examined(project: LocalProject, organization: Path | None, region: str, at: datetime, told: Told) -> list[Finding]:
    from remit.aws.diagnosis import Diagnosis  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.member_calls import MemberCalls, member_client  # noqa: PLC0415
    from remit.aws.member_sessions import MemberSessions  # noqa: PLC0415
    from remit.aws.session import Aws, SharedSession, regions_of  # noqa: PLC0415

    snapshot = read_snapshot(organization) if organization else None
    shared = SharedSession()
    aws = Aws(region or _region_of(project), session=shared)
    sessions = MemberSessions(aws)
    cloud = Diagnosis(
        aws,
        sessions,
        MemberCalls(sessions, lambda: member_client(aws.region)),
        elsewhere=lambda other: Aws(other, session=shared),
        regions=lambda: regions_of("sso-admin"),
    )
    examination = Examination(
        project, cloud, region=region, at=at, told=told, snapshot=snapshot, source=str(organization or "")
    )
    return list(examination.findings())


def _region_of(project: LocalProject) -> str:
    """A catalog that cannot be read says no region; its own check tells what is wrong with it."""
    try:
        return str(project.catalog()[0].settings.identity_center.region)
    except CatalogError:
        return "us-east-1"


def _json(findings: list[Finding]) -> str:
    return json.dumps(as_json(findings), indent=2, ensure_ascii=False)
