"""An import into a catalog that is there: what says the same stays as it is, comments included; the rest is edited.

A policy or permission set that differs gets the keys that differ; one that is gone goes; one that has ended, and is
there, ends no longer. A rule whose assignments are all there stays; one that gives too much gives less, in its place or
by another with the same end, mode and reason; what no rule gives is folded into new rules. Statements and attached
policies are edited one by one. Where the source knows when things end, these keys are written as it says them, with
`expires` and `drift`, and a rule is narrowed to the accounts where all of it is there, or goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from remit.account_sets import AccountSets
from remit.catalog.load import SETTINGS_FILES, Catalog
from remit.catalog.models import AccessRule, ManagedPolicy, PermissionSet, Settings
from remit.drift.live import Live
from remit.editing import EditableFile
from remit.editing.document import Address
from remit.errors import BadValue, CatalogError, Problem, Source
from remit.importing.changes import keys_to_change, written_end
from remit.importing.ended import ending_as_found, still_there
from remit.importing.ends import last
from remit.importing.entries import Entries, Entry, access_entries, where
from remit.importing.pairing import Statements
from remit.importing.proof import EVERYWHERE
from remit.importing.set_edits import edit_aws_managed, edit_customer_managed
from remit.importing.statement_edits import edit_inline_policy, edit_policy_statements
from remit.importing.writing import place_of, settings_file
from remit.narrowing import narrow
from remit.plan import Plan, make_plan
from remit.selectors import AccountIndex
from remit.syncing.access import take_away
from remit.syncing.edits import Edits
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
_ONE_BY_ONE = frozenset(
    {"targets", "except", "statements", "aws_managed_policies", "customer_managed_policies", "inline_policy"}
)
"""Keys whose parts are edited, unless the source knows all that is said of them."""


def merge(folder: Path, catalog: Catalog, entries: Entries, origin: str, at: datetime) -> Mapping[Path, str | None]:
    """The files of the folder that change, with their new texts; None for one that is left without an entry.

    `origin` is the first line of those that are new.

    Raises CatalogError when the catalog has no plan, or a file is written in a way that cannot be edited.
    """
    over = still_there(catalog, entries, at)
    catalog = ending_as_found(catalog, entries, over)
    plan = make_plan(catalog, entries.said.organization, at=at, stack=EVERYWHERE)
    changed = keys_to_change(catalog, entries, at, over)
    index = AccountIndex(entries.said.organization)
    edits = Edits(folder, catalog, plan, Live(), entries.said.organization, EVERYWHERE, index, AccountSets(index))
    with _editing(None):
        _Merging(edits, entries, origin, at).merge(changed)
        return edits.texts()


@contextmanager
def _editing(source: Source | None) -> Iterator[None]:
    """What is edited stands there. Raises CatalogError where it cannot be edited."""
    try:
        yield
    except (KeyError, BadValue) as error:
        remedy = "write each entry on lines of its own, without anchors, and import again"
        raise CatalogError(
            [Problem(f"the import cannot edit what is written so: {error.args[0]}", remedy, source)]
        ) from error


class _Merging:
    """The files that are edited."""

    def __init__(self, edits: Edits, entries: Entries, origin: str, at: datetime) -> None:
        self._edits, self._entries, self._origin, self._at = edits, entries, origin, at
        self._catalog, self._plan = edits.catalog, edits.plan
        self._statements = Statements(self._catalog, entries.said, at)
        self._paths = {str(each.name): str(each.path) for each in self._catalog.managed_policies}
        found = {str(each["name"]): str(each.get("path", "/")) for each in entries.managed_policies}
        gone = {each.name for each in self._plan.managed_policies} - found.keys() - entries.said.untouched.keys()
        self._own = {**{name: path for name, path in self._paths.items() if name not in gone}, **found}
        """The paths of the catalog's policies once it is edited, by name."""

    def merge(self, changed: Mapping[str, Mapping[str, Collection[str]]]) -> None:
        policies = {str(each.name): each for each in self._catalog.managed_policies}
        sets = {str(each.name): each for each in self._catalog.permission_sets}
        for kind, there in (("managed_policies", policies), ("permission_sets", sets)):
            for entry in getattr(self._entries, kind):
                if (name := str(entry["name"])) not in there:
                    self._add(kind, entry)
                elif fields := changed[kind].get(name):
                    self._edit(kind, there[name], entry, fields)
        self._leave({name: policies[name] for name in policies.keys() - self._own.keys()})
        found = {str(entry["name"]) for entry in self._entries.permission_sets}
        gone = {each.name for each in self._plan.permission_sets} - found
        self._leave({name: sets[name] for name in gone})
        self._refer({name: entry for name, entry in sets.items() if name not in gone}, changed["permission_sets"])
        rules = _Rules(self._catalog, self._plan, self._entries, self._edits)
        for rule in rules.merge(gone):
            self._add("access", rule)
        if self._entries.account_vars and changed["managed_policies"]:
            self._account_vars(self._catalog.settings)

    def _add(self, kind: str, entry: Entry) -> None:
        file = self._edits.file(self._edits.folder / place_of(kind, entry))
        file.text = file.text or f"# {self._origin}\n"
        file.add(kind, entry)

    def _leave(self, entries: Mapping[str, ManagedPolicy | PermissionSet]) -> None:
        for _, entry in sorted(entries.items()):
            with _editing(entry.source):
                self._edits.leave(entry.source)

    def _edit(self, kind: str, there: ManagedPolicy | PermissionSet, entry: Entry, fields: Collection[str]) -> None:
        whole = self._entries.said.knows_its_own_alone
        keys = [key for key in (*_FIELDS[kind], *_TERMS) if key in fields and (whole or key not in _ONE_BY_ONE)]
        with _editing(there.source):
            file, address = self._edits.entry(there.source)
            for key in keys:
                _set(file, address, key, entry.get(key))
            if whole:
                return
            if isinstance(there, ManagedPolicy):
                self._edit_policy(there)
            else:
                self._edit_permission_set(there, fields)

    def _edit_policy(self, policy: ManagedPolicy) -> None:
        found = {each.account: each.document for each in self._entries.said.policies if each.name == policy.name}
        edit_policy_statements(self._edits, policy, found, self._statements)
        file, address = self._edits.entry(policy.source)
        targets, without = list(map(str, policy.targets)), list(map(str, policy.except_ or ()))
        had = self._edits.index.select(targets, without)
        if found.keys() - had:
            for key in ("targets", "except"):
                _set(file, address, key, where(self._edits.sets.selection(found)).get(key))
        elif gone := had - found.keys():
            narrow(self._edits.sets, file, address, policy, gone)

    def _edit_permission_set(self, entry: PermissionSet, fields: Collection[str]) -> None:
        live = next(each for each in self._entries.said.permission_sets if each.name == entry.name)
        if "aws_managed_policies" in fields:
            edit_aws_managed(self._edits, entry, live, self._at)
        if "inline_policy" in fields:
            edit_inline_policy(self._edits, entry, live.inline_policy, self._statements)

    def _refer(self, sets: Mapping[str, PermissionSet], changed: Mapping[str, Collection[str]]) -> None:
        """References to what is attached, by the words that the catalog has for each policy once it is edited."""
        whole = self._entries.said.knows_its_own_alone
        live = {each.name: each for each in self._entries.said.permission_sets}
        for name, entry in sets.items():
            fields = changed.get(name, ())
            if whole and "customer_managed_policies" in fields:
                continue
            with _editing(entry.source):
                there = live.get(name) if "customer_managed_policies" in fields else None
                is_written = "permissions_boundary" in fields
                edit_customer_managed(self._edits, entry, there, self._own, self._at, boundary=not is_written)

    def _account_vars(self, settings: Settings) -> None:
        """Adds to organization.yaml the variables that policies need, where an account has no such value yet."""
        folder, entries = self._edits.folder, self._entries
        there = [folder / name for name in SETTINGS_FILES if (folder / name).is_file()]
        file = self._edits.file(there[0] if there else folder / SETTINGS_FILES[0])
        if not settings.account_vars:
            file.text = settings_file(entries, settings, file.text)
            return
        keys = {self._edits.index.account(key).id: key for key in settings.account_vars}
        for account, values in entries.account_vars.items():
            key = keys.get(account, account)
            told = {str(name): str(value) for name, value in settings.account_vars.get(Text(key), {}).items()}
            if not values.items() <= told.items():
                file.set(("account_vars",), str(key), {**told, **values})


