"""`remit import`: what an organization has, as a catalog."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from remit.catalog import Settings
from remit.catalog.load import SETTINGS_FILES, files_of, load_settings
from remit.cli.durations import span
from remit.cli.inputs import now, options
from remit.cli.reading import end_incomplete, read_live, read_live_organization, reading_options
from remit.cli.words import counted
from remit.editing import write_texts
from remit.errors import listed
from remit.importing.draft import Draft, draft_catalog, draft_changes
from remit.importing.entries import ignored
from remit.importing.found import EVERY_POLICY, Found, LeftOut, PolicyFilter
from remit.importing.found_file import holds_everything, read_found
from remit.importing.sources import CONVERTERS, WHOLE
from remit.importing.sources.gathering import Sourced
from remit.snapshot import read_snapshot

_CATALOG = Path("policies")
_SHOWN = 5
_MOST_GONE = 20


@click.command(name="import")
@options("catalog", "organization")
@reading_options
@click.option("--policy-path", default="/", show_default=True, metavar="PATH", help="Policies under this path alone.")
@click.option("--policy-name", default="*", show_default=True, metavar="GLOB", help="Policies of such names alone.")
@click.option(
    "--from",
    "source",
    type=(click.Choice([*CONVERTERS, *WHOLE]), click.Path(exists=True, path_type=Path)),
    metavar="KIND PATH",
    help=f"What another tool gives: the assignments of a file ({', '.join(CONVERTERS)}), or all that a folder says "
    f"({', '.join(WHOLE)}).",
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

    An import that was interrupted goes on where it was, and so does one that ended with 1, because the policies of some
    account could not be read. With --organization it reads a file that `remit snapshot --full` wrote.

    With --from the assignments are those of another tool's file, and all else is what is there; or, from a folder of
    IAMbic's templates, all of it is theirs, and only the organization is read.
    """
    folder = catalog or _CATALOG
    settings = _settings(folder)
    wanted = PolicyFilter(policy_path, policy_name)
    reading = _Reading(settings, wanted, organization, region, role, afresh=afresh)
    sourced = _sourced(source, reading)
    found = sourced.found
    draft = _draft(found, settings, folder, _origin(found, source), wanted)
    draft = replace(draft, entries=replace(draft.entries, left_out=sourced.left_out + draft.entries.left_out))
    write_texts({folder / place: text for place, text in draft.files.items()})
    if as_json:
        click.echo(json.dumps(_summary(draft), indent=2, ensure_ascii=False))
    else:
        shown = f"what differs from {_name(source[1])}" if source else _first_preview(found, draft)
        _tell(found, draft, folder, shown)
    if not organization:
        end_incomplete(found)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How AWS is read, or a file in its place."""

    settings: Settings
    wanted: PolicyFilter
    organization: Path | None
    region: str | None
    role: str | None
    afresh: bool

    def everything(self) -> Found:
        if self.organization:
            return self.wanted.of(_dated(self.organization, read_found(self.organization)))
        return read_live(self.settings, self.wanted, region=self.region, role=self.role, afresh=self.afresh)

    def organization_alone(self) -> Found:
        """Of a file, what else it holds too. Nothing of the accounts themselves is read."""
        if self.wanted != EVERY_POLICY:
            raise click.UsageError(
                "--policy-path and --policy-name narrow what is read of AWS: take templates out instead"
            )
        if self.organization:
            full = holds_everything(self.organization)
            path = self.organization
            return _dated(path, read_found(path)) if full else Found(read_snapshot(path))
        return Found(read_live_organization(self.settings, region=self.region))


def _dated(path: Path, found: Found) -> Found:
    """The same, and it is said how old it is: what changed since would be taken back."""
    if not found.read:
        click.echo(f"{path} does not say when it was read: what changed in AWS since is not in it", err=True)
        return found
    at = datetime.fromisoformat(found.read)
    age = span(at - now())
    click.echo(f"{path} was read {at:%Y-%m-%d %H:%M}Z, {age}: what changed in AWS since is not in it", err=True)
    return found


def _sourced(source: tuple[str, Path] | None, reading: _Reading) -> Sourced:
    if source is None:
        return Sourced(reading.everything())
    kind, path = source
    if kind in WHOLE:
        return WHOLE[kind](path, reading.organization_alone(), now())
    return CONVERTERS[kind](path, reading.everything(), partial(ignored, settings=reading.settings))


def _origin(found: Found, source: tuple[str, Path] | None) -> str:
    origin = f"Imported from {found.organization.organization_id}"
    if source is None:
        return origin
    return f"Imported from {_name(source[1])}" if source[0] in WHOLE else f"{origin}; access from {_name(source[1])}"


def _name(path: Path) -> str:
    return path.resolve().name


def _settings(folder: Path) -> Settings:
    """What organization.yaml says, if it is there."""
    return load_settings(folder) if folder.is_dir() else Settings.model_validate({})


def _draft(found: Found, settings: Settings, folder: Path, origin: str, wanted: PolicyFilter) -> Draft:
    """The whole catalog; or what has to change in the one that is there."""
    if any(file.parent != folder or file.name not in SETTINGS_FILES for file in files_of(folder)):
        return draft_changes(found, folder, origin, now(), wanted)
    there = next((folder / name for name in SETTINGS_FILES if (folder / name).is_file()), folder / SETTINGS_FILES[0])
    said_before = there.read_bytes().decode() if there.is_file() else ""
    return draft_catalog(found, settings, said_before, origin, now(), there.name)


def _first_preview(found: Found, draft: Draft) -> str:
    """Inline policies are written in the one version that Remit knows."""
    read = {each.name: each for each in found.permission_sets}
    told = [each.name for each in draft.entries.said.permission_sets if each != read[each.name]]
    return f"no change but the inline policy of {listed(told, _SHOWN)}" if told else "no change"


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
        said = f"{folder} says all of it already: no file changed"
        click.echo(said if folder.is_dir() else "nothing of it has a place in a catalog: no file written")
        _tell_rest(draft)
        return
    click.echo(
        f"wrote {counted(len(draft.files), 'file')} in {folder}, which now gives "
        f"{counted(len(entries.said.permission_sets), 'permission set')}, "
        f"{counted(len(entries.said.assignments), 'assignment')}, "
        f"{counted(len(entries.managed_policies), 'policy', 'policies')} in {counted(len(accounts), 'account')}"
    )
    click.echo("proven: read and planned again, the files give just what was read")
    _tell_rest(draft)
    click.echo(f"\nnext: remit:adopt: true in Pulumi.STACK.yaml, then `remit preview --stack STACK`: {shown}")


def _tell_rest(draft: Draft) -> None:
    """What goes, what a person should look at, and what is left out."""
    if draft.gone:
        click.echo("\nno more in the catalog:")
        for what in draft.gone[:_MOST_GONE]:
            click.echo(f"  {what}")
        if (more := len(draft.gone) - _MOST_GONE) > 0:
            click.echo(f"  and {more} more (--json has each)")
    _tell_list("kept, and worth a look", {kind: listed(about, _SHOWN) for kind, about in draft.remarks.items()})
    _tell_list("left out", _by_reason(draft.entries.left_out))


def _by_reason(left_out: Iterable[LeftOut]) -> Mapping[str, str]:
    """{what, the first of them by name: why}; --json has each."""
    alike: dict[str, list[str]] = {}
    for each in left_out:
        alike.setdefault(each.reason, []).append(each.what)
    return {listed(what, _SHOWN): reason for reason, what in alike.items()}


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
        "gone": list(draft.gone),
        "remarks": {kind: list(about) for kind, about in draft.remarks.items()},
        "left_out": [{"what": each.what, "reason": each.reason} for each in entries.left_out],
    }
