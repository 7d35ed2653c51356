"""What `remit up` and `remit preview` leave as it is: changes by hand that wait to be adopted (`remit sync`).

A merge applies everything else. Nothing is read for it unless the catalog says `drift: adopt` somewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import click

from remit.cli.enforcing import keeping
from remit.cli.engine import UNKNOWN_STACK, Engine, EngineError
from remit.cli.held import Held, held
from remit.cli.inputs import catalog_folder, read_inputs, stack_file
from remit.cli.progress import progress_on_terminal
from remit.cli.state import exported_state
from remit.cli.waiting import Waiting, read_waiting
from remit.cli.words import counted
from remit.drift.ended import Ended
from remit.drift.kept import Kept, kept
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded
from remit.drift.values import Finding, Unread
from remit.kept_fan_out import with_way_in
from remit.managed_policy import by_name
from remit.planning.unending import unending
from remit.promotion import applied_in


@contextmanager
def following(engine: Engine, stack: str, *, refresh: bool) -> Iterator[bool]:
    """Whether runs of the program within are told to keep something. `refresh`: they read what is live first.

    Raises CatalogError, AwsError, and RevisionError when the commit that the stack has is not in this clone.
    """
    here = _here(stack)
    kept_now = _kept(engine, here, refresh=refresh) if Modes(here.catalog, here.stack).adopt_something else None
    if kept_now is None:
        yield False
        return
    with keeping(here, kept_now, again=False):
        yield True


def _here(stack: str) -> Held:
    found, file = read_inputs(None, stack), stack_file(stack)
    return Held(found.stack, found.catalog, file, catalog_folder(found.stack))


def _kept(engine: Engine, here: Held, *, refresh: bool) -> Kept | None:
    stack = here.stack.name
    try:
        exported = exported_state(engine, stack)
    except EngineError as error:
        if UNKNOWN_STACK not in str(error):
            raise
        return None  # no stack yet: the engine's own run says so
    applied = applied_in(exported)
    if applied is None or applied.revision.dirty:
        if (exported.get("deployment") or {}).get("resources"):
            why = f"nobody knows which commit stack {stack} got last"
            click.echo(f"changes by hand are taken back, `drift: adopt` too: {why}", err=True)
        return None
    recorded = Recorded.of(exported)
    with held(stack, None, work_tree=False, succeeded=True) as had, progress_on_terminal() as told:
        waiting = read_waiting(had, here, told, recorded)
    accounts = {each.account for each in waiting.plan.managed_policies}
    pooled = with_way_in(here.stack, exported).fan_out_over(len(accounts)) == "pooled"
    gone = forgotten(pooled=pooled) if refresh else frozenset[str]()
    staying = [each for change in waiting.changes if (each := _staying(change.staying(), gone))]
    lost = [each.finding for each in waiting.changes if each.finding.id not in {one.id for one in staying}]
    tell_unread(waiting.reading.drift.unread)
    _tell(staying, lost)
    if not staying:
        return None
    ended = Ended(waiting.plan, unending(here.catalog, waiting.organization, here.stack))
    found = kept(staying, waiting.plan, waiting.live, recorded, ended=ended)
    return found if pooled or not refresh else _as_refreshed(found, waiting)


def forgotten(*, pooled: bool) -> frozenset[str]:
    """Kinds of what is a resource of its own: where somebody deleted it, a refresh takes it out of the state, and
    nothing keeps it away."""
    return frozenset({"permission_set"} if pooled else {"permission_set", "managed_policy"})


def _staying(finding: Finding | None, of_their_own: Collection[str]) -> Finding | None:
    gone = finding is not None and finding.kind in of_their_own and finding.change == "missing"
    return None if gone else finding


def _as_refreshed(found: Kept, waiting: Waiting) -> Kept:
    """With aliases a policy is a resource of its own, and a state that was refreshed says of it what is live."""
    policies = {}
    for account, name in found.policies:
        live = by_name(waiting.live.policies[account]).get(name.lower())
        policies[account, name] = live.policy if live else None
    return replace(found, policies=policies)


def tell_unread(unread: Sequence[Unread]) -> None:
    """Nobody knows what was changed there, so the run keeps nothing of it."""
    for each in unread:
        where = f"{each.account_name} ({each.account})"
        click.echo(
            f"account {where} could not be read, so changes by hand to its policies are taken back, "
            f"`drift: adopt` too: {each.reason}",
            err=True,
        )


def _tell(staying: Sequence[Finding], lost: Sequence[Finding]) -> None:
    for findings, one, more, why in (
        (staying, "stays as it is", "stay as they are", "for `remit sync` to adopt"),
        (
            lost,
            "is taken back",
            "are taken back",
            "though `drift: adopt`: the catalog changes it too, or makes it anew",
        ),
    ):
        if findings:
            how = one if len(findings) == 1 else more
            click.echo(f"{counted(len(findings), 'change')} made by hand {how}, {why}:", err=True)
            for each in findings:
                click.echo(f"  {each.title}: {each.change}", err=True)
