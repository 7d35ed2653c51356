"""The command line: verbs and flags named as the Pulumi CLI's."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from engine.errors import CancelledError, EngineError


def main() -> None:
    """Run a verb, and end with the Pulumi CLI's exit code for what came of it."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("error: ended at once; what was known is in the state", err=True)
        sys.exit(CancelledError.exit_code)
    except EngineError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


_MODULES = {
    "preview": "operations",
    "up": "operations",
    "refresh": "operations",
    "destroy": "operations",
    "import": "imports",
    "stack": "stacks",
    "cancel": "stacks",
}


class _Verbs(click.Group):
    """The verbs, each imported when it is used: those that only read the state need no gRPC and no SDK."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in _MODULES:
            return None
        module = import_module(f"engine.commands.{_MODULES[name]}")
        command: click.Command = getattr(module, "import_command" if name == "import" else name)
        return command


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C",
    "--cwd",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Run in this folder.",
)
def cli(directory: Path | None) -> None:
    """A small deployment engine for Pulumi programs in Python, against a simulated cloud."""
    if directory is not None:
        os.chdir(directory)
