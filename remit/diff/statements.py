"""Two policy documents → the statements that changed, and which way each goes. What cannot be judged is EITHER."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from remit.diff.globs import direction_of, values_direction
from remit.diff.values import Difference, Direction, Statement, StatementChange, together
from remit.documents import canonical

Document = Mapping[str, Any]
_LISTS = ("Action", "NotAction", "Resource", "NotResource")


def statement_changes(before: Document | None, after: Document | None) -> tuple[StatementChange, ...]:
    """Statement by statement; None is a policy that does not exist."""
    old, new = _statements(before), _statements(after)
    spelled = {text.lower(): text for document in (before, after) for text in _words(document)}
    return tuple(_as_spelled(each, spelled) for each in _changes(old, new))


def _changes(old: list[Statement], new: list[Statement]) -> tuple[StatementChange, ...]:
    common = {_text(each) for each in old} & {_text(each) for each in new}
    old = [each for each in old if _text(each) not in common]
    new = [each for each in new if _text(each) not in common]
    pairs = list(_pairs(old, new))
    paired = {id(each) for pair in pairs for each in pair}
    return (
        *(changed(one, other) for one, other in pairs),
        *(_alone(each, "removed") for each in old if id(each) not in paired),
        *(_alone(each, "added") for each in new if id(each) not in paired),
    )


def direction_of_document(document: Document | None) -> Direction:
    """Which way it goes to attach the whole: what it allows widens, what it denies narrows. None: who knows."""
    if document is None:
        return Direction.EITHER
    return together(_alone(each, "added").direction for each in _statements(document))


def changed(before: Statement, after: Statement) -> StatementChange:
    """One statement that became another."""
    differences = tuple(_differences(before, after))
    return StatementChange("changed", together(each.direction for each in differences), before, after, differences)


def _alone(statement: Statement, change: str) -> StatementChange:
    widens = (statement.get("Effect") == "Allow") == (change == "added")
    direction = Direction.WIDENS if widens else Direction.NARROWS
    if change == "added":
        return StatementChange("added", direction, None, statement)
    return StatementChange("removed", direction, statement, None)


def _statements(document: Document | None) -> list[Statement]:
    return list(canonical(document)["Statement"]) if document else []


def _words(document: Document | None) -> Iterator[str]:
    """Actions, condition operators and condition keys."""
    for statement in (document or {}).get("Statement", ()):
        for operator, keys in statement.get("Condition", {}).items():
            yield from (operator, *keys)
        for key in ("Action", "NotAction"):
            value = statement.get(key, ())
            yield from [value] if isinstance(value, str) else value


def _as_spelled(change: StatementChange, spelled: Mapping[str, str]) -> StatementChange:
    """Actions and conditions as people write them: they are compared in lower case."""

    def whole(statement: Statement | None) -> Statement | None:
        return statement and {key: words(key, value) for key, value in statement.items()}

    def words(key: str, value: Any) -> Any:  # noqa: ANN401  JSON
        if key == "Condition" and isinstance(value, Mapping):
            return {
                spelled.get(operator, operator): {spelled.get(name, name): values for name, values in keys.items()}
                for operator, keys in value.items()
            }
        if key not in {"Action", "NotAction"} or not isinstance(value, list | tuple):
            return value
        return type(value)(spelled.get(text, text) for text in value)

    differences = tuple(
        Difference(each.key, each.direction, words(each.key, each.before), words(each.key, each.after))
        for each in change.differences
    )
    return StatementChange(change.change, change.direction, whole(change.before), whole(change.after), differences)


def _text(statement: Statement) -> str:
    return json.dumps(statement, sort_keys=True)


def _pairs(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """Statements that are the same one, changed: of one Sid, else alike but for one key. The same both ways round."""
    left, right = list(old), list(new)
    for likeness in (_same_sid, _alike):
        for one in list(left):
            matches = [other for other in right if likeness(one, other)]
            if len(matches) == 1 and sum(likeness(each, matches[0]) for each in left) == 1:
                left.remove(one)
                right.remove(matches[0])
                yield one, matches[0]


def _same_sid(one: Statement, other: Statement) -> bool:
    sid: str | None = one.get("Sid")
    return sid is not None and sid == other.get("Sid")


def _alike(one: Statement, other: Statement) -> bool:
    if one.get("Effect") != other.get("Effect"):
        return False
    keys = (one.keys() | other.keys()) - {"Sid"}
    return len([key for key in keys if one.get(key) != other.get(key)]) <= 1


def _differences(before: Statement, after: Statement) -> Iterator[Difference]:
    if before.get("Effect") != after.get("Effect"):
        direction = Direction.WIDENS if after.get("Effect") == "Allow" else Direction.NARROWS
        yield Difference("Effect", direction, before.get("Effect"), after.get("Effect"))
        for key in sorted((before.keys() | after.keys()) - {"Effect"}):
            if before.get(key) != after.get(key):
                yield Difference(key, Direction.EITHER, _plain(before.get(key)), _plain(after.get(key)))
        return
    denies = before.get("Effect") == "Deny"
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if one != other:
            direction = _direction(key, one, other)
            yield Difference(key, direction.mirrored if denies else direction, _plain(one), _plain(other))


def _plain(value: Any) -> Any:  # noqa: ANN401  JSON
    return tuple(value) if isinstance(value, list) else value


def _direction(key: str, before: Any, after: Any) -> Direction:  # noqa: ANN401  JSON
    """How a statement's reach changes with one key, if it allows."""
    if key == "Sid":
        return Direction.NEUTRAL
    if key == "Condition":
        return condition_direction(before or {}, after or {})
    if key not in _LISTS or before is None or after is None:
        return Direction.EITHER
    direction = direction_of(before, after)
    return direction.mirrored if key.startswith("Not") else direction


def condition_direction(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> Direction:
    """A further demand narrows, one that is gone widens; so do values that are gone from one, or new in it."""
    one, other = _demands(before), _demands(after)
    parts = [Direction.WIDENS] * bool(one.keys() - other.keys()) + [Direction.NARROWS] * bool(other.keys() - one.keys())
    for demand in one.keys() & other.keys():
        parts.append(_values_direction(demand[0], one[demand], other[demand]))
    return together(parts)


def _values_direction(operator: str, before: Sequence[str], after: Sequence[str]) -> Direction:
    if set(before) == set(after):
        return Direction.NEUTRAL
    quantifier, _, bare = operator.rpartition(":")
    name = bare.removesuffix("ifexists")
    if name == "null" or name.startswith(("numeric", "date")) or quantifier not in {"", "forallvalues", "foranyvalue"}:
        return Direction.EITHER
    direction = values_direction(before, after)
    return direction.mirrored if "not" in name else direction


def _demands(condition: Mapping[str, Mapping[str, Any]]) -> Mapping[tuple[str, str], Sequence[str]]:
    return {(operator, key): values for operator, keys in condition.items() for key, values in keys.items()}
