"""`remit switch`: from provider aliases to pooled policies and back, in the state alone."""

from __future__ import annotations

import os
from uuid import uuid4

import click

from remit.cli.engine import announce, choose_engine
from remit.cli.state import exported_state, replace_state
from remit.switching.switch import Way, switched


@click.command()
@click.option("--to", required=True, type=click.Choice(["aliases", "pooled"]), help="As remit:fanOut will say.")
@click.option("--stack", metavar="STACK", help="Whose state; default: the engine's current one.")
def switch(to: Way, stack: str | None) -> None:
    """Move a stack's policies over to the other way to reach accounts, without a call to AWS.

    Only the state changes: no policy is deleted, made or written. Set remit:fanOut in the stack's file as well; the
    next preview shows no change of a policy.
    """
    engine = choose_engine(os.environ)
    announce(engine)
    exported = exported_state(engine, stack)
    moved = switched(exported, to, lambda: str(uuid4()))
    replace_state(engine, stack, exported, moved.deployment)
    click.echo(f"{moved.policies} policies of {moved.accounts} accounts are {to} now, in the state", err=True)
    click.echo(f"set `remit:fanOut: {to}` for the stack, then see that `remit preview` changes no policy", err=True)
