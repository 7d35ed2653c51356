"""Fixtures of the engine's tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.engine.stack_project import StackProject


@pytest.fixture
def project(tmp_path: Path, warm: Path | None) -> StackProject:
    """A fresh project with an empty stack."""
    return StackProject(tmp_path, warm or Path(sys.prefix))
