"""The type of protobuf messages: the generated classes have no types of their own that mypy could follow."""

from __future__ import annotations

from typing import Any

Message = Any
