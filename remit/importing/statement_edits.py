"""Statements of a catalog's entry that follow what was found: one stays, is edited, is narrowed, goes, or is new.

What a statement says besides (comments, variables, when it ends) stays with it. One that was changed in some accounts
alone becomes one of its own there, which ends when it did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from remit.catalog.models import InlineStatement, ManagedPolicy, PermissionSet, PolicyStatement
from remit.documents import Document
from remit.editing import EditableFile
from remit.editing.document import Address
from remit.importing.edits import Edits
from remit.importing.entries import Entry
from remit.importing.new_statements import entries_of_new
from remit.importing.pairing import Known, Pair, Statements, pairs
from remit.importing.policies import Statement
from remit.importing.statements import as_entry, changed_keys, rewrite
from remit.narrowing import narrow
from remit.selectors import names_one_account

_INSTANCE = ""
"""In place of an account, where there is one document for all."""
_Entries = Sequence[PolicyStatement] | Sequence[InlineStatement]


def edit_policy_statements(
    edits: Edits,
    policy: ManagedPolicy,
    found: Mapping[str, Document],
    statements: Statements,
    selected: Collection[str],
) -> None:
    """The entry says these documents, by account. `selected`: by its targets, which are edited elsewhere."""
    file, address = edits.entry(policy.source)
    known = {account: list(statements.of_policy(policy, account)) for account in found}
    editing = _Editing(edits, file, (*address, "statements"), policy.statements, known, tuple(map(str, policy.targets)))
    editing.edit(found, lambda new: entries_of_new(edits, str(policy.name), new, selected))


def edit_inline_policy(edits: Edits, entry: PermissionSet, found: Document | None, statements: Statements) -> None:
    """The entry says this document."""
    file, address = edits.entry(entry.source)
    known = {_INSTANCE: list(statements.of_permission_set(entry))}
    listed = entry.inline_policy.statements if entry.inline_policy else ()
    editing = _Editing(edits, file, (*address, "inline_policy", "statements"), listed, known)
    editing.edit({_INSTANCE: found}, lambda new: list(map(as_entry, new.get(_INSTANCE, ()))))


@dataclass(slots=True)
class _Editing:
    """`at` is the address of the list, `known` the statements of each account, `targets` what the policy has."""

    edits: Edits
    file: EditableFile
    at: Address
    entries: _Entries
    known: Mapping[str, Sequence[Known]]
    targets: Sequence[str] = ()

    def edit(
        self,
        found: Mapping[str, Document | None],
        entries_of: Callable[[Mapping[str, list[Statement]]], Sequence[Entry]],
    ) -> None:
        became: defaultdict[int, dict[str, Pair]] = defaultdict(dict)
        new: defaultdict[str, list[Statement]] = defaultdict(list)
        for account, document in found.items():
            for pair in pairs(self.known[account], document):
                if pair.known is None:
                    new[account].append(pair.found)
                else:
                    became[pair.known.place][account] = pair
        leaving = [place for place in range(len(self.entries)) if self._leaves(place, became[place], new)]
        self._add(entries_of(new))
        for place in reversed(leaving):
            self.file.remove((*self.at, place))

    def _leaves(self, place: int, became: Mapping[str, Pair], new: Mapping[str, list[Statement]]) -> bool:
        """Whether the statement is nowhere any more. What it says now where it cannot say it itself is `new`."""
        known = {account: each for account, all_ in self.known.items() for each in all_ if each.place == place}
        is_over = any(each.is_over for each in known.values())
        if not became:
            return bool(known) and not is_over
        changed = [{} if each.is_the_same else _changed(each) for each in became.values()]
        was = [{key: each.statement.get(key) for key in changed[0]} for each in known.values()]
        if became.keys() == known.keys() and all(each == changed[0] for each in changed) and was == was[:1] * len(was):
            rewrite(self.file, (*self.at, place), was[0], changed[0])
        else:
            end = {"expires": str(entry.expires)} if (entry := self.entries[place]).expires and not is_over else {}
            for account, each in became.items():
                if not each.is_the_same:
                    new[account].append({**each.found, **end})
            same = {account for account, each in became.items() if each.is_the_same}
            if not same and (is_over or not self._comes_to_others(self.entries[place])):
                return True
            self._narrow(place, known.keys() - same)
        if is_over:
            self.file.drop((*self.at, place), "expires")
        return False

    def _comes_to_others(self, entry: PolicyStatement | InlineStatement) -> bool:
        """Whether accounts that come later have it."""
        own = entry.targets if isinstance(entry, PolicyStatement) else None
        return not all(names_one_account(str(each)) for each in own or self.targets)

    def _narrow(self, place: int, gone: Collection[str]) -> None:
        entry = self.entries[place]
        if gone and isinstance(entry, PolicyStatement):
            narrow(self.edits.sets, self.file, (*self.at, place), entry, gone)

    def _add(self, entries: Sequence[Entry]) -> None:
        inside, key = self.at[:-1], str(self.at[-1])
        for each in entries:
            if self.file.count(inside):
                self.file.append(inside, key, each)
            else:
                self.file.set(inside[:-1], str(inside[-1]), {key: [each]})


def _changed(pair: Pair) -> Mapping[str, object]:
    return changed_keys(pair.known.statement, pair.found) if pair.known else {}
