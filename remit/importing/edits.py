"""The files of a catalog under edits that belong together, and what the edits go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from remit.account_sets import AccountSets
from remit.catalog.load import Catalog
from remit.catalog.models import AccessRule
from remit.editing import EditableFile
from remit.editing.document import Address
from remit.errors import Source
from remit.importing.entries import Entry
from remit.importing.writing import place_of
from remit.organization import Organization
from remit.plan import Plan
from remit.selectors import AccountIndex


@dataclass(slots=True)
class Edits:
    """A catalog in `folder`, with its plan for the whole organization; the files are read when they are first edited.

    `sets` has words for accounts. Entries are removed when all else is done: until then each has the place that it had.
    """

    folder: Path
    catalog: Catalog
    plan: Plan
    sets: AccountSets
    _files: dict[Path, EditableFile] = field(default_factory=dict)
    _before: dict[Path, EditableFile] = field(default_factory=dict)
    _leaving: set[tuple[Path, Address]] = field(default_factory=set)

    @property
    def index(self) -> AccountIndex:
        return self.sets.index

    @property
    def organization(self) -> Organization:
        return self.index.organization

    def texts(self) -> Mapping[Path, str | None]:
        """The files that change, with their new texts; None for one that is left without an entry."""
        for path, address in sorted(self._leaving, key=lambda each: (each[0], each[1][0], -int(each[1][1]))):
            self._files[path].remove(address)
        changed = {path: file for path, file in self._files.items() if file.text != self._before[path].text}
        return {path: None if file.is_empty() else file.text for path, file in changed.items()}

    def file(self, path: Path) -> EditableFile:
        if path not in self._files:
            self._files[path] = EditableFile.read(path) if path.exists() else EditableFile(path, "")
            self._before[path] = EditableFile(path, self._files[path].text)
        return self._files[path]

    def entry(self, source: Source) -> tuple[EditableFile, Address]:
        """The entry that stood there before the first edit. Nothing is removed or added before it meanwhile."""
        file = self.file(Path(source.file))
        return file, self._before[file.path].at(source.line)

    def leave(self, source: Source) -> None:
        """The entry goes, at the end."""
        file, address = self.entry(source)
        self._leaving.add((file.path, address))

    def add_rule(self, rule: Entry, beside: Source | None = None) -> None:
        """A new access rule: where there is one for the same permission set, else where an import would put it."""
        self.file(Path(beside.file) if beside else self._home_of(rule)).add("access", rule)

    def _home_of(self, rule: Entry) -> Path:
        name = rule["permission_sets"][0]
        alike = [each.source.file for each in self.catalog.access if name in each.permission_sets]
        return Path(alike[-1]) if alike else self.folder / place_of("access", rule)


def own_words(rule: AccessRule) -> Entry:
    """What a rule says besides who gets what where: a part of it that becomes a rule of its own says so too."""
    said = {
        "expires": str(rule.expires) if rule.expires else "",
        "drift": rule.drift or "",
        "reason": str(rule.reason),
    }
    return {key: value for key, value in said.items() if value}
