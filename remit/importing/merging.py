"""An import into a catalog that is there: what says the same stays as it is, comments included; the rest is edited.

A policy or permission set that differs gets the keys that differ; one that is gone goes; one that has ended, and is
there, ends no longer. A rule whose assignments are all there stays; one that gives too much is narrowed to the accounts
where all of it is there, or goes; what no rule gives is folded into new rules. Where the source knows when things end,
`expires` and `drift` are edited, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from remit.account_sets import AccountSets
from remit.catalog.load import SETTINGS_FILES, Catalog
from remit.catalog.models import AccessRule, Settings
from remit.editing import EditableFile
from remit.errors import Source
from remit.importing.changes import keys_to_change, written_end
from remit.importing.ended import KINDS, ending_as_found, still_there
from remit.importing.ends import last
from remit.importing.entries import Entries, Entry, access_entries
from remit.importing.proof import EVERYWHERE
from remit.importing.writing import place_of, settings_file
from remit.narrowing import narrow
from remit.plan import Plan, make_plan
from remit.selectors import AccountIndex
from remit.yaml_places import Text

Grant = tuple[str, str]
"""Permission set, and the key of the assignment."""

_FIELDS = {
    "managed_policies": ("path", "description", "targets", "except", "statements"),
    "permission_sets": (
        "description",
        "session_duration",
        "relay_state",
        "aws_managed_policies",
        "customer_managed_policies",
        "inline_policy",
        "permissions_boundary",
        "tags",
    ),
}
_TERMS = ("expires", "drift")
"""The catalog's own, beside what AWS knows: edited only where the source knows them, too."""


def merge(folder: Path, catalog: Catalog, entries: Entries, origin: str, at: datetime) -> Mapping[Path, str | None]:
    """The files of the folder that change, with their new texts; None for one that is left without an entry.

    `origin` is the first line of those that are new.

    Raises CatalogError when the catalog has no plan.
    """
    over = still_there(catalog, entries, at)
    catalog = ending_as_found(catalog, entries, over)
    plan = make_plan(catalog, entries.said.organization, at=at, stack=EVERYWHERE)
    changed = keys_to_change(catalog, entries, at, over)
    merging = _Merging(folder, origin)
    for kind in KINDS:
        there = {str(entry.name): entry.source for entry in getattr(catalog, kind)}
        planned = {each.name for each in getattr(plan, kind)} - entries.said.untouched.keys()
        merging.named(kind, getattr(entries, kind), there, planned, changed[kind])
    _Rules(catalog, plan, entries, merging).merge()
    if entries.account_vars and changed["managed_policies"]:
        merging.account_vars(catalog.settings, entries)
    return merging.texts()


class _Merging:
    """The files that are edited."""

    def __init__(self, folder: Path, origin: str) -> None:
        self._folder, self._origin = folder, origin
        self._files: dict[Path, EditableFile] = {}
        self._before: dict[Path, str] = {}

    def texts(self) -> Mapping[Path, str | None]:
        changed = {path: file for path, file in self._files.items() if file.text != self._before[path]}
        return {path: None if file.is_empty() else file.text for path, file in changed.items()}

    def file(self, path: Path) -> EditableFile:
        if path not in self._files:
            self._files[path] = EditableFile.read(path) if path.exists() else EditableFile(path, f"# {self._origin}\n")
            self._before[path] = self._files[path].text
        return self._files[path]

    def add(self, kind: str, entry: Entry) -> None:
        self.file(self._folder / place_of(kind, entry)).add(kind, entry)

    def named(
        self,
        kind: str,
        found: Iterable[Entry],
        there: Mapping[str, Source],
        planned: Collection[str],
        changed: Mapping[str, Collection[str]],
    ) -> None:
        """Entries with a name. `changed`: the fields that differ, by name; `planned`: names that go if not found."""
        by_name = {str(entry["name"]): entry for entry in found}
        for name, entry in by_name.items():
            if name not in there:
                self.add(kind, entry)
            elif fields := changed.get(name):
                self._edit(
                    kind, name, there[name], {key: entry.get(key) for key in (*_FIELDS[kind], *_TERMS) if key in fields}
                )
        for name in sorted(there.keys() & set(planned) - by_name.keys()):
            file = self.file(Path(there[name].file))
            file.remove(file.find(kind, name))

    def account_vars(self, settings: Settings, entries: Entries) -> None:
        """Adds to organization.yaml the variables that policies need, where an account has no such value yet."""
        there = [self._folder / name for name in SETTINGS_FILES if (self._folder / name).is_file()]
        file = self.file(there[0] if there else self._folder / SETTINGS_FILES[0])
        if not settings.account_vars:
            file.text = settings_file(entries, settings, file.text)
            return
        index = AccountIndex(entries.said.organization)
        keys = {index.account(key).id: key for key in settings.account_vars}
        for account, values in entries.account_vars.items():
            key = keys.get(account, account)
            told = {str(name): str(value) for name, value in settings.account_vars.get(Text(key), {}).items()}
            if not values.items() <= told.items():
                file.set(("account_vars",), str(key), {**told, **values})

    def _edit(self, kind: str, name: str, source: Source, values: Mapping[str, object]) -> None:
        file = self.file(Path(source.file))
        for key, value in values.items():
            address = file.find(kind, name)
            if value:
                file.set(address, key, value)
            elif key in file.keys(address):
                file.drop(address, key)


