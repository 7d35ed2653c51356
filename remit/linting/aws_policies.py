"""The names of AWS's managed policies, with their paths: ReadOnlyAccess, job-function/SupportUser.

aws_policies.txt is written by `make docs` from moto's copy; its first line is the day of the newest policy in it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_FILE = "aws_policies.txt"


@cache
def _lines() -> tuple[str, ...]:
    return tuple((files("remit.linting") / _FILE).read_text(encoding="utf-8").splitlines())


@cache
def aws_policy_names() -> frozenset[str]:
    return frozenset(line for line in _lines() if not line.startswith("#"))


def published() -> str:
    """The day up to which the names are known."""
    return _lines()[0].removeprefix("# ")
