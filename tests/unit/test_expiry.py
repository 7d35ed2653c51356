"""When an entry ends: it fails closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import BadValue
from remit.expiry import expired, parse_expiry


def test_a_date_lasts_to_the_end_of_that_day_in_utc():
    expiry = parse_expiry("2026-12-31")
    assert not expiry.is_past(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert expiry.is_past(datetime(2027, 1, 1, tzinfo=UTC))


def test_a_date_time_ends_at_that_instant_in_its_own_zone():
    expiry = parse_expiry("2026-12-31T18:00+02:00")
    assert not expiry.is_past(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))
    assert expiry.is_past(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))


def test_what_has_no_expiry_never_ends():
    assert not expired(None, datetime.max.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-12-31T18:00:00", "no time zone"),
        ("2026-12-31 18:00", "no time zone"),
        ("90d", "duration"),
        ("PT8H", "duration"),
        ("P1Y", "duration"),
        ("2 weeks", "duration"),
        ("2026-02-30", "not a day and time of the calendar"),
        ("2026-12-31T25:00Z", "not a day and time of the calendar"),
        ("9999-12-31", "not a day and time of the calendar"),
        ("31.12.2026", "not an ISO 8601 date"),
        ("20261231", "not an ISO 8601 date"),
        ("2026-W53-1", "not an ISO 8601 date"),
        ("never", "not an ISO 8601 date"),
        ("", "not an ISO 8601 date"),
        ("1767225600", "not an ISO 8601 date"),
        ("2026-12-31Z", "not an ISO 8601 date"),
        ("2026-12-31T18:00:00 CET", "not an ISO 8601 date"),
    ],
)
def test_what_is_not_certain_is_an_error(text: str, why: str):
    with pytest.raises(BadValue) as error:
        parse_expiry(text)
    assert why in error.value.message
    assert error.value.remedy.startswith("leave `expires` out" if text == "never" else "write ")


def test_a_time_without_a_zone_is_repeated_with_one():
    with pytest.raises(BadValue) as error:
        parse_expiry("2026-12-31 18:00")
    assert error.value.remedy == "write 2026-12-31T18:00Z for UTC, or say another zone: 2026-12-31T18:00+02:00"


@given(st.datetimes(min_value=datetime.fromisoformat("1000-01-02")), st.integers(-23 * 60, 23 * 60))
def test_every_instant_means_the_same_in_every_zone(instant: datetime, minutes: int):
    zone = timezone(timedelta(minutes=minutes))
    try:
        local = instant.replace(tzinfo=UTC).astimezone(zone)
    except OverflowError:
        return
    assert parse_expiry(local.isoformat()).end == instant.replace(tzinfo=UTC)
