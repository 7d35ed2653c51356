"""YAML as text that knows its place: the one reader of catalog, stack and organization files.

Every scalar stays the text that stands in the file, so that 012345678901 is an account, NO is a word and
2026-12-31 is a date for whoever asks for one; only an empty value, ~ and null are None. What YAML does quietly is
an error here: duplicate keys, tags, aliases that go round in circles or explode. Values are `Text`, `Block`
(a mapping) and `Series` (a list); each knows the `Source` of itself, and Block and Series of what they hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import yaml
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema
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

from remit.errors import BadValue, Problem, Source
from remit.yaml_errors import syntax_problem

MOST_VALUES = 1_000_000
"""A file whose aliases unfold to more values than this is refused."""
DEEPEST = 64
NOWHERE = Source("(not from a file)", 0)
_STANDARD = "tag:yaml.org,2002:"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Text(str):
    """A string and where it stands. `plain`: it stands there without quotes."""

    __slots__ = ("plain", "source")
    source: Source
    plain: bool

    def __new__(cls, value: str, source: Source = NOWHERE, *, plain: bool = False) -> Self:
        text = super().__new__(cls, value)
        text.source, text.plain = source, plain
        return text

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls._of)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string"}

    @classmethod
    def _of(cls, value: object) -> Text:
        if isinstance(value, Text):
            return value
        if isinstance(value, str):
            return cls(value)
        raise BadValue(not_text(value), _without_space(value))


def _without_space(value: object) -> str:
    """A remedy for `account: payments`, which YAML takes for a mapping."""
    if isinstance(value, Block) and len(value) == 1:
        (key, word), *_ = value.items()
        if isinstance(word, Text):
            return f"write {key}:{word}, with no space after the colon, or quote the text"
    return ""


def not_text(value: object) -> str:
    """Say what stands where text should."""
    if value is None:
        return "has no value"
    if isinstance(value, dict | list):
        return f"must be text, not {'a mapping' if isinstance(value, dict) else 'a list'}"
    return f"must be text in quotes, not {value!r}"


class Block(dict[str, Any]):
    """A mapping. `places` has the source of each key."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.places: dict[str, Source] = {}


