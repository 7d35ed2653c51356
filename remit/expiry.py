"""When an entry of the catalog ends.

A date (2026-12-31) ends with that day, UTC. A date-time (2026-12-31T18:00:00Z, 2026-12-31T18:00+02:00) must say
its zone. Anything else is an error, so that a slip of the pen never grants access for ever: it fails closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from remit.errors import BadValue

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})")
_NAIVE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_DURATION = re.compile(r"P?T?(\d+ *[a-z]+)+", re.IGNORECASE)
_NO_END = frozenset({"never", "none", "no", "forever", "unlimited"})
_REMEDY = "write a date, 2026-12-31, or a date-time with its zone, 2026-12-31T18:00:00Z"


@dataclass(frozen=True, slots=True)
class Expiry:
    """The first instant at which the entry is no longer there, and the words of the catalog."""

    end: datetime
    text: str

    def is_past(self, at: datetime) -> bool:
        return at >= self.end

    def __str__(self) -> str:
        return self.text


def parse_expiry(text: str) -> Expiry:
    """Read `expires`. Raises BadValue for what is not a date or a date-time with a zone."""
    try:
        if _DATE.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return Expiry(day + timedelta(days=1), text)
        if _DATE_TIME.fullmatch(text):
            return Expiry(datetime.fromisoformat(text).astimezone(UTC), text)
    except (ValueError, OverflowError) as error:
        raise BadValue(f"expires: {text!r} is not a day and time of the calendar", _REMEDY) from error
    raise BadValue(f"expires: {text!r} {_what_is_wrong_with(text)}", _remedy_for(text))


def expired(expiry: Expiry | None, at: datetime) -> bool:
    """Whether an entry with this expiry (None: it never ends) is over at that time."""
    return expiry is not None and expiry.is_past(at)


def _remedy_for(text: str) -> str:
    if _NAIVE.fullmatch(text):
        moment = text.replace(" ", "T")
        return f"write {moment}Z for UTC, or say another zone: {moment}+02:00"
    if text.casefold() in _NO_END:
        return "leave `expires` out: then it has no end"
    return _REMEDY


def _what_is_wrong_with(text: str) -> str:
    if _NAIVE.fullmatch(text):
        return "has no time zone"
    if _DURATION.fullmatch(text):
        return "is a duration: nothing in the catalog says when it began"
    return "is not an ISO 8601 date"
