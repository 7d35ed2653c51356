"""A comparison in words, as a person thinks of it: who gains what where, which policy changes how."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from remit.diff.values import (
    Change,
    Diff,
    Difference,
    Direction,
    EndChange,
    GrantChange,
    PermissionSetChange,
    PolicyChange,
    StatementChange,
)
from remit.errors import listed
from remit.expiry import Expiry

Names = Callable[[Collection[str]], str]
_MOST_SOURCES = 3
_MOST_TEXTS = 8
_Alike = tuple[Change, frozenset[str], Expiry | None, Expiry | None]


@dataclass(frozen=True, slots=True)
class Detail:
    """One line below another, with its own direction."""

    text: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that differs. `code` quotes names; `grants` are the single grants that the line stands for."""

    text: str
    direction: Direction
    source: str
    details: tuple[Detail, ...] = ()
    grants: tuple[GrantChange, ...] = ()
    documents: tuple[StatementChange, ...] = ()


def lines_of(diff: Diff, names: Names, code: Callable[[str], str] = str) -> list[Line]:
    """What differs, first what widens. `names` says which accounts, `code` writes a name from the catalog."""
    writing = _Writing(names, code)
    lines = [
        *writing.grants(diff.grants),
        *(writing.permission_set(each) for each in diff.permission_sets),
        *(writing.policy(each) for each in diff.policies),
        *(writing.end(each) for each in diff.ends),
    ]
    return sorted(lines, key=lambda line: _ORDER.index(line.direction))


_ORDER = [Direction.WIDENS, Direction.EITHER, Direction.NARROWS, Direction.NEUTRAL]


@dataclass(frozen=True, slots=True)
class _Writing:
    names: Names
    code: Callable[[str], str]

    def grants(self, changes: Sequence[GrantChange]) -> Iterator[Line]:
        """Grants of the same accounts together: by the permission sets of one principal, then by the principals."""
        of_principal: defaultdict[tuple[_Alike, str, str], list[GrantChange]] = defaultdict(list)
        for each in changes:
            alike = (each.change, each.accounts, each.before, each.after)
            of_principal[alike, each.grant.principal_type, each.grant.principal].append(each)
        together: defaultdict[tuple[_Alike, tuple[str, ...]], list[GrantChange]] = defaultdict(list)
        for (alike, _, _), found in of_principal.items():
            sets = tuple(sorted(each.grant.permission_set for each in found))
            together[alike, sets].extend(found)
        for (_, sets), found in together.items():
            who = list(dict.fromkeys(self._principal(each) for each in found))
            what = ", ".join(map(self.code, sets))
            verb = f"{_GRANT_VERBS[found[0].change]}{'s' if len(who) == 1 else ''}"
            until = f"; {self._moved(found[0])}" if found[0].change == "changed" else ""
            text = f"{_joined(who)} {verb} {what} in {self.names(found[0].accounts)}{until}"
            sources = sorted({source for each in found for source in each.sources})
            yield Line(text, found[0].direction, listed(sources, _MOST_SOURCES), grants=tuple(found))

    def _principal(self, each: GrantChange) -> str:
        return self.code(each.grant.principal) + (" (user)" if each.grant.principal_type == "USER" else "")

    def permission_set(self, each: PermissionSetChange) -> Line:
        details = self._details(each)
        where = f" in {self.names(each.accounts)}" if each.accounts else ""
        text = f"permission set {self.code(each.name)} {_VERBS[each.change]}{where}"
        return Line(text, each.direction, each.source, details, documents=each.statements)

    def policy(self, each: PolicyChange) -> Line:
        details = self._details(each)
        text = f"policy {self.code(each.name)} {_VERBS[each.change]} in {self.names(each.accounts)}"
        return Line(text, each.direction, each.source, details, documents=each.statements)

    def end(self, each: EndChange) -> Line:
        return Line(f"{each.kind} {self.code(each.subject)} {self._moved(each)}", each.direction, each.source)

    def _moved(self, each: GrantChange | EndChange) -> str:
        before, after = (self.code(str(end)) if end else "never" for end in (each.before, each.after))
        return f"ends: {before} → {after}"

    def _details(self, each: PermissionSetChange | PolicyChange) -> tuple[Detail, ...]:
        found = [*map(self._difference, each.differences), *map(self._statement, each.statements)]
        return tuple(sorted(found, key=lambda detail: _ORDER.index(detail.direction)))

    def _difference(self, each: Difference) -> Detail:
        return Detail(f"{each.key.replace('_', ' ')}: {self._values(each)}", each.direction)

    def _values(self, each: Difference) -> str:
        if each.of_lists:
            parts = [*(f"+ {self._text(text)}" for text in each.new), *(f"- {self._text(text)}" for text in each.gone)]
            return listed(parts, _MOST_TEXTS)
        return f"{self._text(each.before)} → {self._text(each.after)}"

    def _statement(self, each: StatementChange) -> Detail:
        shown = each.after or each.before or {}
        sid = f" {self.code(str(shown['Sid']))}" if shown.get("Sid") else ""
        if each.change != "changed":
            return Detail(f"statement{sid} {each.change}: {self._whole(shown)}", each.direction)
        changes = "; ".join(f"{part.key} {self._values(part)}" for part in each.differences)
        return Detail(f"statement{sid} ({shown.get('Effect')}): {changes}", each.direction)

    def _whole(self, statement: object) -> str:
        if not isinstance(statement, dict):
            return ""
        parts = [str(statement.get("Effect"))]
        parts += [f"{words}{self._list(statement[key])}" for key, words in _REACH.items() if key in statement]
        if "Condition" in statement:
            parts.append(f"if {self._text(statement['Condition'])}")
        return " ".join(parts)

    def _list(self, values: Sequence[str]) -> str:
        return listed([self._text(each) for each in values], _MOST_TEXTS)

    def _text(self, value: object) -> str:
        if value is None or value in ("", (), {}):
            return "none"
        if isinstance(value, str):
            return self.code(value)
        if isinstance(value, tuple):
            return listed([self._text(each) for each in value], _MOST_TEXTS)
        return self.code(json.dumps(value, ensure_ascii=False))


_REACH = {"Action": "", "NotAction": "all but ", "Resource": "on ", "NotResource": "on all but "}
_GRANT_VERBS = {"added": "gain", "removed": "lose", "changed": "keep"}
_VERBS = {"added": "is new", "removed": "goes away", "changed": "changes"}


def _joined(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def summary(diff: Diff) -> str:
    """6 changes: 4 widening, 1 perhaps widening, 1 narrowing; 2 assignments gained, 3 lost."""
    if not diff:
        return "nothing changes"
    counts = {direction: sum(each.direction is direction for each in diff.changes) for direction in Direction}
    said = {
        Direction.WIDENS: "widening",
        Direction.EITHER: "perhaps widening",
        Direction.NARROWS: "narrowing",
        Direction.NEUTRAL: "neither",
    }
    parts = [f"{counts[direction]} {words}" for direction, words in said.items() if counts[direction]]
    changes = f"{len(diff.changes)} change{'s' if len(diff.changes) != 1 else ''}: {', '.join(parts)}"
    return f"{changes}; {diff.gained} assignment{'s' if diff.gained != 1 else ''} gained, {diff.lost} lost"
