"""The command line: verbs and flags named as the Pulumi CLI's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from engine.commands.imports import import_command
from engine.commands.operations import destroy, preview, refresh, up
from engine.commands.stacks import cancel, stack
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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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


for command in (preview, up, refresh, destroy, import_command, stack, cancel):
    cli.add_command(command)