def _set(file: EditableFile, address: Address, key: str, value: object) -> None:
    if value:
        file.set(address, key, value)
    elif key in file.keys(address):
        file.drop(address, key)


Terms = tuple[str, str]
"""When a grant ends, and its mode; the same for all of them where the source does not know."""


class _Rules:
    """The access rules of a catalog before what was found."""

    def __init__(self, catalog: Catalog, plan: Plan, entries: Entries, edits: Edits) -> None:
        self._catalog, self._entries, self._edits = catalog, entries, edits
        self._found = {(each.permission_set, each.key): (each.expires, each.drift) for each in entries.said.assignments}
        self._given: defaultdict[Source, set[Grant]] = defaultdict(set)
        for each in plan.assignments:
            for source in each.sources:
                self._given[source].add((each.permission_set, each.key))
        self._until = self._last_ends()

    def merge(self, sets_gone: Collection[str]) -> Iterator[Entry]:
        """Edits the rules, and says which ones are new."""
        kept = self._kept() if self._entries.said.knows_its_own_alone else self._taken_away()
        self._forget(sets_gone)
        missing = [each for each in self._entries.said.assignments if (each.permission_set, each.key) not in kept]
        rest = replace(self._entries.said, assignments=tuple(missing))
        return access_entries(rest, self._catalog.settings, self._edits.sets)

    def _taken_away(self) -> set[Grant]:
        """What rules give and was not found they give no more, and all else as before."""
        given = set[Grant]().union(*self._given.values())
        if gone := given - self._found.keys():
            for rule in self._catalog.access:
                if self._given[rule.source] & gone:
                    with _editing(rule.source):
                        self._edits.entry(rule.source)
            take_away(self._edits, gone)
        return given - gone

    def _forget(self, sets_gone: Collection[str]) -> None:
        """A rule that gives nothing now, as it has ended or has no account, names no permission set that goes."""
        for rule in self._catalog.access if sets_gone else ():
            places = [place for place, name in enumerate(rule.permission_sets) if str(name) in sets_gone]
            if not places or self._given[rule.source]:
                continue
            with _editing(rule.source):
                file, address = self._edits.entry(rule.source)
                if len(places) == len(rule.permission_sets):
                    self._edits.leave(rule.source)
                    continue
                for place in reversed(places):
                    file.remove((*address, "permission_sets", place))

    def _kept(self) -> set[Grant]:
        kept: set[Grant] = set()
        for rule in self._catalog.access:
            if given := self._given[rule.source]:
                with _editing(rule.source):
                    kept |= self._keep(rule, given)
        return kept

    def _keep(self, rule: AccessRule, given: set[Grant]) -> set[Grant]:
        """The grants that the rule still gives as they are to be, once it is edited or gone."""
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
            self._edits.leave(rule.source)
            return set()
        if lacking:
            file, address = self._edits.entry(rule.source)
            narrow(self._edits.sets, file, address, rule, {_account(grant) for grant in lacking})
        return {grant for grant in given if _account(grant) in accounts and self._found[grant] == terms}

    def _set(self, rule: AccessRule, values: Mapping[str, object]) -> None:
        file, address = self._edits.entry(rule.source)
        for key, value in values.items():
            _set(file, address, key, value)

    def _terms(self, rule: AccessRule) -> Terms:
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
