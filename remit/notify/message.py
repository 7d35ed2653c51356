"""One message, before it is written for a channel: a title and sections of lines, each about one topic."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from remit.errors import RemitError

Payload = TypeVar("Payload")


class Topic(StrEnum):
    """What a section is about, and what a channel asks for."""

    FAILED = "failed"
    DRIFT = "drift"
    CHANGED = "changed"
    EXPIRING = "expiring"


@dataclass(frozen=True, slots=True)
class Section:
    """`title` with the count of what it is about; `lines` without markup, the most important first.

    `left_out`: lines that were cut already.
    """

    topic: Topic
    title: str
    lines: tuple[str, ...]
    left_out: int = 0

    def limited(self, lines: int, characters: int) -> Section:
        """At most so many lines, each of at most so many characters."""
        kept = tuple(shorten(line, characters) for line in self.lines[:lines])
        return replace(self, lines=kept, left_out=self.left_out + len(self.lines) - len(kept))

    @property
    def more(self) -> str:
        """`and 12 more`, or nothing."""
        return f"and {self.left_out} more" if self.left_out else ""


@dataclass(frozen=True, slots=True)
class Message:
    """`link` is the run's page, empty where there is none. `failed`: something needs a person."""

    title: str
    sections: tuple[Section, ...]
    stack: str = ""
    link: str = ""

    @property
    def failed(self) -> bool:
        return any(section.topic is Topic.FAILED for section in self.sections)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Each once, in the order of the sections."""
        return tuple(dict.fromkeys(section.topic for section in self.sections))

    def about(self, topics: Collection[Topic]) -> Message | None:
        """What is left for a channel that wants these topics; None when that is nothing."""
        sections = tuple(section for section in self.sections if section.topic in topics)
        return replace(self, sections=sections) if sections else None

    def limited(self, lines: int, characters: int) -> Message:
        """Every section cut alike."""
        return replace(self, sections=tuple(section.limited(lines, characters) for section in self.sections))


def fitted(
    message: Message, write: Callable[[Message], Payload], fits: Callable[[Payload], bool], *, characters: int
) -> Payload:
    """The payload with as many lines a section as fit; lines longer than `characters` are cut. Raises RemitError."""
    most = max((len(section.lines) for section in message.sections), default=0)
    for lines in _fewer(most):
        payload = write(message.limited(lines, characters))
        if fits(payload):
            return payload
    raise RemitError(f"the message {shorten(message.title, 80)!r} does not fit, not even without its lines")


def shorten(text: str, characters: int) -> str:
    """At most so many characters, on one line; what is cut ends in an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1].rstrip()}…"


def _fewer(most: int) -> Iterable[int]:
    """From `most` downwards, by a tenth at least, to none."""
    while most > 0:
        yield most
        most = min(most - 1, most * 9 // 10)
    yield 0
