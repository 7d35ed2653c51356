"""A tree → text in the canonical layout: `remit fmt`.

Keys stand in the order of docs/catalog.md, two spaces a level, lists below their key by two more. What was written on
one line in brackets stays so while it fits; what was written in a block stays a block. One blank line at most, one
between the kinds; two spaces before a comment. Scalars stay as they are written, but for 'single' quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from remit.editing.comments import attach
from remit.editing.order import Model, fields, model_of, rank
from remit.editing.tree import Item, Node, Tree, parse
from remit.errors import CatalogError, Problem, Source
from remit.yaml_places import read_yaml

WIDTH = 120
_STEP = "  "
_KEPT = "\0"
"""Ends a line within a scalar, whose spaces and blank lines are part of it. YAML has no such character."""


def laid_out(text: str, path: Path) -> str:
    """The text of a catalog file in the canonical layout. Raises CatalogError for what is not YAML."""
    documents, problems = read_yaml(text, str(path))
    if problems:
        raise CatalogError(problems)
    tree = parse(text)
    result = Layout(tree, model_of(path)).text()
    if read_yaml(result, str(path)) != (documents, []) or _comments_of(parse(result)) != _comments_of(tree):
        raise CatalogError([Problem("cannot be laid out without a change in what it says", "", Source(str(path), 1))])
    return result


def _comments_of(tree: Tree) -> list[str]:
    return sorted(comment.text for comment in tree.comments)


class Layout:
    """Prints the documents of one file."""

    def __init__(self, tree: Tree, model: Model | None) -> None:
        self._tree = tree
        self._model = model
        self._may_move = not any(_names_a_value(item) for item in tree.items())  # an anchor stands before its aliases

    def text(self) -> str:
        """The whole file."""
        left = attach(self._tree)
        parts = []
        separated = len(self._tree.separators)
        for number, root in enumerate(self._tree.roots):
            if number or separated == len(self._tree.roots):
                parts.append("---")
            parts.extend(self._document(root))
        parts.extend(left)
        return "\n".join(_tidy(parts)) + "\n" if any(parts) else ""

    def _document(self, root: Node) -> Iterator[str]:
        if root.items is None or root.flow or not root.is_mapping:
            yield from self.value(root, self._model, 0)
            return
        ordered = self._ordered(root, self._model)
        if root.items and ordered[0] is not root.items[0]:  # the head of the file stays there
            ordered[0].above[:0], root.items[0].above = root.items[0].above, []
        for number, item in enumerate(ordered):
            if number and "" not in item.above[:1]:
                item.above.insert(0, "")
            yield from self._item(item, self._model, 0)

    def _ordered(self, node: Node, model: Model | None) -> Sequence[Item]:
        items = node.items or []
        if model is None or not node.is_mapping or not self._may_move:
            return items
        ordered = sorted(items, key=lambda item: rank(model, item.name))
        if ordered != items and ordered:
            ordered[0].above = _without_blank_ends(ordered[0].above)
        if ordered and ordered[-1] is not items[-1]:  # the last word stays the last
            ordered[-1].below, items[-1].below = [*ordered[-1].below, *items[-1].below], []
        return ordered

    def value(self, node: Node, model: Model | None, column: int) -> list[str]:
        """The lines of a value that begins at a column. Those after the first are relative to the column."""
        if node.items is None:
            return self._scalar(node)
        line = self.on_one_line(node, model) if node.flow else None
        if line is not None and (column + len(line) <= WIDTH or not node.items):
            return [line]
        return self._block(node, model, column)

    def _block(self, node: Node, model: Model | None, column: int) -> list[str]:
        return [text for item in self._ordered(node, model) for text in self._item(item, model, column)]

    def _item(self, item: Item, model: Model | None, column: int) -> list[str]:
        head = f"{self._key(item)}:" if item.key else "-"
        node, inner = item.value, _inner(item, model)
        above, trail = list(item.above), f"  {item.trail}" if item.trail else ""
        inline = self._is_inline(node, inner, column + len(head) + 1)
        lines = self.value(node, inner, 0) if inline else self._block(node, inner, column + len(_STEP))
        if (
            item.key is None and not inline and not node.properties
        ):  # what stands above the first line goes above the dash
            above, trail = [*above, *([item.trail] if item.trail else [])], ""
            while not lines[0] or lines[0].startswith("#"):
                above += [text for text in [lines.pop(0)] if text]
        return [*above, *self._beside(item, head, lines, trail, inline=inline), *item.below]

    def _beside(self, item: Item, head: str, lines: list[str], trail: str, *, inline: bool) -> list[str]:
        """A key or a dash, with its value beside or below it."""
        node = item.value
        properties = f" {node.properties}" if node.properties else ""
        if inline:
            first = f"{head}{properties}{' ' if lines[0] else ''}{lines[0]}"
            rest = [f"{_STEP}{text}" if text else "" for text in lines[1:]]
            if rest and not _is_block_scalar(node):
                return [first, *rest[:-1], f"{rest[-1]}{trail}"]
            return [f"{first}{trail}", *rest]
        indented = [f"{_STEP}{text}" if text else "" for text in lines]
        if item.key is None and not properties:
            return [f"{head} {lines[0]}", *indented[1:]]
        return [f"{head}{properties}{trail}", *indented]

    def _is_inline(self, node: Node, model: Model | None, column: int) -> bool:
        if node.items is None or not node.items:
            return True
        line = self.on_one_line(node, model) if node.flow else None
        return line is not None and column + len(line) + len(node.properties) <= WIDTH

    def on_one_line(self, node: Node, model: Model | None) -> str | None:
        """A value in brackets; None if there is a comment in it, or a scalar of several lines."""
        if node.items is None:
            lines = self._scalar(node)
            return f"{node.properties} {lines[0]}".strip() if len(lines) == 1 else None
        parts = []
        for item in self._ordered(node, model):
            value = self.on_one_line(item.value, _inner(item, model))
            if value is None or item.trail or item.below or any(item.above) or not (item.value.flow or _leaf(item)):
                return None
            parts.append(f"{self._key(item)}: {value}".rstrip() if item.key else value)
        opening, closing = ("{", "}") if node.is_mapping else ("[", "]")
        return f"{opening}{', '.join(parts)}{closing}"

    def _key(self, item: Item) -> str:
        key = item.key
        if key is None:
            return ""
        text = self.on_one_line(key, None) or key.text
        return f"? {text} " if "\n" in text else text

    def _scalar(self, node: Node) -> list[str]:
        text = node.text
        if _is_block_scalar(node):
            return _block_scalar(text)
        if "\n" in text or "\r" in text:
            return [line.strip() or _KEPT for line in text.splitlines()]
        if text[:1] == "'" and not set(text[1:-1]) & set("'\"\\"):
            return [f'"{text[1:-1]}"']
        return [text]


def _inner(item: Item, model: Model | None) -> Model | None:
    """The model of an item's value."""
    return model if item.key is None or model is None else fields(model).get(item.name)


