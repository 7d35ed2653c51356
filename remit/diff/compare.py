"""Two views → what differs."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from remit.diff.ends import both_known, entries_that_end_otherwise, grants_that_end_otherwise
from remit.diff.permission_sets import permission_set_changes
from remit.diff.statements import statement_changes
from remit.diff.values import (
    Change,
    Diff,
    Difference,
    Direction,
    Grant,
    GrantChange,
    Policy,
    PolicyChange,
    View,
    together,
)


def compare(before: View, after: View, account_names: Mapping[str, str] | None = None) -> Diff:
    """What the second has otherwise than the first. compare(b, a) says the same with everything turned round.

    With `account_names` (by id), documents that differ by the name of their account alone are shown once.
    """
    return Diff(
        grants=tuple(sorted(_grants(before, after), key=lambda each: (each.grant, each.change))),
        ends=tuple(entries_that_end_otherwise(before.ends, after.ends)) if before.ends and after.ends else (),
        policies=tuple(_policies(before, after, account_names or {})),
        permission_sets=tuple(permission_set_changes(before, after)),
    )


def _grants(before: View, after: View) -> Iterator[GrantChange]:
    nowhere = frozenset[str]()
    for grant in before.grants.keys() | after.grants.keys():
        old, new = before.grants.get(grant, nowhere), after.grants.get(grant, nowhere)
        yield from _grant("added", grant, new - old, after)
        yield from _grant("removed", grant, old - new, before)
        if old & new and both_known((before, after)):
            yield from grants_that_end_otherwise(grant, before, after)


def _grant(change: Change, grant: Grant, accounts: frozenset[str], view: View) -> Iterator[GrantChange]:
    if accounts:
        sources = view.grant_sources.get(grant, {})
        places = tuple(sorted(place for place, given in sources.items() if given & accounts))
        yield GrantChange(change, grant, accounts, places)


def _policies(before: View, after: View, account_names: Mapping[str, str]) -> Iterator[PolicyChange]:
    comparing = _Comparing(account_names)
    for name in sorted(before.policies.keys() | after.policies.keys()):
        old, new = before.policies.get(name, {}), after.policies.get(name, {})
        shared: defaultdict[Hashable, list[tuple[str, Policy | None, Policy | None]]] = defaultdict(list)
        for account in sorted(old.keys() | new.keys()):
            one, other = old.get(account), new.get(account)
            if key := comparing.key(account, one, other):
                shared[key].append((account, one, other))
        for _, each in sorted(shared.items(), key=lambda item: item[1][0][0]):
            account, one, other = each[0]
            yield comparing.change(name, frozenset(id_ for id_, _, _ in each), account, one, other)


class _Comparing:
    """Compares each pair of documents once, however many accounts share it."""

    def __init__(self, account_names: Mapping[str, str]) -> None:
        self._names = account_names
        self._texts: dict[int, str] = {}
        self._keys: dict[tuple[str, str], Hashable] = {}
        self._alive: list[Any] = []

    def key(self, account: str, one: Policy | None, other: Policy | None) -> Hashable:
        """What accounts share whose policy changes alike, whatever else is in it; None if it does not change."""
        before, after = self._text(one), self._text(other)
        if before == after:
            return None
        pair = self._without_account(before, account), self._without_account(after, account)
        if pair not in self._keys:
            changes = statement_changes(self._document(one, account), self._document(other, account))
            differences = tuple(_fields(one, other)) if one and other else ()
            said = changes or differences  # a document may be written otherwise, and mean the same
            self._keys[pair] = (one is None, other is None, repr(changes), repr(differences)) if said else None
        return self._keys[pair]

    def change(
        self, name: str, accounts: frozenset[str], account: str, one: Policy | None, other: Policy | None
    ) -> PolicyChange:
        """The change as it is in one account; where several share it, with the account's name as a variable."""
        old, new = (self._document(policy, account if len(accounts) > 1 else "") for policy in (one, other))
        statements = statement_changes(old, new)
        differences = tuple(_fields(one, other)) if one and other else ()
        change: Change = "changed" if one and other else "added" if other else "removed"
        shown = other or one
        directions = [*(each.direction for each in statements), *(each.direction for each in differences)]
        return PolicyChange(
            change, name, accounts, together(directions), statements, differences, shown.source if shown else ""
        )

    def _document(self, policy: Policy | None, account: str) -> Mapping[str, Any] | None:
        if policy is None:
            return None
        text = json.dumps(policy.document)
        found: Mapping[str, Any] = json.loads(self._without_account(text, account) if account else text)
        return found

    def _text(self, policy: Policy | None) -> str:
        if policy is None:
            return "-"
        document = policy.document
        if id(document) not in self._texts:
            self._alive.append(document)  # or another could take its id
            self._texts[id(document)] = json.dumps(document, sort_keys=True)
        return f"{policy.path} {json.dumps(policy.description)} {self._texts[id(document)]}"

    def _without_account(self, text: str, account: str) -> str:
        text = text.replace(account, "{{account.id}}")
        name = self._names.get(account)
        if name:
            written = re.escape(json.dumps(name)[1:-1])
            text = re.sub(rf"(?<![A-Za-z0-9]){written}(?![A-Za-z0-9])", "{{account.name}}", text)
        return text


def _fields(one: Policy, other: Policy) -> Iterator[Difference]:
    for field, before, after in (
        ("path", one.path, other.path),
        ("description", one.description, other.description),
    ):
        if before != after:
            yield Difference(field, Direction.NEUTRAL, before, after)
