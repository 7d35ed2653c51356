"""YAML text → nodes that know where they stand, and the comments between them. PyYAML's events have the places."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.tokens import BlockEntryToken, Token

_Valued = ScalarEvent | SequenceStartEvent | MappingStartEvent
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")


@dataclass(slots=True, eq=False)
class Node:
    """A value. `start` and `end` are offsets in the text; a block collection ends with its last value.

    `text` is a scalar or alias as it is written, less its anchor and tag, which are in `properties`.
    """

    start: int
    end: int
    text: str = ""
    properties: str = ""
    is_mapping: bool = False
    flow: bool = False
    items: list[Item] | None = None
    """None for a scalar or an alias."""


@dataclass(slots=True, eq=False)
class Item:
    """A key with its value, or an item of a list. It starts at its key, its dash, or in a flow list its value.

    `above`: the comments before it, "" for a blank line; `trail`: the one on its line; `below`: those after it that
    stand too deep to speak of what follows.
    """

    start: int
    value: Node
    key: Node | None = None
    inside: Node | None = None
    parent: Item | None = None
    above: list[str] = field(default_factory=list)
    trail: str = ""
    below: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The key, without quotes."""
        return unquoted(self.key.text) if self.key else ""


@dataclass(frozen=True, slots=True)
class Comment:
    start: int
    text: str
    alone: bool
    """Nothing else stands on its line."""


@dataclass(slots=True)
class Tree:
    """The documents of a text, in order, and its comments. `text` has no byte order mark."""

    text: str
    roots: list[Node]
    comments: list[Comment]
    line_starts: list[int]
    separators: list[int]
    """Where each `---` stands."""

    def line(self, offset: int) -> int:
        """Counts from 1."""
        return bisect_left(self.line_starts, offset + 1)

    def column(self, offset: int) -> int:
        """Counts from 0."""
        return offset - self.line_starts[self.line(offset) - 1]

    def items(self) -> Iterator[Item]:
        """Every item, in the order of the text."""
        for root in self.roots:
            yield from _items(root)


def parse(text: str) -> Tree:
    """Raises yaml.YAMLError for what is not YAML."""
    tokens = list(yaml.scan(text, Loader=yaml.CSafeLoader))
    line_starts = [0, *(found.end() for found in re.finditer("\r\n|\r|\n", text))]
    dashes = [_start(token) for token in tokens if isinstance(token, BlockEntryToken)]
    building = _Building(text, yaml.parse(text, Loader=yaml.CSafeLoader), dashes)
    roots = list(building.roots())
    return Tree(text, roots, list(_comments(text, tokens)), line_starts, building.separators)


def unquoted(text: str) -> str:
    """What a scalar of one line says."""
    return str(yaml.load(text, Loader=yaml.BaseLoader)) if text[:1] in {'"', "'"} else text  # noqa: S506  text alone


def _items(node: Node) -> Iterator[Item]:
    for item in node.items or ():
        yield item
        yield from _items(item.value)


def _start(thing: Event | Token) -> int:
    return int(thing.start_mark.index) if thing.start_mark else 0


def _end(thing: Event | Token) -> int:
    return int(thing.end_mark.index) if thing.end_mark else 0


class _Building:
    def __init__(self, text: str, events: Iterator[Event], dashes: Sequence[int]) -> None:
        self.text = text
        self.events = events
        self.dashes = dashes
        self.separators: list[int] = []

    def roots(self) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                if event.explicit:
                    self.separators.append(_start(event))
                yield self.node(next(self.events), None)

    def node(self, event: Event, parent: Item | None) -> Node:
        start, end = _start(event), _end(event)
        if isinstance(event, AliasEvent):
            return Node(start, end, self.text[start:end])
        has_properties = isinstance(event, _Valued) and (event.anchor or event.tag)
        found = _PROPERTIES.match(self.text, start, end) if has_properties else None
        properties = " ".join(found[0].split()) if found else ""
        if isinstance(event, ScalarEvent):
            return Node(start, end, self.text[found.end() if found else start : end], properties)
        is_mapping = isinstance(event, MappingStartEvent)
        node = Node(start, end, "", properties, is_mapping, items=[])
        node.flow = isinstance(event, MappingStartEvent | SequenceStartEvent) and bool(event.flow_style)
        self._fill(node, parent)
        return node

    def _fill(self, node: Node, parent: Item | None) -> None:
        items = node.items if node.items is not None else []
        while not isinstance(event := next(self.events), MappingEndEvent | SequenceEndEvent):
            key = self.node(event, None) if node.is_mapping else None
            first = next(self.events) if key else event
            item = Item(key.start if key else _start(first), Node(0, 0), key, node, parent)
            item.value = self.node(first, item)
            if not key and not node.flow:
                item.start = self.dashes[bisect_left(self.dashes, item.value.start) - 1]
            items.append(item)
        if node.flow:
            node.end = _end(event)
        elif items:  # the parser's own mark is where the next thing begins
            node.end = max(items[-1].value.end, items[-1].start)


def _comments(text: str, tokens: Sequence[Token]) -> Iterator[Comment]:
    """What stands between tokens and begins with #."""
    edges = [(0, 0), *((_start(token), _end(token)) for token in tokens), (len(text), len(text))]
    done = 0
    for start, end in edges:
        for found in re.finditer(r"#[^\r\n]*", text[done:start]):
            at = done + found.start()
            before = text[text.rfind("\n", 0, at) + 1 : at]
            yield Comment(at, found[0].rstrip(), not before.strip())
        done = max(done, end)
