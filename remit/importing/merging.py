"""An import into a catalog that is there: what says the same stays as it is, comments included; the rest is edited.

A policy or permission set that differs gets the keys that differ; one that is gone goes; one that has ended, and is
there, ends no longer. A rule whose assignments are all there stays; one that gives too much gives less, in its place or
by another with the same end, mode and reason; what no rule gives is folded into new rules. Statements and attached
policies are edited one by one. Where the source knows when things end, these keys are written as it says them, with
`expires` and `drift`, and a rule is narrowed to the accounts where all of it is there, or goes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from remit.account_sets import AccountSets
from remit.catalog.load import SETTINGS_FILES, Catalog
from remit.catalog.models import ManagedPolicy, PermissionSet, Settings
from remit.importing.changes import keys_to_change
from remit.importing.editing import editing, write_or_drop
from remit.importing.edits import Edits
from remit.importing.ended import ending_as_found, still_there
from remit.importing.entries import Entries, Entry, where
from remit.importing.pairing import Statements
from remit.importing.proof import EVERYWHERE
from remit.importing.rule_edits import TERMS, Rules
from remit.importing.set_edits import edit_aws_managed, edit_customer_managed
from remit.importing.statement_edits import edit_inline_policy, edit_policy_statements
from remit.importing.writing import place_of, settings_file
from remit.narrowing import narrow, widen
from remit.plan import make_plan
from remit.selectors import AccountIndex
from remit.yaml_places import Text

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
    edits = Edits(folder, catalog, plan, AccountSets(AccountIndex(entries.said.organization)))
    with editing(None):
        _Merging(edits, entries, origin, at).merge(changed)
        return edits.texts()


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
        rules = Rules(self._catalog, self._plan, self._entries, self._edits)
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
            with editing(entry.source):
                self._edits.leave(entry.source)

    def _edit(self, kind: str, there: ManagedPolicy | PermissionSet, entry: Entry, fields: Collection[str]) -> None:
        whole = self._entries.said.knows_its_own_alone
        keys = [key for key in (*_FIELDS[kind], *TERMS) if key in fields and (whole or key not in _ONE_BY_ONE)]
        with editing(there.source):
            file, address = self._edits.entry(there.source)
            for key in keys:
                write_or_drop(file, address, key, entry.get(key))
            if whole:
                return
            if isinstance(there, ManagedPolicy):
                self._edit_policy(there)
            else:
                self._edit_permission_set(there, fields)

    def _edit_policy(self, policy: ManagedPolicy) -> None:
        """Accounts that its targets select and no statement is for lack it, and stay selected."""
        found = {each.account: each.document for each in self._entries.said.policies if each.name == policy.name}
        planned = {each.account for each in self._plan.managed_policies if each.name == policy.name}
        sets = self._edits.sets
        selected = sets.index.select(map(str, policy.targets), map(str, policy.except_ or ()))
        come, gone = found.keys() - selected, planned - found.keys()
        edit_policy_statements(self._edits, policy, found, self._statements, (selected | come) - gone)
        file, address = self._edits.entry(policy.source)
        if come and ((planned and planned == gone) or not widen(sets, file, address, policy, come)):
            for key in ("targets", "except"):
                write_or_drop(file, address, key, where(sets.selection(found)).get(key))
        elif gone:
            narrow(sets, file, address, policy, gone)

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
            with editing(entry.source):
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
