"""What the roles were seen to use, over all scenarios and all processes that run them.

A scenario that ends writes a file; who ends last, the process that started the others, holds the sum against the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import pytest

from remit.aws.permissions import Role
from tests.e2e.roles import ROWS, Used

LEDGER = pytest.StashKey["Ledger"]()
_SCENARIOS = Path(__file__).parent
_ALL = "all"


class Ledger:
    """A folder that the processes of one run of pytest share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def note(self, used: Iterable[Used]) -> None:
        text = json.dumps([[role.value, action] for role, action in used])
        (self.folder / f"{uuid4()}.json").write_text(text, encoding="utf-8")

    def used(self) -> set[Used]:
        texts = (path.read_text(encoding="utf-8") for path in self.folder.glob("*.json"))
        return {(Role(role), action) for text in texts for role, action in json.loads(text)}

    def note_that_all_run(self) -> None:
        (self.folder / _ALL).touch()

    def unused(self) -> list[Used]:
        """What a role is given and no scenario used; nothing where not all of them were to run."""
        return sorted(ROWS - self.used()) if (self.folder / _ALL).exists() else []


def are_all(config: pytest.Config, items: Iterable[pytest.Item]) -> bool:
    """Whether every scenario is to run: each file is there, and nothing narrows what is taken of it."""
    narrowed = config.option.collectonly or config.option.keyword or config.option.markexpr or config.option.deselect
    return (
        not narrowed
        and not any("::" in argument for argument in config.args)
        and {item.path for item in items} >= set(_SCENARIOS.glob("test_*.py"))
    )
