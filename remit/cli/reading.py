"""The live organization whole, for `remit import` and `remit snapshot --full`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from remit.catalog import Settings
from remit.cli.drift import INCOMPLETE
from remit.cli.inputs import now
from remit.cli.progress import progress_on_terminal
from remit.cli.words import counted
from remit.importing.found import Found, PolicyFilter
from remit.importing.work_file import WorkFile
from remit.organization import Organization
from remit.spoke_role import SpokeRole

_WORK_FILE = Path(".remit", "import.jsonl")

Verb = TypeVar("Verb", bound=Callable[..., Any])


def reading_options(verb: Verb) -> Verb:
    """How a verb reads what is live."""
    for option in (
        click.option("--afresh", is_flag=True, help="Forget what an interrupted run has read."),
        click.option(
            "--role", help="The role to assume in each account to read its policies; default: the spoke role."
        ),
        click.option("--region", help="Where Identity Center lives; default: what organization.yaml says."),
    ):
        verb = option(verb)
    return verb


def read_live_organization(settings: Settings, *, region: str | None) -> Organization:
    """Accounts, groups and users, without the permission sets. Raises AwsError."""
    from remit.aws.look_up import Needs, look_up  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415

    aws = Aws(region or str(settings.identity_center.region))
    return look_up(aws, settings.identity_center, Needs(permission_sets=False))


def read_live(settings: Settings, wanted: PolicyFilter, *, region: str | None, role: str | None, afresh: bool) -> Found:
    """All there is, with progress on a terminal; what was read stays for the next run if something could not be.

    Raises AwsError.
    """
    from remit.aws.iam import Iam  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.identity_center import find_instance  # noqa: PLC0415
    from remit.aws.inventory import Inventory  # noqa: PLC0415
    from remit.aws.look_up import Needs, look_up  # noqa: PLC0415
    from remit.aws.member_calls import MemberCalls, member_client  # noqa: PLC0415
    from remit.aws.member_sessions import MemberSessions  # noqa: PLC0415
    from remit.aws.session import Aws  # noqa: PLC0415
    from remit.aws.throttle import StoppableSleep  # noqa: PLC0415

    stoppable = StoppableSleep()
    aws = Aws(region or str(settings.identity_center.region), sleep=stoppable)
    instance = find_instance(aws, settings.identity_center)
    if afresh:
        _WORK_FILE.unlink(missing_ok=True)
    work = WorkFile(_WORK_FILE, instance.arn, now())
    if work.resumed:
        read, begun = counted(work.resumed, "part"), datetime.fromisoformat(work.begun)
        click.echo(
            f"goes on where a run was interrupted, or could not read all: {read} in {_WORK_FILE}, read from "
            f"{begun:%Y-%m-%d %H:%M}Z on; what changed in AWS meanwhile is not in them (--afresh reads all)",
            err=True,
        )
    iam = Iam(MemberCalls(MemberSessions(aws), lambda: member_client(aws.region), sleep=stoppable))
    with progress_on_terminal() as progress:
        inventory = Inventory(
            aws,
            iam,
            instance.arn,
            lambda: look_up(aws, settings.identity_center, Needs(permission_sets=False), instance),
            work,
            spoke=SpokeRole(role) if role else settings.spoke,
            progress=progress,
            stop=stoppable.stop,
        )
        found = inventory.take(wanted)
    if found.unread:
        work.end(now())
    else:
        work.discard()
    return replace(found, read=work.begun)


def end_incomplete(found: Found) -> None:
    """Ends the command, if the policies of some account could not be read."""
    if found.unread:
        what = counted(len(found.unread), "account")
        click.echo(
            f"the policies of {what} could not be read; a run within the hour asks for them again and takes the rest "
            f"from {_WORK_FILE} (--afresh reads all)",
            err=True,
        )
        click.get_current_context().exit(INCOMPLETE)
