"""`remit import`: what an organization has, as a catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import click

from remit.catalog import Settings
from remit.catalog.load import SETTINGS_FILES, files_of, load_settings
from remit.cli.inputs import now, options
from remit.cli.reading import read_live, reading_options
from remit.cli.words import counted
from remit.errors import CatalogError, Problem, listed
from remit.importing.draft import Draft, draft_catalog
from remit.importing.found import Found, PolicyFilter
from remit.importing.found_file import read_found

_CATALOG = Path("policies")
_SHOWN = 5


@click.command(name="import")
@options("catalog", "organization")
@reading_options
@click.option("--policy-path", default="/", show_default=True, metavar="PATH", help="Policies under this path alone.")
@click.option("--policy-name", default="*", show_default=True, metavar="GLOB", help="Policies of such names alone.")
@options("json")
def import_(
    catalog: Path | None,
    organization: Path | None,
    region: str | None,
    role: str | None,
    policy_path: str,
    policy_name: str,
    *,
    afresh: bool,
    as_json: bool,
) -> None:
    """Write the catalog of what is there: permission sets, customer managed policies, and who has access where.

    The files are written once they are proven: read and planned again, they give just what was read. Nothing is
    changed in AWS. An import that was interrupted goes on where it was. With --organization it reads a file that
    `remit snapshot --full` wrote.
    """
    folder = catalog or _CATALOG
    settings = _settings(folder)
    wanted = PolicyFilter(policy_path, policy_name)
    if organization:
        found = wanted.of(read_found(organization))
    else:
        found = read_live(settings, wanted, region=region, role=role, afresh=afresh)
    origin = f"Imported from {found.organization.organization_id}"
    draft = draft_catalog(found, settings, _said_before(folder), origin, now())
    _write(draft.files, folder)
    if as_json:
        click.echo(json.dumps(_summary(draft), indent=2, ensure_ascii=False))
    else:
        _tell(found, draft, folder)


def _settings(folder: Path) -> Settings:
    """What organization.yaml says, if it is there. A catalog that has entries is not written over."""
    if not folder.is_dir():
        return Settings.model_validate({})
    settings = load_settings(folder)
    if any(file.parent != folder or file.name not in SETTINGS_FILES for file in files_of(folder)):
        remedy = "name another folder with --catalog, and compare the two with `remit diff`"
        raise CatalogError([Problem(f"{folder} holds a catalog already", remedy)])
    return settings


def _said_before(folder: Path) -> str:
    return next((path.read_text("utf-8") for name in SETTINGS_FILES if (path := folder / name).is_file()), "")


def _write(files: Mapping[PurePosixPath, str], folder: Path) -> None:
    """Every file whole, or none: what is half written lies aside until all of it is there."""
    with TemporaryDirectory(dir=_existing(folder), prefix=".remit-import-") as aside:
        for number, text in enumerate(files.values()):
            Path(aside, str(number)).write_text(text, encoding="utf-8")
        for number, place in enumerate(files):
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            Path(aside, str(number)).replace(path)


def _existing(folder: Path) -> Path:
    """The nearest folder that is there: on the same disk, so that files can be moved."""
    return next(each for each in (folder, *folder.absolute().parents) if each.is_dir())


def _tell(found: Found, draft: Draft, folder: Path) -> None:
    entries = draft.entries
    accounts = {each.account for each in entries.said.policies}
    click.echo(
        f"read: {counted(len(found.organization.accounts), 'account')}, "
        f"{counted(len(found.permission_sets), 'permission set')}, {counted(len(found.assignments), 'assignment')}, "
        f"{counted(len(found.policies), 'policy', 'policies')}"
    )
    click.echo(
        f"wrote {folder}: {counted(len(entries.permission_sets), 'permission set')}, "
        f"{counted(len(entries.access), 'access rule')} for {counted(len(entries.said.assignments), 'assignment')}, "
        f"{counted(len(entries.managed_policies), 'policy', 'policies')} of {counted(len(accounts), 'account')}"
    )
    click.echo("proven: read and planned again, the files give just what was read")
    _tell_list("kept, and worth a look", {kind: listed(about, _SHOWN) for kind, about in draft.remarks.items()})
    _tell_list("left out", {each.what: each.reason for each in entries.left_out})
    click.echo("\nnext: remit:adopt: true in Pulumi.STACK.yaml, then `remit preview --stack STACK`: no change")


def _tell_list(title: str, lines: Mapping[str, str]) -> None:
    if lines:
        click.echo(f"\n{title}:")
        for what, why in lines.items():
            click.echo(f"  {what}: {why}")


def _summary(draft: Draft) -> dict[str, object]:
    entries = draft.entries
    return {
        "files": [str(place) for place in draft.files],
        "permission_sets": len(entries.permission_sets),
        "access": len(entries.access),
        "assignments": len(entries.said.assignments),
        "managed_policies": len(entries.managed_policies),
        "remarks": {kind: list(about) for kind, about in draft.remarks.items()},
        "left_out": [{"what": each.what, "reason": each.reason} for each in entries.left_out],
    }
