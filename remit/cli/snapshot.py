"""`remit snapshot`: the live organization as a file."""

from __future__ import annotations

from pathlib import Path

import click

from remit.catalog import IdentityCenter, Settings
from remit.cli.inputs import options, read_inputs
from remit.cli.words import counted
from remit.snapshot import write_snapshot

_DEFAULT_CATALOG = Path("policies")


@click.command()
@options("catalog")
@click.option("--region", help="Where Identity Center lives; default: what organization.yaml of the catalog says.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False, writable=True), help="Default: stdout, as YAML."
)
def snapshot(catalog: Path | None, region: str | None, output: Path | None) -> None:
    """Write the live organization, with all groups, users and permission sets, for offline plans and the sandbox.

    The file's ending says the format: .yaml or .json.
    """
    from remit.aws.look_up import EVERYTHING, look_up  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415

    if output and output.suffix not in {".yaml", ".yml", ".json"}:
        raise click.BadParameter(f"{output} ends neither with .yaml nor with .json", param_hint="--output")
    if output and not output.parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.parent}", param_hint="--output")
    settings = _settings(catalog)
    found = look_up(Aws(region or settings.region), settings, EVERYTHING)
    text = write_snapshot(found, output.suffix if output else ".yaml")
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(
        f"{output}: {counted(len(found.accounts), 'account')}, {counted(len(found.groups), 'group')}, "
        f"{counted(len(found.users), 'user')}, {counted(len(found.permission_sets), 'permission set')}",
        err=True,
    )


def _settings(catalog: Path | None) -> IdentityCenter:
    """What the catalog says of Identity Center. Without a catalog, which a first snapshot has not: the defaults."""
    if catalog is None and not _DEFAULT_CATALOG.is_dir():
        return Settings.model_validate({}).identity_center
    return read_inputs(catalog, None).catalog.settings.identity_center
