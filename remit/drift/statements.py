"""Two policy documents, statement by statement, by meaning. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from remit.documents import Document, canonical, meaning, statements_of
from remit.drift.values import Difference

Statement = Mapping[str, Any]


def document_differences(catalog: Document | None, live: Document | None, prefix: str = "") -> Iterator[Difference]:
    """The statements that differ. Those with the same Sid are one that was changed; others came or went.

    `prefix` stands before each field. A document that one side does not have has no statements.
    """
    changes = list(changed_statements(catalog, live))
    for place, wanted, found in changes:
        yield Difference(f"{prefix}{_name(wanted or found or {}, place)}", wanted, found)
    if not changes and catalog is not None and live is not None:
        yield from _beside(catalog, live, prefix)


def changed_statements(
    catalog: Document | None, live: Document | None
) -> Iterator[tuple[int, Statement | None, Statement | None]]:
    """(place, from 1; the catalog's; the live one) of each that differs; None where one side has none.

    The place is that in the catalog's document, or in the live one for a statement that the catalog has not.
    """
    wanted, found = _statements(catalog), _statements(live)
    same = {text for _, _, text in wanted} & {text for _, _, text in found}
    gone = [(place, statement) for place, statement, text in wanted if text not in same]
    come = [(place, statement) for place, statement, text in found if text not in same]
    by_sid = {statement["Sid"]: statement for _, statement in come if statement.get("Sid")}
    for place, statement in gone:
        yield place, statement, by_sid.pop(statement.get("Sid"), None)
    changed = {statement["Sid"] for _, statement in gone if statement.get("Sid")}
    for place, statement in come:
        if statement.get("Sid") not in changed:
            yield place, None, statement


def survives(had: Document | None, wanted: Document | None, live: Document | None) -> bool:
    """Whether a statement that was to go, from `had` to `wanted`, still stands in a live document.

    It is the same if it means the same, or if it has its Sid, which no statement that stays has.
    """
    there = _statements(live)
    meanings, sids = {text for _, _, text in there}, _sids(there) - _sids(_statements(wanted))
    return any(
        gone is not None and (meaning(gone) in meanings or gone.get("Sid") in sids)
        for _, gone, _ in changed_statements(had, wanted)
    )


def _sids(statements: Sequence[tuple[int, Statement, str]]) -> set[str]:
    return {each["Sid"] for _, each, _ in statements if each.get("Sid")}


def _statements(document: Document | None) -> list[tuple[int, Statement, str]]:
    """(place from 1, the statement as it stands, what it means)."""
    return [(place, each, meaning(each)) for place, each in enumerate(statements_of(document), 1)]


def _name(statement: Statement, place: int) -> str:
    return f"statement {statement.get('Sid') or place}"


def _beside(catalog: Document, live: Document, prefix: str) -> Iterator[Difference]:
    """What is not a statement: the version of the language."""
    one, other = canonical(catalog), canonical(live)
    for key in sorted({*one, *other} - {"Statement"}):
        if one.get(key) != other.get(key):
            yield Difference(f"{prefix}{key}", one.get(key), other.get(key))
