"""A plan beside what was found: where the catalog says otherwise than AWS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from remit.catalog.fields import parse_duration
from remit.delta import assignment_key
from remit.documents import same_meaning
from remit.importing.found import Found, FoundPolicy
from remit.permission_set import LivePermissionSet
from remit.plan import Plan

_LOST, _NEW = "lost", "new"
_Key = TypeVar("_Key", str, tuple[str, str])
_KEYS = {"document": ("statements",), "": ("path", "description", "targets", "except", "statements")}
"""The catalog's keys for what differs in a policy; empty: it is not in the same accounts, so that any of them may."""
_TERMS = frozenset({"expires", "drift", "wording"})
"""Of a policy that was found: no plan has them. `remit.importing.proof` compares plans at several times instead."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the catalog says otherwise. `field` is empty where a whole thing would be lost or new.

    `later`: it is so only from a later time on.
    """

    kind: str
    name: str
    field: str
    text: str
    later: bool = False

    def __str__(self) -> str:
        return self.text


def compare(plan: Plan, said: Found) -> list[Difference]:
    """Everything that differs but policies that stay untouched, sorted within its kind. Equal values in other words are
    equal.
    """
    return [*_assignments(plan, said), *_permission_sets(plan, said), *_policies(plan, said)]


def changed_keys(differences: Iterable[Difference], kind: str) -> Mapping[str, set[str]]:
    """The keys of each entry of a kind that have to change, by its name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in differences:
        if each.kind == kind:
            whole = not each.field
            found[each.name].update(("expires",) if each.later else ())
            found[each.name].update(() if whole and each.later else _KEYS.get(each.field, (each.field,)))
    return found


def _assignments(plan: Plan, said: Found) -> Iterator[Difference]:
    read = {
        (each.permission_set, assignment_key(each.account, each.principal_type, each.principal_id))
        for each in said.assignments
    }
    written = {(each.permission_set, each.key) for each in plan.assignments}
    for fate, grants in ((_LOST, read - written), (_NEW, written - read)):
        for name, key in sorted(grants):
            yield Difference("access", name, "", f"assignment {key} of permission set {name} would be {fate}")


def _permission_sets(plan: Plan, said: Found) -> Iterator[Difference]:
    compared = [each.name for each in fields(LivePermissionSet) if each.compare]
    written = {
        entry.name: LivePermissionSet(**{name: getattr(entry, name) for name in compared})
        for entry in plan.permission_sets
    }
    read = {entry.name: entry for entry in said.permission_sets}
    for name, fate in _missing(read, written):
        yield Difference("permission_sets", name, "", f"permission set {name} would be {fate}")
    for name in sorted(read.keys() & written.keys()):
        for field, text in _fields(_plain(read[name]), _plain(written[name])):
            yield Difference("permission_sets", name, field, f"{field} of permission set {name} {text}")


def _plain(entry: LivePermissionSet) -> LivePermissionSet:
    """In one order and one spelling."""
    return replace(
        entry,
        session_duration=parse_duration(entry.session_duration),
        aws_managed_policies=tuple(sorted(entry.aws_managed_policies)),
        customer_managed_policies=tuple(sorted(entry.customer_managed_policies)),
        tags=dict(entry.tags),
    )


def _policies(plan: Plan, said: Found) -> Iterator[Difference]:
    written = {
        (each.name, each.account): FoundPolicy(each.account, each.name, each.path, each.description, each.document)
        for each in plan.managed_policies
        if each.name not in said.untouched
    }
    read = {(each.name, each.account): each for each in said.policies}
    for (name, account), fate in _missing(read, written):
        yield Difference("managed_policies", name, "", f"policy {name} in {account} would be {fate}")
    for name, account in sorted(read.keys() & written.keys()):
        for field, text in _fields(read[name, account], written[name, account]):
            yield Difference("managed_policies", name, field, f"{field} of policy {name} in {account} {text}")


def _missing(read: Mapping[_Key, object], written: Mapping[_Key, object]) -> Iterator[tuple[_Key, str]]:
    yield from ((key, _LOST) for key in sorted(read.keys() - written.keys()))
    yield from ((key, _NEW) for key in sorted(written.keys() - read.keys()))


def _fields(
    read: LivePermissionSet | FoundPolicy, written: LivePermissionSet | FoundPolicy
) -> Iterator[tuple[str, str]]:
    for name in (each.name for each in fields(read) if each.compare and each.name not in _TERMS):
        before, after = getattr(read, name), getattr(written, name)
        documents = name in {"document", "inline_policy"} and before and after
        if not (same_meaning(before, after) if documents else before == after):
            yield name, f"would be {after!r}, and is {before!r}"
