"""`remit notify`: tells people what a run did, what drifted and what ends, on the channels of notifications.yaml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from remit.ci.environment import run_address
from remit.cli.inputs import stack_file
from remit.delivery.deliver import Courier
from remit.errors import RemitError
from remit.notify.channels import FILE, NEEDS, Channels, read_channels, secret_of
from remit.notify.digest import digest
from remit.notify.inputs import Drift, Expiring, Input, News, read_input
from remit.notify.text import plain_text
from remit.reporting.report import RunReport

_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--report", type=_file, metavar="FILE", help="What `remit up --report FILE` wrote.")
@click.option("--drift", type=_file, metavar="FILE", help="What `remit drift --json` or `remit repair -o` wrote.")
@click.option("--expiring", type=_file, metavar="FILE", help="What `remit expiring --json` printed.")
@click.option("--channels", type=_file, metavar="FILE", help=f"Default: {FILE}, beside Pulumi.yaml.")
@click.option("--print", "print_only", is_flag=True, help="Print the message as text, and send nothing.")
@click.option("--check", is_flag=True, help="Check the channels and their environment variables, and send nothing.")
def notify(
    report: Path | None,
    drift: Path | None,
    expiring: Path | None,
    channels: Path | None,
    print_only: bool,
    check: bool,
) -> None:
    """Tell people what a run did, what drifted and what ends soon.

    It never fails a job: what cannot be read or sent is a warning, and the exit code is 0. Only --check and --print
    say otherwise.
    """
    path = channels or stack_file("").with_name(FILE)
    if check:
        _check(read_channels(path), path)
        return
    missing = [each.name for each in (report, drift) if each and not each.is_file()]
    news = News(
        report=_read(report, RunReport) if report and report.is_file() else None,
        drift=_read(drift, Drift) if drift and drift.is_file() else None,
        expiring=_read(expiring, Expiring) if expiring else None,
        missing_report=f"the run left no report in {' and '.join(missing)}" if missing else "",
        run_url=run_address(os.environ),
    )
    message = digest(news)
    if print_only:
        click.echo(plain_text(message), nl=False)
        return
    if not message.sections:
        click.echo("nothing to tell")
        return
    try:
        wanted = read_channels(path).channels
    except RemitError as error:
        _warn(str(error))
        return
    outcomes = Courier(os.environ, _publish).deliver(message, news, wanted)
    for outcome in outcomes:
        if outcome.failure:
            _warn(f"{outcome.channel} was not told: {outcome.failure}")
        else:
            click.echo(f"{outcome.channel} was told")
    if not outcomes:
        click.echo("no channel wants to hear of it")


def _read(path: Path, model: type[Input]) -> Input | None:
    """What a file holds; None, with a warning, for one that is not what it should be: the others are told."""
    try:
        return read_input(path, model)
    except RemitError as error:
        _warn(str(error))
        return None


def _check(found: Channels, path: Path) -> None:
    """Raises RemitError with every variable that is not set."""
    problems = []
    for channel in found.channels:
        for key in NEEDS[channel.kind]:
            if key.endswith("_env"):
                try:
                    secret_of(os.environ, getattr(channel, key))
                except RemitError as error:
                    problems.append(f"{path}: {channel.label}: {error}")
    if problems:
        raise RemitError("\n".join(problems))
    click.echo(f"{path}: {len(found.channels)} channel{'s' if len(found.channels) != 1 else ''}, all variables set")


def _publish(topic: str, parameters: Mapping[str, Any]) -> None:
    from remit.aws.session import Aws  # noqa: PLC0415  boto3 takes half a second

    Aws(topic.split(":")[3]).call("sns", "Publish", TopicArn=topic, **parameters)


def _warn(words: str) -> None:
    click.echo(f"warning: {words}", err=True)
