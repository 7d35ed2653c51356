"""A message as plain text: for mail by way of SNS, and for `remit notify --print`."""

from __future__ import annotations

from collections.abc import Iterator

from remit.notify.message import Message


def plain_text(message: Message) -> str:
    """Title, sections with a dash a line, and the run's page."""
    return "\n".join(_lines(message)) + "\n"


def _lines(message: Message) -> Iterator[str]:
    yield message.title
    for section in message.sections:
        yield ""
        yield section.title
        yield from (f"- {line}" for line in section.lines)
        if section.more:
            yield f"  {section.more}"
    if message.link:
        yield ""
        yield f"The run: {message.link}"
