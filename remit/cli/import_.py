"""`remit import`: what an organization has, as a catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from remit.catalog import Settings
from remit.catalog.load import SETTINGS_FILES, files_of, load_settings
from remit.cli.inputs import now, options
from remit.cli.reading import read_live, reading_options
from remit.cli.words import counted
from remit.editing import write_texts
from remit.errors import listed
from remit.importing.draft import Draft, draft_catalog, draft_changes
from remit.importing.found import Found, PolicyFilter
from remit.importing.found_file import read_found
from remit.importing.sources import CONVERTERS
from remit.importing.sources.gathering import Sourced

_CATALOG = Path("policies")
_SHOWN = 5


@click.command(name="import")
@options("catalog", "organization")
@reading_options
@click.option("--policy-path", default="/", show_default=True, metavar="PATH", help="Policies under this path alone.")
@click.option("--policy-name", default="*", show_default=True, metavar="GLOB", help="Policies of such names alone.")
@click.option(
    "--from",
    "source",
    type=(click.Choice(list(CONVERTERS)), click.Path(exists=True, dir_okay=False, path_type=Path)),
    metavar="KIND FILE",
    help=f"The assignments that a file of another tool gives. KIND: {', '.join(CONVERTERS)}.",
)
@options("json")
def import_(
    catalog: Path | None,
    organization: Path | None,
    source: tuple[str, Path] | None,
    region: str | None,
    role: str | None,
    policy_path: str,
    policy_name: str,
    *,
    afresh: bool,
    as_json: bool,
) -> None:
    """Write the catalog of what is there: permission sets, customer managed policies, and who has access where.

    The files are written once they are proven: read and planned again, they give just what was read. In a catalog
    that is there already, what differs is edited, and nothing else. Nothing is changed in AWS.

    An import that was interrupted goes on where it was. With --organization it reads a file that
    `remit snapshot --full` wrote.

    With --from the assignments are those of another tool's file, and all else is what is there.
    """
    folder = catalog or _CATALOG
    settings = _settings(folder)
    wanted = PolicyFilter(policy_path, policy_name)
    if organization:
        found = wanted.of(read_found(organization))
    else:
        found = read_live(settings, wanted, region=region, role=role, afresh=afresh)
    sourced = CONVERTERS[source[0]](source[1], found) if source else Sourced(found)
    found = sourced.found
    origin = f"Imported from {found.organization.organization_id}"
    draft = _draft(found, settings, folder, f"{origin}; access from {source[1].name}" if source else origin)
    draft = replace(draft, entries=replace(draft.entries, left_out=sourced.left_out + draft.entries.left_out))
    write_texts({folder / place: text for place, text in draft.files.items()})
    if as_json:
        click.echo(json.dumps(_summary(draft), indent=2, ensure_ascii=False))
    else:
        shown = f"what differs from {source[1].name}" if source else "no change"
        _tell(found, draft, folder, shown)


def _settings(folder: Path) -> Settings:
    """What organization.yaml says, if it is there."""
    return load_settings(folder) if folder.is_dir() else Settings.model_validate({})


def _draft(found: Found, settings: Settings, folder: Path, origin: str) -> Draft:
    """The whole catalog; or what has to change in the one that is there."""
    if any(file.parent != folder or file.name not in SETTINGS_FILES for file in files_of(folder)):
        return draft_changes(found, folder, origin, now())
    said_before = next((path.read_text("utf-8") for name in SETTINGS_FILES if (path := folder / name).is_file()), "")
    return draft_catalog(found, settings, said_before, origin, now())


def _tell(found: Found, draft: Draft, folder: Path, shown: str) -> None:
    """`shown`: what the first preview shows."""
    entries = draft.entries
    accounts = {each.account for each in entries.said.policies}
    click.echo(
        f"read: {counted(len(found.organization.accounts), 'account')}, "
        f"{counted(len(found.permission_sets), 'permission set')}, {counted(len(found.assignments), 'assignment')}, "
        f"{counted(len(found.policies), 'policy', 'policies')}"
    )
    if not draft.files:
        click.echo(f"{folder} says all of it already: no file changed")
        return
    click.echo(
        f"wrote {counted(len(draft.files), 'file')} in {folder}, which now gives "
        f"{counted(len(entries.said.permission_sets), 'permission set')}, "
        f"{counted(len(entries.said.assignments), 'assignment')}, "
        f"{counted(len(entries.managed_policies), 'policy', 'policies')} in {counted(len(accounts), 'account')}"
    )
    click.echo("proven: read and planned again, the files give just what was read")
    _tell_list("kept, and worth a look", {kind: listed(about, _SHOWN) for kind, about in draft.remarks.items()})
    _tell_list("left out", {each.what: each.reason for each in entries.left_out})
    click.echo(f"\nnext: remit:adopt: true in Pulumi.STACK.yaml, then `remit preview --stack STACK`: {shown}")


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
        "assignments": len(entries.said.assignments),
        "managed_policies": len(entries.managed_policies),
        "remarks": {kind: list(about) for kind, about in draft.remarks.items()},
        "left_out": [{"what": each.what, "reason": each.reason} for each in entries.left_out],
    }