def _names_a_value(item: Item) -> bool:
    nodes = [item.value, item.key] if item.key else [item.value]
    return any("&" in node.properties or (node.items is None and node.text[:1] == "*") for node in nodes)


def _leaf(item: Item) -> bool:
    return item.value.items is None


def _is_block_scalar(node: Node) -> bool:
    return node.items is None and node.text[:1] in {"|", ">"}


def _block_scalar(text: str) -> list[str]:
    head, *lines = text.splitlines()
    if text.endswith("\n\n") and "+" not in head:
        lines = lines[: max((number for number, line in enumerate(lines) if line.strip()), default=-1) + 1]
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    return [head, *(f"{line[margin:]}{_KEPT}" for line in lines)]


def _without_blank_ends(lines: Sequence[str]) -> list[str]:
    return "\n".join(lines).strip("\n").split("\n") if any(lines) else []


def _tidy(lines: Sequence[str]) -> list[str]:
    """Never two blank lines, none at the ends nor below a line that opens a block."""
    found: list[str] = []
    for line in lines:
        text = line.rstrip()
        if text or (found and found[-1] and not _opens(found[-1])):
            found.append(text)
    while found and not found[-1]:
        found.pop()
    return [line.removesuffix(_KEPT) if line.strip(f" {_KEPT}") else "" for line in found]


def _opens(line: str) -> bool:
    return bool(re.search(r":(\s+#.*)?$", line)) and not line.lstrip().startswith("#")
