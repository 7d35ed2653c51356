"""`remit sandbox`: a simulated AWS organization, as a program of its own."""

from __future__ import annotations

import sys

import click

from remit.cli.engine import become


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """Run a simulated AWS organization on this machine; arguments are those of `python -m sandbox`."""
    become([sys.executable, "-m", "sandbox", *arguments])