class Series(list[Any]):
    """A list. `places` has the source of each item."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.places: list[Source] = []


def source_of(value: object) -> Source | None:
    """Where a value of this module stands; None for any other value."""
    return value.source if isinstance(value, Text | Block | Series) else None


def read_yaml(text: str | bytes, file: str, *, functions: bool = False) -> tuple[list[Any], list[Problem]]:
    """The documents of a file, and all that is wrong with it. After a syntax error there are no documents.

    With `functions`, tags are those of CloudFormation: `!Ref X` is read as `{Ref: X}`, `!Sub X` as `{"Fn::Sub": X}`.
    """
    reader = _Reader(file, yaml.parse(text, Loader=yaml.CSafeLoader), functions)
    try:
        documents = list(reader.documents())
    except yaml.YAMLError as error:
        return [], [*reader.problems, syntax_problem(error, text, file)]
    except _Unreadable as error:
        return [], [*reader.problems, error.problem]
    return documents, reader.problems


_Node = ScalarEvent | SequenceStartEvent | MappingStartEvent


class _Unreadable(Exception):  # noqa: N818  never leaves this module
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(slots=True)
class _Reader:
    """Builds values from parser events: unlike yaml.load it never recurses deeper than DEEPEST."""

    file: str
    events: Iterator[Event]
    functions: bool = False
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int] | None] = field(default_factory=dict)
    """Value and unfolded size by anchor; None while the value is still being read."""
    size: int = 0

    def documents(self) -> Iterator[Any]:
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                self.anchors.clear()
                yield self._value(next(self.events), 0)

    def _value(self, event: Event, depth: int) -> object:
        source = self._source(event)
        if isinstance(event, AliasEvent):
            return self._alias(str(event.anchor), source)
        if not isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):  # pragma: no cover
            raise TypeError(f"the YAML parser sent {event}")
        if depth > DEEPEST:
            raise _Unreadable(Problem(f"values are nested more than {DEEPEST} deep", "flatten them", source))
        function = _function(event.tag) if self.functions else ""
        if not function:
            self._refuse_tag(event.tag, source)
        anchor, before = event.anchor, self.size
        if anchor:
            self.anchors[anchor] = None
        self._grow(1, source)
        value = self._build(event, source, depth)
        if function:
            value = _called(function, value, source)
        if anchor:
            self.anchors[anchor] = (value, self.size - before)
        return value

    def _build(self, event: _Node, source: Source, depth: int) -> object:
        if isinstance(event, SequenceStartEvent):
            return self._series(source, depth)
        if isinstance(event, MappingStartEvent):
            return self._block(source, depth)
        plain = _is_plain(event)
        return None if plain and event.value in _NULLS else Text(event.value, source, plain=plain)

    def _series(self, source: Source, depth: int) -> Series:
        series = Series(source)
        while not isinstance(event := next(self.events), SequenceEndEvent):
            series.places.append(self._source(event))
            series.append(self._value(event, depth + 1))
        return series

    def _block(self, source: Source, depth: int) -> Block | Text:
        block, merged, problems_before = Block(source), [], len(self.problems)
        while not isinstance(event := next(self.events), MappingEndEvent):
            place = self._source(event)
            is_merge = isinstance(event, ScalarEvent) and _is_plain(event) and event.value == "<<"
            no_break = isinstance(event, ScalarEvent) and _is_plain(event) and event.value[:1] == "\u00a0"
            if no_break:
                self.problems.append(
                    Problem("a no-break space (U+00A0) stands in the indentation", "write spaces", place)
                )
            key = self._value(event, depth + 1)
            if key is None and isinstance(event, ScalarEvent) and event.value.isalpha():
                key = Text(event.value, place)  # IAM's condition operator Null, and an account of that name
            value = self._value(next(self.events), depth + 1)
            if is_merge:
                merged.append((value, place))
            elif not no_break and (name := self._new_key(block, key, place)) is not None:
                block[name] = value
                block.places[name] = place
        for value, place in merged:
            self._merge(block, value, place)
        if not block and len(self.problems) > problems_before:
            return Text("", source)  # {{variable}} without quotes: one problem is enough
        return block

    def _new_key(self, block: Block, key: object, place: Source) -> Text | None:
        if not isinstance(key, Text):
            remedy = 'quote text that begins with {{, such as "{{account.name}}"' if isinstance(key, Block) else ""
            self.problems.append(Problem(f"a key {not_text(key)}", remedy, place))
            return None
        if key in block:
            first = block.places[key].line
            self.problems.append(Problem(f"key {str(key)!r} stands twice, first on line {first}", "keep one", place))
            return None
        return key

    def _merge(self, block: Block, value: object, place: Source) -> None:
        for part in value if isinstance(value, Series) else [value]:
            if not isinstance(part, Block):
                self.problems.append(
                    Problem("<< takes a mapping or a list of mappings", "write <<: *NAME, of a mapping", place)
                )
                continue
            for key in [
                key for key in part if key not in block
            ]:  # in the order of the file: plans are compared by bytes
                block[key] = part[key]
                block.places[key] = part.places[key]

    def _alias(self, name: str, source: Source) -> object:
        if name not in self.anchors:
            remedy = 'write &NAME before the value, or quote the text: "*"'
            raise _Unreadable(Problem(f"alias *{name} has no anchor &{name} before it", remedy, source))
        known = self.anchors[name]
        if known is None:
            raise _Unreadable(Problem(f"alias *{name} stands inside its own anchor", "write the value out", source))
        value, size = known
        self._grow(size, source)
        return value

    def _grow(self, values: int, source: Source) -> None:
        self.size += values
        if self.size > MOST_VALUES:
            message = f"the file unfolds to more than {MOST_VALUES:,} values"
            raise _Unreadable(Problem(message, "use fewer aliases or split the file", source))

    def _refuse_tag(self, tag: str | None, source: Source) -> None:
        if tag and tag not in {"!", f"{_STANDARD}str"}:
            self.problems.append(
                Problem(f"tag {tag.replace(_STANDARD, '!!')} means nothing here", "leave the tag out", source)
            )

    def _source(self, event: Event) -> Source:
        mark = event.start_mark
        return Source(self.file, mark.line + 1, mark.column + 1) if mark else Source(self.file, 1)


def _function(tag: str | None) -> str:
    """The long name of CloudFormation's function that a tag stands for; empty for any other tag."""
    name = (tag or "").removeprefix("!")
    if not tag or not tag.startswith("!") or not name.isalnum():
        return ""
    return name if name in {"Ref", "Condition"} else f"Fn::{name}"


def _called(function: str, argument: object, source: Source) -> Block:
    block = Block(source)
    block[function], block.places[function] = argument, source
    return block


def _is_plain(event: ScalarEvent) -> bool:
    """Neither quoted nor tagged."""
    return bool(event.implicit[0])
