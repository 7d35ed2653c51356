"""What other tools say, as what an import goes on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from remit.importing.found import Found
from remit.importing.sources import assignments, csv, iambic, sso_util
from remit.importing.sources.gathering import Ignored, Sourced

CONVERTERS: Mapping[str, Callable[[Path, Found, Ignored], Sourced]] = {
    "assignments": assignments.convert,
    "sso-util": sso_util.convert,
    "csv": csv.convert,
}
"""Files of assignments, by the word after --from. Each takes what was read of the organization, and which
permission sets are left alone; raises CatalogError.
"""

WHOLE: Mapping[str, Callable[[Path, Found, datetime], Sourced]] = {"iambic": iambic.convert}
"""Folders that say all there is, policies and permission sets too: of what was read they need the organization alone.

They take a time, since what has ended by then has no place in a catalog.
"""
