"""The command line as a whole."""

from __future__ import annotations

import re
import subprocess
import sys

import click
import pytest
from click.shell_completion import ShellComplete

from remit.cli import main
from remit.cli.inputs import _OPTIONS
from tests.unit.cli.conftest import Run

HEAVY = ("boto3", "rich", "pydantic", "yaml", "ruamel", "pulumi")
PASSED_ON = {"preview", "up", "refresh", "destroy", "stack", "sandbox"}  # their options are another program's
STACK_TO_MAKE = "The stack to make a file for. Default: prod."
ENGINES_STACK = "Whose state; default: the engine's current one."
OURS = [verb for verb in main._VERBS if verb not in PASSED_ON]


def command(verb: str) -> click.Command:
    found = main.remit.get_command(click.Context(main.remit), verb)
    assert found
    return found


def options_of(verb: str) -> dict[str, click.Option]:
    """The options of a verb and of its own verbs, by how they are written."""
    top = command(verb)
    commands = [top, *(top.commands.values() if isinstance(top, click.Group) else ())]
    options = [each for one in commands for each in one.params if isinstance(each, click.Option)]
    return {name: option for option in options for name in option.opts}


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from click.testing import CliRunner; from remit.cli.main import remit;"
        "assert CliRunner().invoke(remit, ['--help']).exit_code == 0;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_lists_every_verb_in_its_section(run: Run):
    shown = run("--help").stdout
    sections = [section for section, verbs in main._SECTIONS.items() if verbs]
    positions = [shown.index(f"\n{section}:\n") for section in sections]
    assert positions == sorted(positions)
    assert re.findall(r"^  ([a-z][a-z-]*)  +\w", shown, re.MULTILINE) == list(main._VERBS)
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("verb", OURS)
def test_every_verb_of_ours_explains_itself(run: Run, verb: str):
    shown = run(verb, "--help")
    assert shown.exit_code == 0
    assert f"Usage: remit {verb} " in shown.stdout
    assert all(option.help or option.hidden for option in options_of(verb).values()), "an option without words"


@pytest.mark.parametrize("verb", list(main._VERBS))
def test_every_verb_is_there(verb: str):
    assert command(verb)


@pytest.mark.parametrize("verb", OURS)
def test_options_that_mean_the_same_are_named_and_described_the_same(verb: str):
    shared = {name: option for each in _OPTIONS.values() for name, option in _made(each)}
    for name, option in options_of(verb).items():
        if name in shared and option.help not in {ENGINES_STACK, STACK_TO_MAKE}:
            assert (option.help or "").startswith((shared[name].help or "").rstrip(".")), name
            assert option.metavar == shared[name].metavar
            assert option.is_flag == shared[name].is_flag


def _made(decorator: object) -> list[tuple[str, click.Option]]:
    assert callable(decorator)

    def verb() -> None:
        """Carries an option."""

    decorator(verb)
    return [(name, each) for each in verb.__click_params__ for name in each.opts]  # type: ignore[attr-defined]


def test_an_unknown_verb_is_a_wrong_use(run: Run):
    assert run("apply").exit_code == 2
    misspelt = run("pln")
    assert misspelt.exit_code == 2
    assert "did you mean 'plan'" in misspelt.output


def completed(arguments: list[str], begun: str) -> list[str]:
    found = ShellComplete(main.remit, {}, "remit", "_REMIT_COMPLETE").get_completions(arguments, begun)
    return [item.value for item in found]


def test_a_shell_completes_verbs_options_and_stacks(run: Run):
    assert run("--version").exit_code == 0
    assert completed([], "pl") == ["plan"]
    assert completed([], "--v") == ["--version"]
    assert completed(["plan"], "--or") == ["--organization"]
    assert completed(["plan", "--stack"], "") == ["prod"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_of_its_own(run: Run, shell: str):
    shown = run("completion", shell)
    assert shown.exit_code == 0
    assert f"_REMIT_COMPLETE={shell}_complete" in shown.stdout


def test_completion_without_a_known_shell_asks_for_one(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    refused = run("completion")
    assert refused.exit_code == 2
    assert "bash, zsh, fish" in refused.stderr
