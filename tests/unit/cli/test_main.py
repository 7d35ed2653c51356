"""The command line as a whole."""

from __future__ import annotations

import subprocess
import sys

import pytest

from remit.cli import main
from tests.unit.cli.conftest import Run

HEAVY = ("boto3", "rich", "pydantic", "yaml", "pulumi")


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from click.testing import CliRunner; from remit.cli.main import remit;"
        "assert CliRunner().invoke(remit, ['--help']).exit_code == 0;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_lists_every_verb_in_the_order_of_use(run: Run):
    shown = run("--help").stdout
    positions = [shown.index(f"\n  {verb} ") for verb in main._VERBS]
    assert positions == sorted(positions)


@pytest.mark.parametrize("verb", ["validate", "plan", "explain", "snapshot", "retire"])
def test_every_verb_of_ours_explains_itself(run: Run, verb: str):
    assert "Usage: " in run(verb, "--help").stdout


@pytest.mark.parametrize("verb", list(main._VERBS))
def test_every_verb_is_there(verb: str):
    assert main.remit.get_command(main.click.Context(main.remit), verb)


def test_an_unknown_verb_is_a_wrong_use(run: Run):
    assert run("apply").exit_code == 2
