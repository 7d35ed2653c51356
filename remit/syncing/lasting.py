"""What ends, still ends: a change by hand has no end of its own, and what the catalog knew lasts as long as it did.

Held against each other are the plans of the catalog before and after, at each time that something of the entry ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from remit.catalog.load import Catalog
from remit.documents import Document, canonical, meaning
from remit.endings import endings
from remit.errors import CatalogError
from remit.importing.pairing import is_undecided, pair_off
from remit.plan import Plan
from remit.syncing.change import Change
from remit.syncing.said import Said, key_of

Planned = Callable[[Catalog, datetime], Plan]
_Plans = Sequence[tuple[datetime, Plan]]
_Documents = Sequence[tuple[datetime, Document | None]]
End = datetime | None
"""None: it never ends."""


@dataclass(frozen=True, slots=True)
class _Lasting:
    """A statement, and when it is first missing."""

    statement: Mapping[str, Any]
    end: End

    @property
    def sid(self) -> str:
        return str(self.statement.get("Sid", ""))


def lasting_otherwise(before: Catalog, after: Catalog, change: Change, at: datetime, planned: Planned) -> Iterator[str]:
    """What would end at another time than before, in words. Raises CatalogError where only `after` has no plan then."""
    if not (times := _times(before, after, change, at)):
        return
    was: _Plans = [(at, planned(before, at)), *_plans(before, times, planned)]
    now: _Plans = [(time, planned(after, time)) for time, _ in was]
    for (time, old), (_, new) in list(zip(was, now, strict=True))[1:]:
        for text in _others(_with_access(Said.of(old), change, new), change).differences(_others(Said.of(new), change)):
            yield f"from {_when(time)} on, {text}"
    documents, others = (_documents(change, plans) for plans in (was, now))
    for what, known in documents.items():
        yield from (f"{text} in {what}" for text in _otherwise(_ends(known), _ends(others[what])))
    for name in {each.name for each in change.findings if each.kind == "permission_set"}:
        yield from _attached(name, was, now)


def _times(before: Catalog, after: Catalog, change: Change, at: datetime) -> list[datetime]:
    """When something of the entry ends."""
    name, of_policy = change.findings[0].name, change.findings[0].kind == "managed_policy"
    found = set()
    for catalog in (before, after):
        entry = replace(
            catalog,
            managed_policies=tuple(each for each in catalog.managed_policies if of_policy and each.name == name),
            permission_sets=tuple(each for each in catalog.permission_sets if not of_policy and each.name == name),
            access=tuple(rule for rule in catalog.access if not of_policy and name in rule.permission_sets),
        )
        found |= {each.expires.end for each in endings(entry) if not each.is_over(at)}
    return sorted(found)


def _plans(before: Catalog, times: Sequence[datetime], planned: Planned) -> Iterator[tuple[datetime, Plan]]:
    """A time at which the catalog had no plan is passed over: no run changes anything then."""
    for time in times:
        try:
            yield time, planned(before, time)
        except CatalogError:
            continue


def _with_access(said: Said, change: Change, now: Plan) -> Said:
    """With what was given and without what was taken away, for as long as the permission set is there."""
    sets, grants = {each.name for each in now.permission_sets}, set(said.grants)
    for each in change.findings:
        if each.kind == "assignment" and each.change == "missing":
            grants.discard((each.name, key_of(each)))
        elif each.kind == "assignment" and each.name in sets:
            grants.add((each.name, key_of(each)))
    return replace(said, grants=frozenset(grants))


def _others(said: Said, change: Change) -> Said:
    """Without the permission sets and policies that the change speaks of, and what a set that was deleted gave."""
    sets = {each.name for each in change.findings if each.kind == "permission_set"}
    deleted = {each.name for each in change.findings if each.kind == "permission_set" and each.change == "missing"}
    policies = {(each.account, each.name) for each in change.findings if each.kind == "managed_policy"}
    return Said(
        {name: fields for name, fields in said.permission_sets.items() if name not in sets},
        frozenset(grant for grant in said.grants if grant[0] not in deleted),
        {key: fields for key, fields in said.policies.items() if key not in policies},
    )


def _documents(change: Change, plans: _Plans) -> Mapping[str, _Documents]:
    """Each document that was changed, in words, at each of the times."""
    changed = [each for each in change.findings if each.change == "changed"]
    found: dict[str, list[tuple[datetime, Document | None]]] = {each.title: [] for each in changed}
    for time, plan in plans:
        policies = {(each.account, each.name): each.document for each in plan.managed_policies}
        inline = {each.name: each.inline_policy for each in plan.permission_sets}
        for each in changed:
            of_policy = each.kind == "managed_policy"
            document = policies.get((each.account, each.name)) if of_policy else inline.get(each.name)
            found[each.title].append((time, document))
    return found


def _ends(documents: _Documents) -> list[_Lasting]:
    """The statements of the first document, and when they are missing first."""
    (_, first), *later = [(time, _statements(document)) for time, document in documents]
    return [_Lasting(each, next((time for time, there in later if each not in there), None)) for each in first]


def _statements(document: Document | None) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = canonical(document)["Statement"] if document else []
    return found


def _otherwise(old: Sequence[_Lasting], new: Sequence[_Lasting]) -> Iterator[str]:
    """Statements that end at another time. The same are those of one meaning, of one Sid, or alike but for the Sid."""
    old_left, new_left = list(old), list(new)
    same = pair_off(
        new_left,
        old_left,
        lambda one, other: one.statement == other.statement,
        lambda one, other: one.sid == other.sid != "",
        lambda one, other: meaning(one.statement, with_sid=False) == meaning(other.statement, with_sid=False),
    )
    for each, origin in same:
        if origin.end != each.end:
            yield f"statement {each.sid or 'without a Sid'} would end {_when(each.end)}, not {_when(origin.end)}"
    for effect in ("Allow", "Deny"):
        gone, come = (
            [each.end for each in side if each.statement.get("Effect") == effect] for side in (old_left, new_left)
        )
        if is_undecided(gone, come):
            yield "a statement that ends is gone and another is new: whether that one ends is for a person to say"


def _attached(name: str, was: _Plans, now: _Plans) -> Iterator[str]:
    """Attached policies that end at another time; of a customer managed one the path may be another."""
    old, new = (_attachments(name, plans) for plans in (was, now))
    for policy in sorted(old.keys() & new.keys()):
        if old[policy] != new[policy]:
            yield f"{policy} would be attached until {_when(new[policy])}, not {_when(old[policy])}"


def _attachments(name: str, plans: _Plans) -> Mapping[str, End]:
    (_, first), *later = [(time, _names(plan, name)) for time, plan in plans]
    return {each: next((time for time, there in later if each not in there), None) for each in first}


def _names(plan: Plan, name: str) -> frozenset[str]:
    entry = next((each for each in plan.permission_sets if each.name == name), None)
    if entry is None:
        return frozenset()
    return frozenset({*entry.aws_managed_policies, *(policy for policy, _ in entry.customer_managed_policies)})


def _when(end: End) -> str:
    return f"{end:%Y-%m-%d %H:%M}Z" if end else "never"
