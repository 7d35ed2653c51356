"""Entries → files: one a policy, one a permission set, the access rules by the permission set that they give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from remit.catalog.models import Settings
from remit.editing import EditableFile
from remit.editing.layout import laid_out
from remit.editing.values import lines_of
from remit.errors import CatalogError, Problem
from remit.importing.entries import Entries, Entry
from remit.importing.remarks import Remarks

_BY_HAND = "organization.yaml has account_vars already: add them there by hand, and import again"
_FOLDERS = {"managed_policies": "managed", "permission_sets": "permission-sets", "access": "access"}


def files_of(entries: Entries, origin: str) -> Mapping[PurePosixPath, str]:
    """Texts of files by their places in the catalog's folder. `origin` says where they come from, in one line."""
    remarks, files = Remarks(entries), dict[PurePosixPath, EditableFile]()
    for kind, entry in with_kinds(entries):
        place = place_of(kind, entry)
        file = files.setdefault(place, EditableFile(Path(place), f"# {origin}\n"))
        file.add(kind, entry, [remark.text for remark in remarks.of(kind, entry)])
    return {place: laid_out(files[place].text, Path(place)) for place in sorted(files)}


def settings_file(entries: Entries, settings: Settings, before: str) -> str:
    """organization.yaml: what it said `before`, the group suffix, and the account variables that the entries need.

    Raises CatalogError where it has account variables of its own: two lists of them cannot be made one without it.
    """
    if entries.account_vars and settings.account_vars:
        raise CatalogError([Problem(f"the policies need account_vars: {dict(entries.account_vars)}", _BY_HAND)])
    added: dict[str, object] = {}
    if settings.group_suffix and not before:
        added["group_suffix"] = str(settings.group_suffix)
    if entries.account_vars:
        added["account_vars"] = entries.account_vars
    block = "".join(f"{line}\n" for line in lines_of(added, Settings, 0)) if added else ""
    return "\n".join(text for text in (before, block) if text)


def with_kinds(entries: Entries) -> Iterable[tuple[str, Entry]]:
    """Every entry with the kind that a file lists it under."""
    yield from (("managed_policies", entry) for entry in entries.managed_policies)
    yield from (("permission_sets", entry) for entry in entries.permission_sets)
    yield from (("access", entry) for entry in entries.access)


def place_of(kind: str, entry: Entry) -> PurePosixPath:
    """Lower case, for the sake of file systems that do not tell cases apart; never hidden, or nobody would read it."""
    name = str(entry["name"] if "name" in entry else entry["permission_sets"][0]).lower()
    return PurePosixPath(_FOLDERS[kind], f"{'_' if name.startswith('.') else ''}{name}.yaml")
