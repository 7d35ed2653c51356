"""How long: 36h, 14d, 6w."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import click

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_MOST = {"h": 876_000, "d": 36_500, "w": 5_200}  # a century


class Duration(click.ParamType[timedelta]):
    """A whole number of hours, days or weeks."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:  # noqa: ANN401
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,6}) ?([hdw])", str(value))
        if not found or int(found[1]) > _MOST[found[2]]:
            self.fail(f"{value!r} is no length of time: write 36h, 14d or 6w", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


def span(left: timedelta) -> str:
    """5h, 12d, or 3d ago."""
    hours = abs(left) // timedelta(hours=1)
    text = f"{hours}h" if hours < 48 else f"{hours // 24}d"
    return text if left > timedelta() else f"{text} ago"