Terms = tuple[str, str]
"""When a grant ends, and its mode; the same for all of them where the source does not know."""


class _Rules:
    """The access rules of a catalog before what was found."""

    def __init__(self, catalog: Catalog, plan: Plan, entries: Entries, merging: _Merging) -> None:
        self._catalog, self._entries, self._merging = catalog, entries, merging
        self._sets = AccountSets(AccountIndex(entries.said.organization))
        self._found = {(each.permission_set, each.key): (each.expires, each.drift) for each in entries.said.assignments}
        self._given: defaultdict[Source, set[Grant]] = defaultdict(set)
        for each in plan.assignments:
            for source in each.sources:
                self._given[source].add((each.permission_set, each.key))
        self._until = self._last_ends()

    def merge(self) -> None:
        kept: set[Grant] = set()
        for rule in sorted(self._catalog.access, key=lambda rule: rule.source, reverse=True):
            if given := self._given[rule.source]:
                kept |= self._keep(rule, given)
        missing = [each for each in self._entries.said.assignments if (each.permission_set, each.key) not in kept]
        rest = replace(self._entries.said, assignments=tuple(missing))
        for entry in access_entries(rest, self._catalog.settings, self._sets):
            self._merging.add("access", entry)

    def _keep(self, rule: AccessRule, given: set[Grant]) -> set[Grant]:
        """The grants that the rule still gives as they are to be, once it is edited or gone.

        Files are edited from below, so that lines hold.
        """
        terms = self._terms(rule)
        lacking = {grant for grant in given if not self._allows(grant, terms)}
        wanted = {self._found.get(grant) for grant in given}
        if not lacking and all(self._until[grant] == self._found[grant][0] for grant in given):
            return {grant for grant in given if self._found[grant] == terms}
        if None not in wanted and len(wanted) == 1:
            self._set(rule, dict(zip(_TERMS, next(iter(wanted)) or (), strict=True)))
            return given
        accounts = frozenset(map(_account, given)) - {_account(grant) for grant in lacking}
        if not accounts:
            file = self._merging.file(Path(rule.source.file))
            file.remove(file.at(rule.source.line))
            return set()
        if lacking:
            file = self._merging.file(Path(rule.source.file))
            narrow(self._sets, file, file.at(rule.source.line), rule, {_account(grant) for grant in lacking})
        return {grant for grant in given if _account(grant) in accounts and self._found[grant] == terms}

    def _set(self, rule: AccessRule, values: Mapping[str, object]) -> None:
        file = self._merging.file(Path(rule.source.file))
        address = file.at(rule.source.line)
        for key, value in values.items():
            if value:
                file.set(address, key, value)
            elif key in file.keys(address):
                file.drop(address, key)

    def _terms(self, rule: AccessRule) -> Terms:
        if not self._entries.said.with_terms:
            return "", ""
        return written_end(rule), rule.drift or ""

    def _allows(self, grant: Grant, terms: Terms) -> bool:
        """Whether a rule with these terms gives no more than was found."""
        if grant not in self._found:
            return False
        expires, drift = self._found[grant]
        return drift == terms[1] and last(expires, terms[0]) == expires

    def _last_ends(self) -> Mapping[Grant, str]:
        """When the last rule of each grant ends."""
        ends: dict[Grant, str] = {}
        for rule in self._catalog.access:
            end = self._terms(rule)[0]
            for grant in self._given[rule.source]:
                ends[grant] = last(ends.get(grant, end), end)
        return ends


def _account(grant: Grant) -> str:
    return grant[1].partition("/")[0]
