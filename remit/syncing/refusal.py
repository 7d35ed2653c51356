"""Why a change cannot be written into the catalog."""

from __future__ import annotations

from remit.errors import RemitError


class CannotAdoptError(RemitError):
    """The catalog has no words for it, or would be no valid catalog, or would say something else besides."""
