"""A catalog on its way to the disk: its files, what they say, and what there is to say about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from remit.catalog.load import SETTINGS_FILES, load_catalog
from remit.catalog.load import files_of as catalog_files
from remit.catalog.models import Settings
from remit.errors import NotProvenError
from remit.importing.beside import Others, entries_beside
from remit.importing.ended import remarks_of_ended
from remit.importing.entries import Entries, Entry, entries_of
from remit.importing.found import EVERY_POLICY, Found, PolicyFilter
from remit.importing.going import what_goes
from remit.importing.known_ends import elements_worth_a_look
from remit.importing.merging import merge
from remit.importing.proof import differences
from remit.importing.remarks import Remarks
from remit.importing.writing import files_of, settings_file, with_kinds
from remit.yaml_places import Text

MOST_DIFFERENCES = 10
_NO_NEWS = "not of this source, so they stay"


@dataclass(frozen=True, slots=True)
class Draft:
    """`files` by their places in the catalog's folder, None for one that goes.

    `remarks`: by kind, the entries that they are about. `gone`: what the catalog gave and gives no more, in words.
    """

    files: Mapping[PurePosixPath, str | None]
    entries: Entries
    remarks: Mapping[str, tuple[str, ...]]
    gone: tuple[str, ...] = ()


def draft_catalog(
    found: Found,
    settings: Settings,
    said_before: str,
    origin: str,
    at: datetime,
    settings_file_name: str = SETTINGS_FILES[0],
) -> Draft:
    """The catalog of what was found, proven. Raises NotProvenError; CatalogError for what no catalog may say.

    `said_before` is the text of organization.yaml (`settings_file_name`), which `settings` come from; empty if there is
    none.
    """
    if not said_before:
        settings = settings.model_copy(update={"group_suffix": Text(common_suffix(found))})
    entries = entries_of(found, settings)
    files = dict(files_of(entries, origin))
    if text := settings_file(entries, settings, said_before):
        files[PurePosixPath(settings_file_name)] = text
    if any(with_kinds(entries)):  # a catalog without an entry is none: there is nothing to write
        _prove(files, entries.said, at)
    return Draft(files, entries, _remarks(entries))


def draft_changes(found: Found, folder: Path, origin: str, at: datetime, wanted: PolicyFilter = EVERY_POLICY) -> Draft:
    """The files of a catalog that have to change, so that it gives what was found; proven with those that stay.

    `wanted`: which policies were read. Raises as `draft_catalog` does.
    """
    catalog = load_catalog(folder)
    entries = entries_beside(catalog, found, wanted, origin, at)
    changed = {_place(path, folder): text for path, text in merge(folder, catalog, entries, origin, at).items()}
    stay = {_place(path, folder): path.read_text(encoding="utf-8") for path in catalog_files(folder)}
    files = {place: text for place, text in {**stay, **changed}.items() if text is not None}
    _prove(files, entries.said, at, later=bool(changed) or found.with_terms)
    elements = elements_worth_a_look(catalog, found, at)
    remarks = {**_remarks(entries), **remarks_of_ended(catalog, entries, elements, at)}
    if found.knows_its_own_alone and (kept := _of_others(Others(catalog, found, origin))):
        remarks[_NO_NEWS] = kept
    return Draft(changed, entries, remarks, what_goes(catalog, entries.said, at))


def _of_others(others: Others) -> tuple[str, ...]:
    return (
        *(f"policy {name}" for name in others.policies),
        *(f"permission set {name}" for name in others.permission_sets),
    )


def _place(path: Path, folder: Path) -> PurePosixPath:
    return PurePosixPath(path.relative_to(folder).as_posix())


def _prove(files: Mapping[PurePosixPath, str], said: Found, at: datetime, *, later: bool = True) -> None:
    if different := differences(files, said, at, later=later):
        shown = "\n  ".join(map(str, different[:MOST_DIFFERENCES]))
        more = len(different) - MOST_DIFFERENCES
        raise NotProvenError(
            "the catalog would not give what was read, so nothing was written:\n  "
            f"{shown}{f'{chr(10)}  and {more} more' if more > 0 else ''}"
        )


def common_suffix(found: Found) -> str:
    """The @domain that the names of all groups with access end in; empty where there is none."""
    names = {each.principal for each in found.assignments if each.principal_type == "GROUP" and each.principal}
    domains = {f"@{name.partition('@')[2]}" if "@" in name else "" for name in names}
    return domains.pop() if len(names) > 1 and len(domains) == 1 else ""


def _remarks(entries: Entries) -> Mapping[str, tuple[str, ...]]:
    """What each kind of remark is about, as one says it."""
    remarks, found = Remarks(entries), defaultdict[str, list[str]](list)
    for kind, entry in with_kinds(entries):
        for remark in remarks.of(kind, entry):
            found[remark.kind].append(entry["name"] if "name" in entry else _rule(entry))
    return {kind: tuple(about) for kind, about in sorted(found.items())}


def _rule(entry: Entry) -> str:
    who = ", ".join([*entry.get("groups", ()), *entry.get("users", ())])
    return f"{who}: {', '.join(entry['permission_sets'])}"
