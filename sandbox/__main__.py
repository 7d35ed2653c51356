"""python -m sandbox [--organization FILE] [--port N] [--limits] [--latency MS]: a sandbox until it is interrupted.

Prints `READY http://127.0.0.1:PORT` as soon as it serves, and how to point the AWS CLI, boto3 and Pulumi at it.
"""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from remit.errors import SnapshotError
from remit.snapshot import read_snapshot
from sandbox.limits import Limits
from sandbox.server import Sandbox

_ROLE_HELP = "a role that every account has from the start (RemitSpoke and OrganizationAccountAccessRole); * for any"
_LATENCY_UNDER_LIMITS = 1000.0  # ms: without a latency nothing is ever outstanding


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM; returns the exit code."""
    asked = _read(arguments)
    try:
        organization = read_snapshot(asked.organization)
    except SnapshotError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    latency = asked.latency
    if latency is None:
        latency = _LATENCY_UNDER_LIMITS if asked.limits else 0.0
    limits = Limits() if asked.limits else None
    roles = {"roles": frozenset(asked.role)} if asked.role else {}
    sandbox = Sandbox(organization, port=asked.port, seed=asked.seed, latency_ms=latency, limits=limits, **roles)
    stopped = Event()
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, lambda _number, _frame: stopped.set())
    with sandbox:
        sys.stdout.write(f"READY {sandbox.url}\n{_how_to(sandbox)}\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


def _read(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(
        prog="python -m sandbox",
        description="Serve a simulated AWS organization on this machine, for any client of AWS, until interrupted.",
    )
    example = Path(__file__).with_name("organization.yaml")
    parser.add_argument("--organization", type=Path, default=example, help="organization snapshot to serve")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0, the default, takes a free one")
    parser.add_argument("--limits", action="store_true", help="AWS's request rates and caps, as AWS enforces them")
    parser.add_argument("--latency", type=float, metavar="MS", help="how long asynchronous operations take")
    parser.add_argument("--role", action="append", metavar="NAME", help=_ROLE_HELP)
    parser.add_argument("--seed", type=int, default=0, help="seed of the ids that the sandbox gives out")
    return parser.parse_args(arguments)


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
    sys.exit(main())
