"""python -m sandbox --organization FILE [--port N] [--limits] [--latency MS]: a sandbox until it is interrupted.

Prints `READY http://127.0.0.1:PORT` as soon as it serves, and how to point the AWS CLI, boto3 and Pulumi at it.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event

import click

from remit.errors import RemitError
from remit.snapshot import read_snapshot
from sandbox.limits import Limits
from sandbox.server import Sandbox

_LATENCY_UNDER_LIMITS = 1000.0  # ms: without a latency nothing is ever outstanding


@click.command(name="sandbox")
@click.option("--organization", type=click.Path(path_type=Path), required=True, help="Organization snapshot to serve.")
@click.option("--port", type=int, default=0, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--limits", is_flag=True, help="AWS's request rates and caps, as AWS enforces them.")
@click.option("--latency", type=float, default=None, metavar="MS", help="How long asynchronous operations take.")
@click.option("--seed", type=int, default=0, help="Seed of the ids that the sandbox gives out.")
def main(organization: Path, port: int, limits: bool, latency: float | None, seed: int) -> None:  # noqa: FBT001
    """Serve a simulated AWS organization on this machine, for any client of AWS, until interrupted."""
    try:
        snapshot = read_snapshot(organization)
    except RemitError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    if latency is None:
        latency = _LATENCY_UNDER_LIMITS if limits else 0.0
    sandbox = Sandbox(snapshot, port=port, seed=seed, latency_ms=latency, limits=Limits() if limits else None)
    stopped = Event()
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, lambda _number, _frame: stopped.set())
    with sandbox:
        click.echo(f"READY {sandbox.url}")
        click.echo(_how_to(sandbox))
        sys.stdout.flush()
        stopped.wait()


def _how_to(sandbox: Sandbox) -> str:
    exports = "\n".join(f"export {name}={value}" for name, value in sandbox.environment().items())
    accounts = len(sandbox.world.tree.accounts)
    return f"""
A simulated AWS organization of {accounts} accounts. Point the AWS CLI, boto3 or Pulumi at it:

{exports}

aws organizations list-accounts
curl {sandbox.url}/_sandbox/state        (more: /_sandbox/calls, limits, faults, accounts/ID)
"""


if __name__ == "__main__":
    main()
