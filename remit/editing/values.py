"""Plain values → text in the canonical layout: what is added to a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from remit.editing.layout import Layout
from remit.editing.order import Model
from remit.editing.tree import Item, Node, parse
from remit.yaml_places import read_yaml


def lines_of(value: object, model: Model | None, column: int) -> list[str]:
    """The lines of a value (text, true, false, lists, mappings) that begins at a column.

    Those after the first are relative to it. A mapping is a block, what is short within it stands in brackets.
    """
    layout = Layout(parse(""), model)
    return layout.value(node_of(value, flow=not isinstance(value, Mapping)), model, column)


def inline(value: object) -> str:
    """A value in brackets, on one line."""
    line = Layout(parse(""), None).on_one_line(node_of(value, flow=True), None)
    return line if line is not None else json.dumps(value, ensure_ascii=False)


def node_of(value: Any, *, flow: bool) -> Node:  # noqa: ANN401  any plain value
    """A tree that stands nowhere yet."""
    node = partial(node_of, flow=True)
    if isinstance(value, Mapping):
        items = [Item(0, node(each), Node(0, 0, scalar(str(key)))) for key, each in value.items()]
        return Node(0, 0, is_mapping=True, flow=flow, items=items)
    if isinstance(value, list | tuple):
        return Node(0, 0, flow=flow, items=[Item(0, node(each)) for each in value])
    return Node(0, 0, scalar(str(value).lower() if isinstance(value, bool) else str(value)))


def scalar(text: str) -> str:
    """Text as it must stand to be read as that text, in brackets and after a key (where - begins a list)."""
    documents, problems = read_yaml(f"[{text}]\n---\nkey: {text}\n", "") if text == text.strip() else ([], [])
    is_plain = documents == [[text], {"key": text}] and not problems and "\n" not in text
    return text if is_plain else json.dumps(text, ensure_ascii=False)
