"""What every test runs under; and what is held against the table of permissions when all of them have run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.e2e.ledger import LEDGER, Ledger, are_all
from tests.warm import warm as warm_python

# How long an example takes says something of the machine, and nothing of the code.
settings.register_profile("remit", deadline=None)
settings.load_profile("remit")

# The suite starts programs by the hundred: what one has compiled, none of the others should.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_FOLDER = "remit_ledger"
_LONGEST = "test_story.py"


@pytest.fixture(scope="session")
def warm() -> Iterator[Path | None]:
    """A Python whose imports are behind it. A module whose programs are to start for real overrides it."""
    if sys.platform != "linux":
        yield None
        return
    with warm_python() as environment:
        yield environment


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {}).get(_FOLDER)
    if given:
        config.stash[LEDGER] = Ledger(Path(given))
        return
    folder = tempfile.TemporaryDirectory(prefix="remit-ledger-")
    config.add_cleanup(folder.cleanup)
    config.stash[LEDGER] = Ledger(Path(folder.name))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: what a worker is told by the process that starts it."""
    node.workerinput[_FOLDER] = str(node.config.stash[LEDGER].folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, or one process would end a minute after the others."""
    items.sort(key=lambda item: item.path.name != _LONGEST)


def pytest_collection_finish(session: pytest.Session) -> None:
    if are_all(session.config, session.items):
        session.config.stash[LEDGER].note_that_all_run()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A role that is given what no scenario uses fails the run, where all scenarios ran and passed."""
    first = not hasattr(session.config, "workerinput")
    if first and exitstatus == pytest.ExitCode.OK and session.config.stash[LEDGER].unused():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        return
    for role, action in config.stash[LEDGER].unused():
        line = f"FAILED remit/aws/permissions/table.py: the {role} role is given {action}, which no scenario uses"
        terminalreporter.write_line(line, red=True)
