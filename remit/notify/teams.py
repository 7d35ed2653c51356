"""Microsoft Teams: an Adaptive Card for a Workflows webhook ("Post to a channel when a webhook request is received").

Teams shows version 1.5, and refuses a message of more than 28 KB. Names are plain text runs, so that no character of
theirs is taken for markup.
"""

from __future__ import annotations

import json
from typing import Any

from remit.notify.message import Message, Section, fitted, shorten

LIMIT = 28 * 1024  # bytes of the whole message
_TITLE, _LINE, _LINK = 200, 800, 2000  # characters
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def card_message(message: Message) -> dict[str, Any]:
    """What is posted: the card as the message's only attachment, cut to the limit."""
    return fitted(message, _write, lambda payload: len(encoded(payload)) <= LIMIT, characters=_LINE)


def encoded(payload: dict[str, Any]) -> bytes:
    """The payload as it goes over the wire."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _write(message: Message) -> dict[str, Any]:
    content: dict[str, Any] = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "fallbackText": shorten(message.title, _TITLE),
        "body": [_heading(message), *(_container(section) for section in message.sections)],
    }
    if message.link and len(message.link) <= _LINK:
        content["actions"] = [{"type": "Action.OpenUrl", "title": "Open the run", "url": message.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _heading(message: Message) -> dict[str, Any]:
    title = {"type": "TextRun", "text": shorten(message.title, _TITLE), "weight": "Bolder", "size": "Medium"}
    return {
        "type": "Container",
        "style": "attention" if message.failed else "emphasis",
        "bleed": True,
        "items": [{"type": "RichTextBlock", "inlines": [title]}],
    }


def _container(section: Section) -> dict[str, Any]:
    title = {"type": "TextRun", "text": section.title, "weight": "Bolder"}
    lines: list[dict[str, Any]] = [{"type": "RichTextBlock", "inlines": [line]} for line in section.lines]
    if section.more:
        lines.append(
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": section.more, "isSubtle": True}]}
        )
    for block in lines:
        block["spacing"] = "Small"
    return {
        "type": "Container",
        "separator": True,
        "spacing": "Medium",
        "items": [{"type": "RichTextBlock", "inlines": [title]}, *lines],
    }
