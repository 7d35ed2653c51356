"""Amazon SNS: a subject of at most 100 ASCII characters, a text of at most 256 KB with its attributes."""

from __future__ import annotations

import unicodedata
from typing import Any

from remit.notify.message import Message, fitted, shorten
from remit.notify.text import plain_text

LIMIT = 256 * 1024  # bytes
_ROOM = 1024  # for subject and attributes
_SUBJECT, _LINE = 100, 2_000  # characters


def publication(message: Message) -> dict[str, Any]:
    """The parameters of Publish but the topic. Subscriptions can filter by the attributes `topics` and `stack`."""
    text = fitted(message, plain_text, lambda body: len(body.encode()) <= LIMIT - _ROOM, characters=_LINE)
    attributes = {"topics": {"DataType": "String.Array", "StringValue": _array(message)}}
    if message.stack:
        attributes["stack"] = {"DataType": "String", "StringValue": shorten(message.stack, _SUBJECT)}
    return {"Subject": _subject(message.title), "Message": text, "MessageAttributes": attributes}


def _array(message: Message) -> str:
    return "[" + ",".join(f'"{topic}"' for topic in message.topics) + "]"


def _subject(title: str) -> str:
    """AWS refuses control characters and all that is not ASCII."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    line = " ".join(plain.split())
    return line if len(line) <= _SUBJECT else f"{line[: _SUBJECT - 3]}..."
