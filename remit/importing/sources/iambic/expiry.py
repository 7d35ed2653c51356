"""`expires_at` of IAMbic.

It writes 2027-05-19T14:37 UTC, and takes dates (until midnight before, UTC), date-times (UTC where they have no zone)
and words such as `in 3 days`, which it replaces by a time when it runs. Words count from when it reads them, and
nobody else knows when that was: they are refused, so that nothing lasts longer than it would have.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from remit.errors import BadValue
from remit.importing.ends import end_text

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:(?:[Tt]|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<zone>[Zz]|(?:UTC|GMT)?(?:[+-]\d{1,2}(?::?\d{2})?)?)"
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?")
_REMEDY = "write a date, 2027-05-19, or a time in UTC, 2027-05-19T14:37 UTC; IAMbic writes such a time when it runs"


def parse_expires_at(text: str) -> str:
    """The end as a catalog writes it. Raises BadValue for words, and for zones by other names than UTC."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise BadValue(f"expires_at {str(text)!r} is no date: words count from when IAMbic read them", _REMEDY)
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    try:
        day = datetime.strptime(found["date"], "%Y-%m-%d")  # noqa: DTZ007  the zone comes next
        return end_text(day.replace(hour=hour, minute=minute, second=second, tzinfo=_zone(found["zone"])))
    except (ValueError, OverflowError) as error:
        raise BadValue(f"expires_at {str(text)!r} is not a day and time of the calendar", _REMEDY) from error


def _zone(text: str) -> timezone:
    found = _OFFSET.search(text)
    if not found:
        return UTC
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset)
