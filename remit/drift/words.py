"""A difference in words, as `remit drift` and what is adopted tell it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from remit.drift.values import Difference


def lines_of(difference: Difference, wide: int) -> Iterator[str]:
    """A field or a statement as the catalog has it, and as it is. `wide`: characters of both that one line takes."""
    before, after = _text(difference.catalog), _text(difference.live)
    if difference.catalog is None:
        yield f"{difference.field}: + {after}"
    elif difference.live is None:
        yield f"{difference.field}: - {before}"
    elif len(before) + len(after) <= wide:
        yield f"{difference.field}: {before} → {after}"
    else:
        yield from (f"{difference.field}:", f"  - {before}", f"  + {after}")


def _text(value: Any) -> str:  # noqa: ANN401  JSON
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
