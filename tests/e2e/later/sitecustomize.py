"""A clock that is days ahead, for the programs that a scenario starts: put this folder on PYTHONPATH.

REMIT_TEST_DAYS says how many, whenever the time is asked. Time passes as ever; only `datetime.now` is later, and not
for botocore: sessions that AWS gives are of today.
"""

import datetime
import os
import sys
from typing import Any

_REAL = datetime.datetime


class _Meta(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _REAL)


class _Later(_REAL, metaclass=_Meta):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        asked_by = sys._getframe(1).f_globals.get("__name__", "")
        days = 0 if asked_by.startswith("botocore") else int(os.environ.get("REMIT_TEST_DAYS", "0"))
        return _REAL.now(tz) + datetime.timedelta(days=days)


datetime.datetime = _Later  # type: ignore[misc]
