"""What IAMbic reads as a number although it is meant as text: 012345678901 without quotes is 12345678901 there.

Its reader follows YAML 1.2, and its models make text of a number. Such a pattern matches no account, quietly; what its
author meant, and what IAMbic gave, are two things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from remit.errors import Problem
from remit.yaml_places import Text

_INTEGER = re.compile(r"[-+]?(0b_*[01][01_]*|0o_*[0-7][0-7_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*|[0-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?([0-9][0-9_]*\.[0-9_]*|\._*[0-9][0-9_]*)([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+")


def misread(value: object) -> Iterator[Problem]:
    """For every text in a value of a file, here and below, that is another one for IAMbic."""
    if isinstance(value, dict):
        for each in value.values():
            yield from misread(each)
    elif isinstance(value, list):
        for each in value:
            yield from misread(each)
    elif isinstance(value, Text) and value.plain and (number := as_number(value)) not in {"", value}:
        message = f"{value} without quotes is a number to IAMbic: {number}"
        yield Problem(message, f'write "{number}" if IAMbic had it right, "{value}" if it did not', value.source)


def as_number(text: str) -> str:
    """The text of the number that YAML 1.2 reads; "" where it reads none."""
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(text):
        return str(int(digits, 0) if digits.lstrip("+-")[1:2] in {"b", "o", "x"} else int(digits))
    return str(float(digits)) if _FLOAT.fullmatch(text) else ""
