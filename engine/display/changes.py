"""A diff as indented lines: only what changes, single entries of maps and lists by name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import paths
from engine.deploy.differences import structural
from engine.deploy.events import Step
from engine.display.values import lead, scalar, value_lines
from engine.plugins.answers import PropertyDiff
from engine.values import Value

_MARKS = {"add": "+", "delete": "-", "update": "~"}


@dataclass(slots=True)
class _Node:
    """A part of the changed tree: either a leaf with its kind and values, or children."""

    kind: str = ""
    old: Any = paths.MISSING
    new: Any = paths.MISSING
    children: dict[str | int, _Node] = field(default_factory=dict)


def changed_keys(step: Step) -> list[str]:
    """`+key`, `-key`, `~key` for each top-level property that changes."""
    kinds: dict[str, set[str]] = {}
    for path, entry in _entries(step).items():
        parsed = paths.parse(path)
        kinds.setdefault(str(parsed[0]), set()).add(entry.kind if len(parsed) == 1 else "update")
    return [
        f"{_MARKS[next(iter(found)) if len(found) == 1 else 'update']}{key}" for key, found in sorted(kinds.items())
    ]


def change_lines(step: Step, column: int) -> Iterator[str]:
    """The changed entries of a step's resource, their keys at `column`."""
    root = _Node()
    for path, entry in _entries(step).items():
        _insert(root, step, paths.parse(path), entry)
    yield from _children(root, column, in_list=False)


def output_lines(old: Mapping[str, Value], new: Mapping[str, Value], column: int) -> Iterator[str]:
    """All outputs, those that changed marked."""
    width = max((len(key) for key in {*old, *new}), default=0)
    for key in sorted({*old, *new}):
        title = f"{key.ljust(width)}: "
        before, after = old.get(key, paths.MISSING), new.get(key, paths.MISSING)
        if not old or before == after:
            yield from value_lines(title, after, column)
        else:
            kind = "add" if before is paths.MISSING else "delete" if after is paths.MISSING else "update"
            yield from _node(title, _Node(kind, before, after), column, element=False)


def _entries(step: Step) -> Mapping[str, PropertyDiff]:
    """The provider's detailed diff, or the difference of the inputs; in a refresh, of the outputs too."""
    if step.old is None or step.new is None:
        return {}
    found: Mapping[str, PropertyDiff] = (step.diff.detailed if step.diff else None) or {}
    if not found:
        found = structural(step.old.inputs, step.new.inputs).detailed or {}
    if not found and step.op == "refresh":
        found = structural(step.old.outputs, step.new.outputs, input_diff=False).detailed or {}
    return {path: entry for path, entry in found.items() if _readable(path)}


def _readable(path: str) -> bool:
    try:
        return bool(paths.parse(path)) and not path.startswith(("__", "#"))
    except ValueError:
        return False


def _insert(root: _Node, step: Step, path: paths.Path, entry: PropertyDiff) -> None:
    before, after = step.old or step.resource, step.resource
    outputs = not entry.input
    old = paths.get(before.outputs if outputs else before.inputs, path)
    new = paths.get(after.outputs if outputs and step.op == "refresh" else after.inputs, path)
    node = root
    for part in path:
        node = node.children.setdefault(part, _Node())
    node.kind, node.old, node.new = entry.kind, old, new


def _children(node: _Node, column: int, *, in_list: bool) -> Iterator[str]:
    keys = sorted(node.children, key=str) if not in_list else sorted(node.children, key=lambda k: (str(type(k)), k))
    titles = {key: f"[{key}]" if isinstance(key, int) else str(key) for key in keys}
    width = 0 if in_list else max((len(title) for title in titles.values()), default=0)
    for key in keys:
        yield from _node(f"{titles[key].ljust(width)}: ", node.children[key], column, element=in_list)


def _node(title: str, node: _Node, column: int, *, element: bool) -> Iterator[str]:
    if not node.kind:
        in_list = any(isinstance(key, int) for key in node.children)
        brackets = "[]" if in_list else "{}"
        # An object in a list stands further in than one in a map, as Pulumi prints it.
        extra = 4 if element and not in_list else 0
        yield lead(column, "~") + title + brackets[0]
        yield from _children(node, column + 4 + extra, in_list=in_list)
        yield " " * (column + extra) + brackets[1]
    elif node.kind == "update":
        yield from _updated(title, node, column)
    else:
        mark = _MARKS[node.kind]
        value = node.new if node.kind == "add" else node.old
        yield from value_lines(title, None if value is paths.MISSING else value, column, mark)


def _updated(title: str, node: _Node, column: int) -> Iterator[str]:
    old, new = (None if value is paths.MISSING else value for value in (node.old, node.new))
    both = next((kind for kind in (dict, list) if isinstance(old, kind) and isinstance(new, kind)), None)
    if both is not None and old != new:
        inner = _Node()
        for path, entry in (structural({"_": old}, {"_": new}).detailed or {}).items():
            _insert_values(inner, old, new, paths.parse(path)[1:], entry)
        yield lead(column, "~") + title + ("{" if both is dict else "[")
        yield from _children(inner, column + 4, in_list=both is list)
        yield " " * column + ("}" if both is dict else "]")
    elif isinstance(old, dict | list) or isinstance(new, dict | list):
        yield from value_lines(title, old, column, "-")
        yield from value_lines(title, new, column, "+")
    else:
        yield f"{lead(column, '~')}{title}{scalar(old)} => {scalar(new)}"


def _insert_values(root: _Node, old: Value, new: Value, path: paths.Path, entry: PropertyDiff) -> None:
    node = root
    for part in path:
        node = node.children.setdefault(part, _Node())
    node.kind, node.old, node.new = entry.kind, paths.get(old, path), paths.get(new, path)
