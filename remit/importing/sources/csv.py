"""A table of assignments: principal, permission set, account.

The first row may name the columns, in any order; those of `aws-sso-util admin assignments` are known, too. Without it
they are principal, permission set, account. Columns are parted by commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from remit.errors import BadValue, CatalogError, Problem, Source, did_you_mean
from remit.importing.found import Found
from remit.importing.sources.gathering import Directory, Gathering, Ignored, Sourced
from remit.importing.sources.reading import read_text
from remit.organization import Principal
from remit.planning.values import PrincipalType

_COLUMNS = ("principal", "permission_set", "account")
_OTHER_NAMES = {
    "principal_id": "principal",
    "principal_name": "principal",
    "group": "principal",
    "permission_set_name": "permission_set",
    "permissionset": "permission_set",
    "account_id": "account",
    "account_name": "account",
    "target_id": "account",
}
"""What a column may be called, the better one first: an id says it best."""
_OF_AWS_SSO_UTIL = {"instance_arn", "permission_set_arn", "target_type", "target_name"}
_TYPE = "principal_type"
_ID = re.compile(r"([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Of the identity store: a UUID, with ten digits and a dash before it in old ones."""
_ID_DIGITS = 12


def convert(path: Path, found: Found, ignored: Ignored) -> Sourced:
    """The assignments of the table, in place of those that were read. Raises CatalogError."""
    rows = list(_rows(read_text(path), str(path)))
    places = _places(rows[0][1], rows[0][0]) if rows else None
    directory, gathering = Directory(found), Gathering(ignored)
    for source, row in rows[1:] if places else rows:
        with gathering.refusing(source):
            _convert_row(_cells(row, places), source, directory, gathering)
    return gathering.done(found, path)


def _rows(text: str, file: str) -> Iterator[tuple[Source, list[str]]]:
    """Rows with something in them, and no comment."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=_delimiter(text), skipinitialspace=True, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells) and not cells[0].startswith("#"):
                yield Source(file, reader.line_num), cells
    except csv.Error as error:
        raise CatalogError([Problem(f"no CSV: {error}", "", Source(file, reader.line_num))]) from error


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    return max(",;\t", key=first.count)


def _places(first: Sequence[str], source: Source) -> Mapping[str, int] | None:
    """Where each column stands, if this row says so; None for a row of values. Raises CatalogError."""
    names = [cell.casefold().replace(" ", "_").replace("-", "_") for cell in first]
    known = {*_COLUMNS, *_OTHER_NAMES, *_OF_AWS_SSO_UTIL, _TYPE}
    if not set(names) & known:
        return None
    problems = [
        Problem(f"unknown column {cell!r}", did_you_mean(name, known) or f"there are {', '.join(_COLUMNS)}", source)
        for cell, name in zip(first, names, strict=True)
        if name not in known
    ]
    places: dict[str, int] = {name: names.index(name) for name in (*_COLUMNS, _TYPE) if name in names}
    for name, column in _OTHER_NAMES.items():
        if name in names:
            places.setdefault(column, names.index(name))
    problems += [Problem(f"there is no column {name}", "add it", source) for name in _COLUMNS if name not in places]
    if problems:
        raise CatalogError(problems)
    return places


def _cells(row: Sequence[str], places: Mapping[str, int] | None) -> Mapping[str, str]:
    """The values of a row by column. Raises BadValue."""
    if places is None and len(row) != len(_COLUMNS):
        raise BadValue(f"{len(row)} columns, not {len(_COLUMNS)}", f"write {', '.join(_COLUMNS)}")
    cells = {name: row[place] if place < len(row) else "" for name, place in (places or _positions(_COLUMNS)).items()}
    if empty := [name for name in _COLUMNS if not cells[name]]:
        raise BadValue(f"no {empty[0].replace('_', ' ')}")
    return cells


def _positions(names: Iterable[str]) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(names)}


def _convert_row(cells: Mapping[str, str], source: Source, directory: Directory, gathering: Gathering) -> None:
    kind, principal = _principal(cells["principal"], cells.get(_TYPE, ""), directory)
    name = directory.permission_set(cells["permission_set"])
    gathering.grant(kind, principal, name, [_account(cells["account"], directory)], source)


def _principal(text: str, said: str, directory: Directory) -> tuple[PrincipalType, Principal]:
    """group:NAME, user:NAME, a name or an id. A name that a group and a user have needs to say which. Raises BadValue.

    An id that nobody has any more, of which the type is said, is a principal that is gone.
    """
    if known := directory.principal_of(text):
        return known
    prefix, colon, name = text.partition(":")
    if colon and prefix.casefold() in {"group", "user"}:
        return _named(prefix, name, directory)
    if said:
        return _gone(text, said) if _ID.fullmatch(text) else _named(said, text, directory)
    if directory.has("GROUP", text) and directory.has("USER", text):
        raise BadValue(f"a group and a user are called {text!r}", f"write group:{text} or user:{text}")
    return _named("user" if directory.has("USER", text) else "group", text, directory)


def _named(kind: str, name: str, directory: Directory) -> tuple[PrincipalType, Principal]:
    match kind.casefold():
        case "group":
            return "GROUP", directory.group(name)
        case "user":
            return "USER", directory.user(name)
    raise BadValue(f"principal_type {kind!r}", "write GROUP or USER")


def _gone(id_: str, kind: str) -> tuple[PrincipalType, Principal]:
    match kind.casefold():
        case "group":
            return "GROUP", Principal(id=id_, name="")
        case "user":
            return "USER", Principal(id=id_, name="")
    raise BadValue(f"principal_type {kind!r}", "write GROUP or USER")


def _account(text: str, directory: Directory) -> str:
    """An id (spreadsheets take zeros at its beginning) or a name. Raises BadValue.

    An id of twelve digits that the organization does not have is that of an account that left it.
    """
    id_ = text.zfill(_ID_DIGITS) if text.isdecimal() else ""
    if id_ in directory.organization.account_by_id or (id_ and len(text) == _ID_DIGITS):
        return id_
    return directory.account_named(text).id
