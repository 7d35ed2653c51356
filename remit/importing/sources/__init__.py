"""What other tools say, as what an import goes on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from remit.importing.found import Found
from remit.importing.sources import assignments, csv, sso_util
from remit.importing.sources.gathering import Sourced

CONVERTERS: Mapping[str, Callable[[Path, Found], Sourced]] = {
    "assignments": assignments.convert,
    "sso-util": sso_util.convert,
    "csv": csv.convert,
}
"""By the word after --from. Each takes what was read of the organization, and raises CatalogError."""
