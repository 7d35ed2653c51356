"""Permission sets as the catalog can say them: inline policies without an `Id`, and in the new version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from remit.documents import VERSION, document
from remit.errors import CatalogError, Problem
from remit.importing.found import LeftOut
from remit.permission_set import LivePermissionSet

_EMPTY = document([])


def as_written(entries: Iterable[LivePermissionSet]) -> tuple[tuple[LivePermissionSet, ...], list[LeftOut]]:
    """The permission sets with the inline policies that Remit writes for them, and what of theirs is left out.

    A document of the old version, which is also that of one without any, means the same in the new one if it has no
    `${`. Raises CatalogError for all those that have it: it is plain text there, and would be a variable; and for texts
    with `{{`, a variable of the catalog.
    """
    entries = tuple(entries)
    if problems := [problem for each in entries for problem in (*_changes_meaning(each), *_has_variables(each))]:
        raise CatalogError(problems)
    return tuple(map(_written, entries)), [each for entry in entries for each in _left_out(entry)]


def _changes_meaning(entry: LivePermissionSet) -> Iterator[Problem]:
    inline = entry.inline_policy or _EMPTY
    version = inline.get("Version")
    if version == VERSION or "${" not in json.dumps(inline["Statement"]):
        return
    old = f"Version {version}" if version else "no Version, which AWS takes for 2008-10-17"
    yield Problem(
        f"permission set {entry.name} has an inline policy of {old}, where ${{…}} is plain text",
        f"Remit writes Version {VERSION}: write it in AWS if that is to be a variable, or {_ignore(entry)}",
    )


def _has_variables(entry: LivePermissionSet) -> Iterator[Problem]:
    texts = {
        "description": entry.description,
        "relay_state": entry.relay_state,
        "inline_policy": entry.inline_policy,
        "tags": dict(entry.tags),
    }
    for name in (name for name, value in texts.items() if "{{" in json.dumps(value)):
        message = f"the {name} of permission set {entry.name} holds {{{{, which is a variable in the catalog"
        yield Problem(message, f"change it in AWS, or {_ignore(entry)}")


def _ignore(entry: LivePermissionSet) -> str:
    return f"name {entry.name} in ignore_permission_sets of organization.yaml, and import again"


def _left_out(entry: LivePermissionSet) -> Iterator[LeftOut]:
    inline = entry.inline_policy or _EMPTY
    strange = [f"the {key}" for key in sorted(inline.keys() - _EMPTY.keys())]
    if (version := inline.get("Version")) != VERSION:
        strange.append(f"Version {version}" if version else "the lack of a Version")
    for what in strange:
        yield LeftOut(
            f"{what} of the inline policy of permission set {entry.name}",
            f"Remit writes Version {VERSION} and no Id, which means the same here: the first preview shows it",
        )


def _written(entry: LivePermissionSet) -> LivePermissionSet:
    if entry.inline_policy is None:
        return entry
    return replace(entry, inline_policy={**_EMPTY, "Statement": entry.inline_policy["Statement"]})
