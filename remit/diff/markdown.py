"""A comparison for a pull request: what widens first, long lists folded, within the host's limit."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import ndiff

from remit.diff.values import Diff, Direction, Statement
from remit.diff.words import Line, lines_of, summary

LIMIT = 60_000
"""Characters. A comment on GitHub may have 65,536; what is left is for those who add a heading and a link."""
_MOST_ROWS = 200
_SECTIONS = (
    ((Direction.WIDENS, Direction.EITHER), ":warning: Widening"),
    ((Direction.NARROWS,), "Narrowing"),
    ((Direction.NEUTRAL,), "Neither"),
)


def markdown(
    diff: Diff, names: Callable[[Collection[str]], str], name: Callable[[str], str], *, title: str, limit: int = LIMIT
) -> str:
    """The text of a comment, at most `limit` characters long. `names` says a set of accounts, `name` one of them.

    What does not fit is left out from the end, the folded lists first, and counted.
    """
    lines = lines_of(diff, lambda accounts: _escaped(names(accounts)), _code)
    head = f"### {_escaped(title)}\n\n{summary(diff).capitalize()}.\n"
    for with_folds in (True, False):
        blocks = [(line.direction, _block(line, name, folds=with_folds)) for line in lines]
        text = head + "".join(_sections(blocks))
        if len(text) <= limit:
            return text
    return head + _cut(blocks, limit - len(head))


def _sections(blocks: Sequence[tuple[Direction, str]]) -> Iterator[str]:
    for directions, heading in _SECTIONS:
        found = [text for direction, text in blocks if direction in directions]
        if found:
            yield f"\n#### {heading}\n\n{''.join(found)}"


def _cut(blocks: Sequence[tuple[Direction, str]], room: int) -> str:
    """As many blocks as fit, and how many do not."""
    low, high = 0, len(blocks)
    while low < high:
        middle = (low + high + 1) // 2
        if len(_with_rest(blocks, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return _with_rest(blocks, low)


def _with_rest(blocks: Sequence[tuple[Direction, str]], count: int) -> str:
    left = blocks[count:]
    widening = sum(direction.may_widen for direction, _ in left)
    rest = f"\n**{len(left)} more changes do not fit here, {widening} of them widening**: see `remit diff --verbose`.\n"
    return "".join(_sections(blocks[:count])) + (rest if left else "")


def _block(line: Line, name: Callable[[str], str], *, folds: bool) -> str:
    source = f" ({_escaped(line.source)})" if line.source else ""
    doubt = " *(cannot be judged narrower)*" if line.direction is Direction.EITHER else ""
    text = f"- {line.text}{doubt}{source}\n"
    details = [f"  - {_MARKS[detail.direction]}{detail.text}\n" for detail in line.details]
    if not folds:
        return text + "".join(details[:5]) + (f"  - and {len(details) - 5} more\n" if len(details) > 5 else "")
    text += "".join(details) if len(details) <= 5 else _folded(f"{len(details)} differences", "".join(details))
    if len(line.grants) * max(len(each.accounts) for each in line.grants) > 1 if line.grants else False:
        text += _folded("every single one", "".join(_rows(line, name)))
    if line.documents:
        text += _folded("statements", _documents(line))
    return text


_MARKS = {
    Direction.WIDENS: "**widens** ",
    Direction.EITHER: "**may widen** ",
    Direction.NARROWS: "narrows ",
    Direction.NEUTRAL: "",
}


def _rows(line: Line, name: Callable[[str], str]) -> Iterator[str]:
    rows = [
        f"  - {_code(each.grant.principal)}: {_code(each.grant.permission_set)} in {_escaped(name(account))}"
        f" ({account})\n"
        for each in line.grants
        for account in sorted(each.accounts, key=name)
    ]
    yield from rows[:_MOST_ROWS]
    if len(rows) > _MOST_ROWS:
        yield f"  - and {len(rows) - _MOST_ROWS} more\n"


def _documents(line: Line) -> str:
    found = []
    for each in line.documents:
        before, after = (_rows_of(statement) for statement in (each.before, each.after))
        found += [f"  {row}\n" for row in ndiff(before, after) if not row.startswith("?")]
    return f"  ```diff\n{''.join(found)}  ```\n"


def _rows_of(statement: Statement | None) -> list[str]:
    if statement is None:
        return []
    return json.dumps(statement, indent=2, ensure_ascii=False).replace("```", "'''").splitlines()


def _folded(title: str, text: str) -> str:
    return f"  <details><summary>{title}</summary>\n\n{text}\n  </details>\n"


def _code(text: str) -> str:
    """A name as code, so that it mentions nobody and marks nothing up."""
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"


def _escaped(text: str) -> str:
    """Text that is no mark-up and mentions nobody."""
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "#": "&#35;"}
    return "".join(marks.get(letter, f"\\{letter}" if letter in "\\`*_[]|~" else letter) for letter in text)
