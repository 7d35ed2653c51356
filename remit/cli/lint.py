"""`remit lint`: what is allowed, and should make a reviewer stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from remit.catalog.load import Catalog, files_of, load_catalog
from remit.cli.inputs import Inputs, catalog_folder, now, options, read_inputs
from remit.cli.lint_formats import FORMATS, of_problems
from remit.errors import CatalogError
from remit.linting.ground import ground_of
from remit.linting.ignores import ignores_in
from remit.linting.rule import Finding, Severity
from remit.linting.run import Result
from remit.linting.run import lint as lint_subject
from remit.linting.subject import Subject
from remit.snapshot import read_snapshot

_NEVER = "never"


@click.command()
@options("catalog", "organization", "stack", "at")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="How the findings are written.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: the same as --format json.")
@click.option(
    "--fail-on",
    type=click.Choice([*(str(each) for each in Severity), _NEVER]),
    default=str(Severity.ERROR),
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--access-analyzer", is_flag=True, help="Ask IAM Access Analyzer too. Needs credentials.")
@click.option(
    "--since",
    metavar="REV|DIR",
    help="The catalog as it was, in a git revision or a folder: Access Analyzer is asked about what changed.",
)
@click.pass_context
def lint(
    context: click.Context,
    catalog: Path | None,
    organization: Path | None,
    stack: str | None,
    at: datetime | None,
    form: str,
    fail_on: str,
    since: str | None,
    *,
    as_json: bool,
    access_analyzer: bool,
) -> None:
    """Find what is allowed, and should make a reviewer stop: docs/rules.md lists the rules.

    With --organization also what only accounts can tell. `# remit: ignore RULE reason`, at the end of a line or right
    above it, hides the findings of that rule there. AWS is asked nothing, unless --access-analyzer says so.

    Exits with 0 when nothing is as bad as --fail-on, with 1 when something is, and with 2 when the catalog is wrong.
    """
    form = "json" if as_json else form
    if since and not access_analyzer:
        raise click.UsageError("--since needs --access-analyzer")
    try:
        inputs = read_inputs(catalog, stack, organization=organization, at=at)
        subject = _subject(inputs, organization, at or now())
        if access_analyzer:
            before = catalog_since(since, catalog or catalog_folder(inputs.stack)) if since else None
            _analyze(subject, before, inputs.catalog.settings.identity_center.region)
        result = lint_subject(subject, list(ignores_in(files_of(catalog or catalog_folder(inputs.stack)))))
    except CatalogError as error:
        if form != "text":
            click.echo(FORMATS[form](Result(of_problems(error.problems), 0)))
        raise
    click.echo(FORMATS[form](result))
    if _fails(result.findings, fail_on):
        context.exit(1)


def _subject(inputs: Inputs, organization: Path | None, at: datetime) -> Subject:
    if organization is None:
        return Subject(inputs.catalog, at)
    ground = ground_of(inputs.catalog, read_snapshot(organization), at=at, stack=inputs.stack)
    return Subject(inputs.catalog, at, ground)


def catalog_since(since: str, folder: Path) -> Catalog:
    """The catalog as it was: that of another folder, or this folder's in a git revision; empty where it was not there.

    Raises CatalogError, click.BadParameter.
    """
    if Path(since).is_dir():
        return load_catalog(Path(since))
    from remit.cli.git import commit_of, extract  # noqa: PLC0415  only --since needs it

    commit = commit_of(since, folder)
    with TemporaryDirectory() as temporary:
        return load_catalog(Path(temporary)) if extract(commit, ".", folder, Path(temporary)) else Catalog()


def _analyze(subject: Subject, before: Catalog | None, region: str) -> None:
    from remit.aws.access_analyzer import analyze  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415

    were = None if before is None else Subject(before, subject.at).statement_lists
    subject.analyses = analyze(Aws(region), subject.statement_lists, were)


def _fails(findings: Sequence[Finding], fail_on: str) -> bool:
    return fail_on != _NEVER and any(finding.severity >= Severity[fail_on.upper()] for finding in findings)
