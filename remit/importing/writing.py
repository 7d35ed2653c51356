"""Entries → files: one a policy, one a permission set, the access rules by the permission set that they give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from textwrap import indent
from typing import Any

import yaml

from remit.catalog.models import Settings
from remit.editing.layout import laid_out
from remit.errors import CatalogError, Problem
from remit.importing.entries import Entries, Entry
from remit.importing.remarks import Remarks

WIDEST_FLOW = 100
"""Characters of a list or mapping that still stands on one line, in braces."""

_BY_HAND = "organization.yaml has account_vars already: add them there by hand, and import again"
_FOLDERS = {"managed_policies": "managed", "permission_sets": "permission-sets", "access": "access"}


def files_of(entries: Entries, origin: str) -> Mapping[PurePosixPath, str]:
    """Texts of files by their places in the catalog's folder. `origin` says where they come from, in one line."""
    remarks = Remarks(entries)
    texts: defaultdict[PurePosixPath, dict[str, list[str]]] = defaultdict(dict)
    for kind, entry in with_kinds(entries):
        texts[place_of(kind, entry)].setdefault(kind, []).append(_entry_text(kind, entry, remarks))
    files = {
        place: "\n".join(f"{kind}:\n{''.join(each)}" for kind, each in kinds.items()) for place, kinds in texts.items()
    }
    return {place: laid_out(f"# {origin}\n{text}", Path(place)) for place, text in sorted(files.items())}


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
    return "\n".join(text for text in (before, _dumped(added) if added else "") if text)


def with_kinds(entries: Entries) -> Iterable[tuple[str, Entry]]:
    """Every entry with the kind that a file lists it under."""
    yield from (("managed_policies", entry) for entry in entries.managed_policies)
    yield from (("permission_sets", entry) for entry in entries.permission_sets)
    yield from (("access", entry) for entry in entries.access)


def place_of(kind: str, entry: Entry) -> PurePosixPath:
    """Lower case, for the sake of file systems that do not tell cases apart; never hidden, or nobody would read it."""
    name = str(entry["name"] if "name" in entry else entry["permission_sets"][0]).lower()
    return PurePosixPath(_FOLDERS[kind], f"{'_' if name.startswith('.') else ''}{name}.yaml")


def _entry_text(kind: str, entry: Entry, remarks: Remarks) -> str:
    """One entry of a list, with what there is to say above it."""
    said = "".join(f"# {remark.text}\n" for remark in remarks.of(kind, entry))
    return indent(said + _dumped([entry]), "  ")


def _dumped(value: object) -> str:
    return str(yaml.dump(value, Dumper=_Dumper, **_LAYOUT))


_LAYOUT: Mapping[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": 116, "default_flow_style": False}


class _Dumper(yaml.SafeDumper):
    """Entries in blocks, what is short within them on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        super().increase_indent(flow, indentless=False)

    def represent(self, data: Any) -> None:  # noqa: ANN401
        root: Any = self.represent_data(data)
        root.flow_style = False
        self.serialize(root)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401  equal values are written out
        return True

    def choose_scalar_style(self) -> str:
        style = str(super().choose_scalar_style())
        return '"' if style == "'" else style

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:  # noqa: ANN401, FBT001
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = all(isinstance(item, yaml.ScalarNode) for item in node.value) and _is_short(node)
        return node

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:  # noqa: ANN401, FBT001
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = "name" not in mapping and "permission_sets" not in mapping and _is_short(node)
        return node


def _is_short(node: yaml.Node) -> bool:
    return _width(node) <= WIDEST_FLOW


def _width(node: yaml.Node) -> int:
    """About as many characters as the node takes on one line."""
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 2 if "\n" not in node.value else WIDEST_FLOW + 1
    if isinstance(node, yaml.MappingNode):
        return sum(_width(key) + _width(value) + 2 for key, value in node.value)
    return sum(_width(item) + 2 for item in node.value)
