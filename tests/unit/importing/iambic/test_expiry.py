"""`expires_at` in every form that IAMbic writes or takes as a time; words fail closed."""

from __future__ import annotations

import pytest

from remit.errors import BadValue
from remit.importing.sources.iambic.expiry import parse_expires_at


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2027-05-19", "2027-05-19T00:00:00Z"),
        ("2027-05-19 UTC", "2027-05-19T00:00:00Z"),
        ("2027-05-19T14:37 UTC", "2027-05-19T14:37:00Z"),
        ("2027-05-19T14:37", "2027-05-19T14:37:00Z"),
        ("2027-05-19 14:37:10", "2027-05-19T14:37:10Z"),
        ("2027-05-19T14:37:10Z", "2027-05-19T14:37:10Z"),
        ("2027-05-19T14:37:10.9Z", "2027-05-19T14:37:10Z"),
        ("2027-05-19T14:37:10+02:00", "2027-05-19T12:37:10Z"),
        ("2027-05-19T14:37:10 -05:00", "2027-05-19T19:37:10Z"),
        ("2027-05-19T14:37 UTC+02:00", "2027-05-19T12:37:00Z"),
        ("2027-05-19T14:37 UTC-03:30", "2027-05-19T18:07:00Z"),
        ("2027-05-19T14:37 GMT", "2027-05-19T14:37:00Z"),
        ("2027-05-19 +02:00", "2027-05-18T22:00:00Z"),
    ],
)
def test_times_are_utc_unless_they_say_otherwise(text: str, end: str) -> None:
    assert parse_expires_at(text) == end


@pytest.mark.parametrize("text", ["in 3 days", "tomorrow", "never", "2027", "19.05.2027", "2027-05-19T14:37 EST"])
def test_words_are_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(BadValue, match="is no date: words count from when IAMbic read them") as refused:
        parse_expires_at(text)
    assert "2027-05-19T14:37 UTC" in refused.value.remedy


@pytest.mark.parametrize("text", ["2027-02-30", "2027-05-19T25:00 UTC", "0001-01-01T00:00 UTC+02:00"])
def test_days_that_no_calendar_has_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="is not a day and time of the calendar"):
        parse_expires_at(text)
