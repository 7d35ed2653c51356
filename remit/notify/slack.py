"""Slack: blocks for an incoming webhook. At most 50 blocks, 3,000 characters in a text and 150 in a header.

Lines are rich text, in which no character of a name is taken for a mention, a link or markup.
"""

from __future__ import annotations

from typing import Any

from remit.notify.message import Message, Section, fitted, shorten

BLOCKS, TEXT, HEADER = 50, 3_000, 150
_LINE, _SUMMARY = 600, 500  # characters


def blocks_message(message: Message) -> dict[str, Any]:
    """What is posted: the blocks, and a `text` for notifications and old clients."""
    return fitted(message, _write, _fits, characters=_LINE)


def characters_of(block: Any) -> int:  # noqa: ANN401 - JSON
    """How many characters of text there are anywhere in a block."""
    if isinstance(block, list):
        return sum(map(characters_of, block))
    if isinstance(block, dict):
        text = block.get("text")
        inner = sum(characters_of(value) for value in block.values() if isinstance(value, dict | list))
        return inner + (len(text) if isinstance(text, str) else 0)
    return 0


def _fits(payload: dict[str, Any]) -> bool:
    return len(payload["blocks"]) <= BLOCKS and all(characters_of(block) <= TEXT for block in payload["blocks"])


def _write(message: Message) -> dict[str, Any]:
    title = f"{'🔴' if message.failed else '🔑'} {message.title}"
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": shorten(title, HEADER), "emoji": True}}
    ]
    blocks += [_block(section) for section in message.sections]
    if message.link and len(message.link) <= TEXT:
        button = {"type": "plain_text", "text": "Open the run"}
        blocks.append({"type": "actions", "elements": [{"type": "button", "text": button, "url": message.link}]})
    return {"text": _escaped(shorten(message.title, _SUMMARY)), "blocks": blocks}


def _block(section: Section) -> dict[str, Any]:
    title = {"type": "text", "text": section.title, "style": {"bold": True}}
    elements: list[dict[str, Any]] = [{"type": "rich_text_section", "elements": [title]}]
    lines = [{"type": "rich_text_section", "elements": [{"type": "text", "text": line}]} for line in section.lines]
    if lines:
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": lines})
    if section.more:
        more = {"type": "text", "text": section.more, "style": {"italic": True}}
        elements.append({"type": "rich_text_section", "elements": [more]})
    return {"type": "rich_text", "elements": elements}


def _escaped(text: str) -> str:
    """Slack's three characters, so that nothing becomes a link or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
