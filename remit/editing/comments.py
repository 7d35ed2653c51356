"""Which key or item each comment speaks of: the one below it, on its line, or the last that stands as deep."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from remit.editing.tree import Comment, Item, Tree


def attach(tree: Tree) -> list[str]:
    """Give each comment to its item, blank lines too; what is left over at the end of the text is returned."""
    items = sorted(tree.items(), key=lambda item: item.start)
    starts = [item.start for item in items]
    left: list[str] = []
    for item in items:
        item.above, item.trail, item.below = [], "", []
    for comment in tree.comments:
        following = bisect_right(starts, comment.start)
        before = items[following - 1] if following else None
        if not comment.alone and before:
            _on_the_line(comment, before)
            continue
        after = items[following] if following < len(items) else None
        text = [""] * _blank_above(tree, comment.start) + [comment.text]
        deep = _as_deep(tree, comment, before, tree.column(after.start) if after else 0)
        (deep.below if deep else after.above if after else left).extend(text)
    for item in items:
        if _blank_above(tree, item.start):
            item.above.append("")
    return left


def _on_the_line(comment: Comment, item: Item) -> None:
    while item.parent and item.inside and item.inside.flow and item.inside.end <= comment.start:
        item = item.parent
    if item.trail:  # the first and the last line of one value
        item.above.append(comment.text)
    else:
        item.trail = comment.text


def _as_deep(tree: Tree, comment: Comment, before: Item | None, next_column: int) -> Item | None:
    """The item before a comment that stands deeper than what follows, and not deeper than the comment."""
    column = tree.column(comment.start)
    for item in _upwards(before):
        if item.inside and item.inside.flow:
            if item.inside.end > comment.start:
                return item if column > next_column else None
            continue
        if next_column < tree.column(item.start) <= column:
            return item
    return None


def _upwards(item: Item | None) -> Iterator[Item]:
    while item:
        yield item
        item = item.parent


def _blank_above(tree: Tree, offset: int) -> bool:
    """Whether the line above that of an offset, which nothing precedes on its own, is blank."""
    line = tree.line(offset)
    if line < 2 or tree.text[tree.line_starts[line - 1] : offset].strip():
        return False
    return not tree.text[tree.line_starts[line - 2] : tree.line_starts[line - 1]].strip()
