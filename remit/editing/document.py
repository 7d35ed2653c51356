"""One catalog file as text, and the edits: each changes the lines that it must and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from remit.catalog.load import KINDS
from remit.editing.order import Model, fields, model_of, rank
from remit.editing.tree import Item, Node, Tree, parse, unquoted
from remit.editing.values import inline, lines_of
from remit.errors import BadValue, CatalogError, Problem, Source

Address = tuple[str | int, ...]
"""A way down from the top of the file: ("access", 2, "groups", 0)."""


@dataclass(slots=True)
class EditableFile:
    """The text of a file. After an edit, addresses that were found before may point elsewhere: look them up again."""

    path: Path
    text: str
    _parsed: tuple[str, Tree] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def read(cls, path: Path) -> EditableFile:
        """Raises CatalogError for what cannot be read, and later, at an edit, for what is not YAML."""
        try:
            return cls(path, path.read_bytes().decode())
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogError([Problem(f"cannot be read: {error}", "", Source(str(path), 0))]) from error

    def addresses(self, kind: str) -> Iterator[Address]:
        """Every entry of a kind (managed_policies, permission_sets, access)."""
        found = self._root().get(kind)
        yield from ((kind, number) for number, _ in enumerate(found.value.items or ())) if found else ()

    def find(self, kind: str, name: str) -> Address:
        """The entry of that name. Raises KeyError."""
        for address in self.addresses(kind):
            named = _keyed(self._item(address).value).get("name")
            if named and unquoted(named.value.text) == name:
                return address
        raise KeyError(f"{self.path} has no {name!r} among its {kind}")

    def at(self, line: int, column: int | None = None) -> Address:
        """The entry that begins on a line (from 1); with a column, whatever value begins there.

        Raises KeyError, also where two entries begin on that line.
        """
        tree, found = self._tree(), list[Address]()
        for address, item in self._walk():
            if column and (tree.line(item.value.start), tree.column(item.value.start)) == (line, column - 1):
                return address
            is_entry = not column and len(address) == 2 and address[0] in KINDS
            if is_entry and line in {tree.line(item.start), tree.line(item.value.start)}:  # a dash may stand above
                found.append(address)
        if len(found) == 1:
            return found[0]
        raise KeyError(f"{self.path}:{line} begins {'more than one' if found else 'no'} entry")

    def keys(self, address: Address) -> tuple[str, ...]:
        """The keys of a mapping, in the order of the file."""
        return tuple(_keyed(self._item(address).value))

    def count(self, address: Address) -> int:
        """How many items a list or mapping has; 0 for what is not there."""
        try:
            return len(self._item(address).value.items or ())
        except KeyError:
            return 0

    def is_empty(self) -> bool:
        """Whether nothing but comments is left."""
        return not self._root()

    def remove(self, address: Address) -> None:
        """Take out an item or a key, with the comments that speak of it; a list that it leaves empty goes too."""
        item = self._item(address)
        siblings = item.inside.items if item.inside and item.inside.items else []
        if len(siblings) == 1 and len(address) > 1:
            self.remove(address[:-1])
            return
        number = siblings.index(item)
        if item.inside and item.inside.flow:
            follows = siblings[number + 1 : number + 2]
            begin = item.start if follows or not number else siblings[number - 1].value.end
            end = follows[0].start if follows else max(item.value.end, item.start)
            self._replace(begin, end, "")
        elif not self._begins_its_line(item):
            self._remove_first_key(siblings)
        else:
            self._remove_lines(item)

    def drop(self, address: Address, key: str) -> None:
        """Take a key out of an entry. Raises KeyError when it is not there."""
        self.remove((*address, key))

    def set(self, address: Address, key: str, value: object) -> None:
        """Give a key of a mapping a value: text, a list, a mapping. A new key goes where the canonical order has it."""
        node = self._item(address).value
        if not node.is_mapping:
            raise BadValue(f"{self.path} has no mapping at {address}", "")
        there = _keyed(node).get(key)
        if there:
            at = self._column(there.start)
            written = f" {inline(value)}" if node.flow else self._written(value, address, key, at)
            above = self.text[: there.value.start].rstrip()
            if above.endswith(":"):
                self._replace(len(above), there.value.end, written)
            else:  # a comment stands between the two
                self._replace(there.value.start, there.value.end, written.removeprefix(" "))
            return
        model = self._model(address)
        before = [item for item in node.items or () if model and rank(model, item.name) < rank(model, key)]
        after = before[-1] if before else None
        if node.flow:
            pair = f"{key}: {inline(value)}"
            if after or not node.items:
                self._insert(after.value.end if after else node.end - 1, f"{', ' if after else ''}{pair}")
            else:
                self._insert(node.items[0].start, f"{pair}, ")
            return
        first = (node.items or [])[0]
        column = self._column(first.start)
        pair = f"{key}:{self._written(value, address, key, column)}"
        if after:
            self._insert_lines(self._line_end(max(after.value.end, after.start)), [pair], column)
        else:
            self._insert(first.start, f"{pair}{self._newline()}{' ' * column}")

    def put(self, address: Address, value: object) -> None:
        """Give an item of a list another value, on its line."""
        node = self._item(address).value
        self._replace(node.start, node.end, inline(value))

    def append(self, address: Address, key: str, value: object) -> None:
        """Add an item to the list under a key of an entry. A single text becomes a list; a new list is made.

        Raises KeyError for an alias: the list stands elsewhere.
        """
        item = _keyed(self._item(address).value).get(key)
        if item is None:
            self.set(address, key, [value])
        elif item.value.text.startswith("*"):
            raise KeyError(f"{self.path}:{self._tree().line(item.start)}: {key} is an alias of what stands elsewhere")
        elif item.value.items is None:
            self.set(address, key, [unquoted(item.value.text), value])
        elif item.value.flow and item.value.items:
            self._insert(item.value.items[-1].value.end, f", {inline(value)}")
        elif item.value.flow:
            self._insert(item.value.end - 1, inline(value))
        else:
            last = item.value.items[-1]
            self._insert_dashed(last, value, self._model((*address, key)))

    def add(self, kind: str, entry: Mapping[str, Any], above: Sequence[str] = ()) -> None:
        """Add an entry to a list of the file, at its end; the list is made if there is none.

        `above`: comments, a line each, that stand above the entry wherever it is a block.
        """
        listed = self._root().get(kind)
        model = KINDS[kind]
        if listed is None:
            text = self.text if not self.text or self.text.endswith("\n") else f"{self.text}\n"
            gap = self._newline() if not self.is_empty() else ""
            block = self._newline().join([f"{kind}:", *_dashed(entry, model, 2, above)])
            self.text = f"{text}{gap}{block}{self._newline()}"
            return
        items = listed.value.items or []
        if listed.value.flow or not items:
            if items:  # in brackets: an entry in braces among them
                self._insert(items[-1].value.end, f", {inline(entry)}")
            else:
                block = self._newline().join(["", *_dashed(entry, model, 2, above)])
                self._replace(listed.value.start, listed.value.end, block)
            return
        self._insert_dashed(
            items[-1], entry, model, above, [""] if len(items) > 1 and self._blank_before(items[-1]) else []
        )

    def _tree(self) -> Tree:
        if self._parsed and self._parsed[0] is self.text:
            return self._parsed[1]
        try:
            self._parsed = (self.text, parse(self.text.removeprefix("\ufeff")))
            return self._parsed[1]
        except yaml.YAMLError as error:
            said = " ".join(str(error).split())
            raise CatalogError([Problem(f"not YAML: {said}", "", Source(str(self.path), 1))]) from error

    def _root(self) -> dict[str, Item]:
        """Raises CatalogError where two documents of the text have one key: no address tells the two apart."""
        found: dict[str, Item] = {}
        for root in self._tree().roots:
            for name, item in _keyed(root).items():
                if name in found:
                    source = Source(str(self.path), self._tree().line(item.start))
                    message = f"{name} stands in two documents of the file, which is not edited so"
                    raise CatalogError([Problem(message, "write one list, or a file for each", source)])
                found[name] = item
        return found

    def _item(self, address: Address) -> Item:
        found: Item | None = None
        for step in address:
            among = self._root() if found is None else _keyed(found.value)
            items = (found.value.items or []) if found else []
            found = among.get(step) if isinstance(step, str) else items[step] if step < len(items) else None
            if found is None:
                raise KeyError(f"{self.path} has nothing at {address}")
        if found is None:
            raise KeyError("an address has at least one step")
        return found

    def _walk(self) -> Iterator[tuple[Address, Item]]:
        def below(address: Address, node: Node) -> Iterator[tuple[Address, Item]]:
            for number, item in enumerate(node.items or ()):
                here = (*address, item.name if item.key else number)
                yield here, item
                yield from below(here, item.value)

        for root in self._tree().roots:
            yield from below((), root)

    def _model(self, address: Address) -> Model | None:
        model: Model | None = model_of(self.path)
        for step in address:
            model = fields(model).get(step) if model and isinstance(step, str) else model
        return model

    def _written(self, value: object, address: Address, key: str, column: int) -> str:
        """What follows the colon of a key."""
        model = self._model((*address, key))
        if isinstance(value, Mapping) or (isinstance(value, list | tuple) and len(inline(value)) > 100):
            return self._newline().join(
                ["", *(f"{' ' * (column + 2)}{line}" for line in lines_of(value, model, column + 2))]
            )
        return f" {inline(value)}"

    def _remove_lines(self, item: Item) -> None:
        tree = self._tree()
        first, last = tree.line(item.start), tree.line(self._last_offset(item))
        lines = self.text.removeprefix("\ufeff").splitlines(keepends=True)
        column = self._column(item.start)
        while first > 1 and _is_comment_at(lines[first - 2], column) and not (first == 2 and column == 0):
            first -= 1
        while last < len(lines) and _is_deeper_comment(lines[last], column):
            last += 1
        above_is_open = first == 1 or not lines[first - 2].strip() or lines[first - 2].rstrip().endswith(":")
        if above_is_open and last < len(lines) and not lines[last].strip():
            last += 1
        elif last == len(lines):
            while first > 1 and not lines[first - 2].strip():
                first -= 1
        starts = [*tree.line_starts, len(self.text)]
        self._replace(starts[first - 1], starts[min(last, len(starts) - 1)], "")

    def _remove_first_key(self, siblings: list[Item]) -> None:
        """A key beside a dash: the next one takes its place, and comments between them go above the dash."""
        tree, first, second = self._tree(), siblings[0], siblings[1]
        between = self._body()[first.value.end : second.start].splitlines()[1:]
        line_start = tree.line_starts[tree.line(first.start) - 1]
        comments = [line.strip() for line in between if line.strip()]
        margin = " " * (
            len(self._body()[line_start : first.start]) - len(self._body()[line_start : first.start].lstrip())
        )
        self._replace(first.start, second.start, "")
        if comments:
            self._insert(line_start, "".join(f"{margin}{text}{self._newline()}" for text in comments))

    def _begins_its_line(self, item: Item) -> bool:
        body = self._body()
        return not body[body.rfind("\n", 0, item.start) + 1 : item.start].strip()

    def _last_offset(self, item: Item) -> int:
        """A value that ends with its line break, as a block scalar does, ends on the line before."""
        end = max(item.value.end, item.start)
        body = self._body()
        while end > item.start and body[end - 1] in "\r\n":
            end -= 1
        return end

    def _blank_before(self, item: Item) -> bool:
        tree = self._tree()
        above = tree.line(item.start) - 1
        lines = self._body().splitlines()
        while above and lines[above - 1].lstrip().startswith("#"):
            above -= 1
        return bool(above) and not lines[above - 1].strip()

    def _line_end(self, offset: int) -> int:
        """The offset after the last character of the line that a value ends on."""
        body = self._body()
        while offset and body[offset - 1] in "\r\n":
            offset -= 1
        ends = [found for found in (body.find("\r", offset), body.find("\n", offset)) if found >= 0]
        return min(ends, default=len(body))

    def _insert_dashed(
        self, last: Item, value: object, model: Model | None, above: Sequence[str] = (), blank: Sequence[str] = ()
    ) -> None:
        """Another item of a block list, below its last one."""
        column = self._column(last.start)
        written = _dashed(value, model, column, above) if isinstance(value, Mapping) else [f"- {inline(value)}"]
        added = [*blank, *(line.removeprefix(" " * column) for line in written)]
        self._insert_lines(self._line_end(max(last.value.end, last.start)), added, column)

    def _insert_lines(self, offset: int, lines: list[str], column: int) -> None:
        margin = " " * column
        self._insert(offset, "".join(f"{self._newline()}{margin if line else ''}{line}" for line in lines))

    def _body(self) -> str:
        return self.text.removeprefix("\ufeff")

    def _column(self, offset: int) -> int:
        return self._tree().column(offset)

    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _insert(self, offset: int, text: str) -> None:
        self._replace(offset, offset, text)

    def _replace(self, start: int, end: int, text: str) -> None:
        mark = "\ufeff" if self.text.startswith("\ufeff") else ""
        body = self._body()
        self.text = f"{mark}{body[:start]}{text}{body[end:]}"


def _keyed(node: Node) -> dict[str, Item]:
    return {item.name: item for item in node.items or () if item.key}


def _dashed(entry: Mapping[str, Any], model: Model | None, column: int, above: Sequence[str]) -> list[str]:
    first, *rest = lines_of(entry, model, column + 2)
    margin = " " * column
    return [
        *(f"{margin}# {line}" for line in above),
        f"{margin}- {first}",
        *(f"{margin}  {line}" if line else "" for line in rest),
    ]


def _is_comment_at(line: str, column: int) -> bool:
    return line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) == column


def _is_deeper_comment(line: str, column: int) -> bool:
    return line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) > column
