"""Statements of a policy in the catalog that follow what was changed by hand: key by key, so that the rest stays.

`expires`, `targets`, comments and variables in what did not change are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remit.documents import canonical, meaning
from remit.drift.statements import Statement, changed_statements
from remit.editing import EditableFile
from remit.editing.document import Address

_SETS = ("Action", "NotAction", "Resource", "NotResource")
Changed = tuple[int | None, Statement | None, Statement | None]
"""The place in the catalog's document from 0, the catalog's statement, the live one."""


def changes_between(catalog: Mapping[str, Any] | None, live: Mapping[str, Any] | None) -> list[Changed]:
    """What differs. Of the same Sid, of the same meaning but for the Sid, or without one at the same place: changed."""
    found = list(changed_statements(catalog, live))
    new = {place: there for place, wanted, there in found if wanted is None and there is not None}
    became: dict[int, Statement | None] = {}
    for place, wanted, there in found:
        if wanted is not None:
            means = meaning(wanted, with_sid=False)
            renamed = [it for it, each in new.items() if there is None and meaning(each, with_sid=False) == means]
            became[place] = new.pop(renamed[0]) if renamed else there
    for place, wanted, there in found:
        if wanted is not None and became[place] is None and not wanted.get("Sid"):
            became[place] = new.pop(place) if not new.get(place, {"Sid": "none"}).get("Sid") else there
    changes: list[Changed] = [(place - 1, wanted, became[place]) for place, wanted, _ in found if wanted is not None]
    return [*changes, *((None, None, each) for each in new.values())]


def changed_keys(catalog: Statement, live: Statement) -> dict[str, Any]:
    """{key: the live value, None for one that is gone} of what means something else."""
    return {key: live.get(key) for key in {**catalog, **live} if _meaning(key, catalog) != _meaning(key, live)}


def rewrite(file: EditableFile, address: Address, catalog: Statement, changed: Mapping[str, Any]) -> None:
    """The statement at the address says the changed keys otherwise. `catalog`: what it said, variables filled in."""
    for key, value in changed.items():
        if value is None:
            file.drop(address, key)
        elif key in _SETS and file.count((*address, key)) > 1:
            _rewrite_list(file, (*address, key), _texts(catalog[key]), _texts(value))
        else:
            file.set(address, key, value[0] if isinstance(value, list) and len(value) == 1 else value)


def _rewrite_list(file: EditableFile, address: Address, before: Sequence[str], after: Sequence[str]) -> None:
    wanted = {text.casefold() for text in after} if address[-1] in _SETS[:2] else set(after)
    known = {text.casefold() for text in before} if address[-1] in _SETS[:2] else set(before)
    gone = [place for place, text in enumerate(before) if _fold(address, text) not in wanted]
    if len(gone) == len(before):
        file.set(address[:-1], str(address[-1]), list(after))
        return
    for place in reversed(gone):
        file.remove((*address, place))
    for text in after:
        if _fold(address, text) not in known:
            file.append(address[:-1], str(address[-1]), text)


def _fold(address: Address, text: str) -> str:
    return text.casefold() if address[-1] in _SETS[:2] else text


def _texts(value: Any) -> Sequence[str]:  # noqa: ANN401  JSON
    return value if isinstance(value, list) else [value]


def _meaning(key: str, statement: Statement) -> Any:  # noqa: ANN401  JSON
    return canonical({"Statement": [{key: statement[key]}]})["Statement"][0].get(key) if key in statement else None


def as_entry(statement: Statement) -> Mapping[str, Any]:
    """A live statement as the catalog writes it."""
    return {key: value for key, value in statement.items() if value not in ("", {})}
