"""`remit completion SHELL`: the script that makes a shell complete verbs, options and the names of stacks."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_REMIT_COMPLETE"


@click.command(
    epilog="\b\nFor good:\n"
    "  bash  echo 'eval \"$(remit completion bash)\"' >> ~/.bashrc   (bash 4.4 or later)\n"
    "  zsh   echo 'eval \"$(remit completion zsh)\"' >> ~/.zshrc\n"
    "  fish  remit completion fish > ~/.config/fish/completions/remit.fish"
)
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def completion(context: click.Context, shell: str | None) -> None:
    """Print what makes your shell complete verbs, options and the names of stacks. Default: the shell of $SHELL."""
    named = shell or Path(os.environ.get("SHELL", "")).name
    found = get_completion_class(named) if named in SHELLS else None
    if found is None:
        raise click.UsageError(f"say which shell: {', '.join(SHELLS)}", context)
    click.echo(found(context.find_root().command, {}, "remit", _VARIABLE).source())
