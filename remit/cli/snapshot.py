"""`remit snapshot`: the live organization as a file."""

from __future__ import annotations

from pathlib import Path

import click

from remit.catalog import Settings
from remit.cli.inputs import options, read_inputs
from remit.cli.reading import end_incomplete, read_live, reading_options
from remit.cli.words import counted
from remit.importing.found import PolicyFilter
from remit.importing.found_file import write_found
from remit.organization import Organization
from remit.selectors import describe
from remit.snapshot import write_snapshot

_DEFAULT_CATALOG = Path("policies")


@click.command()
@options("catalog")
@reading_options
@click.option(
    "--full", is_flag=True, help="Also who has which permission set where, and every account's policies: JSON."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False, writable=True), help="Default: stdout, as YAML."
)
def snapshot(
    catalog: Path | None, region: str | None, role: str | None, output: Path | None, *, full: bool, afresh: bool
) -> None:
    """Write the live organization, with all groups, users and permission sets, for offline plans and the sandbox.

    The file's ending says the format: .yaml or .json. With --full it is what `remit import` reads: permission sets
    with every field, assignments, and the customer managed policies of every account; it ends with 1 when an account
    could not be read, and is written without it.
    """
    from remit.aws.look_up import EVERYTHING, look_up  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415

    if output and output.suffix not in {".yaml", ".yml", ".json"}:
        raise click.BadParameter(f"{output} ends neither with .yaml nor with .json", param_hint="--output")
    if output and not output.parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.parent}", param_hint="--output")
    settings = _settings(catalog)
    if full:
        _write_all(settings, output, region=region, role=role, afresh=afresh)
        return
    found = look_up(Aws(region or settings.identity_center.region), settings.identity_center, EVERYTHING)
    _put(write_snapshot(found, output.suffix if output else ".yaml"), output)
    _tell(found, output)


def _write_all(settings: Settings, output: Path | None, *, region: str | None, role: str | None, afresh: bool) -> None:
    if output and output.suffix != ".json":
        raise click.BadParameter(f"{output}: with --full it is JSON", param_hint="--output")
    found = read_live(settings, PolicyFilter(), region=region, role=role, afresh=afresh)
    _put(write_found(found), output)
    _tell(found.organization, output)
    for account, reason in found.unread.items():
        click.echo(f"without the policies of {describe(found.organization.account_by_id[account])}: {reason}", err=True)
    end_incomplete(found)


def _put(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _tell(found: Organization, output: Path | None) -> None:
    if output:
        click.echo(
            f"{output}: {counted(len(found.accounts), 'account')}, {counted(len(found.groups), 'group')}, "
            f"{counted(len(found.users), 'user')}, {counted(len(found.permission_sets), 'permission set')}",
            err=True,
        )


def _settings(catalog: Path | None) -> Settings:
    """What the catalog says of the organization. Without a catalog, which a first snapshot has not: the defaults."""
    if catalog is None and not _DEFAULT_CATALOG.is_dir():
        return Settings.model_validate({})
    return read_inputs(catalog, None).catalog.settings
