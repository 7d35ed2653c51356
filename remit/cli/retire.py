"""`remit retire`, and the first step of `up`, `refresh` and `destroy`: accounts that are gone leave the state."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping

import click

from remit.cli.engine import Engine, announce, choose_engine
from remit.cli.inputs import stack_file
from remit.cli.state import Exported, exported_stack, exported_state, replace_state
from remit.cli.words import counted
from remit.drift.recorded import Recorded
from remit.errors import RemitError, listed
from remit.organization import AccountState
from remit.retirement import instances_in, without_permission_sets
from remit.retirement import retire as take_out
from remit.sharding import Shard
from remit.stack_file import read_stack

AccountStates = Mapping[str, AccountState]

_ANOTHER_SHARD, _ANOTHER_STACK = "another shard's", "another stack's"


class WrongOrganizationError(RemitError):
    """The organization has none of the accounts in the state, and nothing else says that it is the state's."""


@click.command()
@click.option("--stack", metavar="STACK", help="Whose state; default: the engine's current one.")
@click.option(
    "--account",
    "handed_over",
    metavar="ID",
    multiple=True,
    help="This one too, which is active: another stack has it from now on. May be given several times.",
)
@click.option(
    "--permission-set",
    "sets_handed_over",
    metavar="NAME",
    multiple=True,
    help="It and its assignments: another stack has them from now on. May be given several times.",
)
def retire(stack: str | None, handed_over: tuple[str, ...], sets_handed_over: tuple[str, ...]) -> None:
    """Take the resources of suspended, closed or departed accounts out of the state; AWS is not called for them.

    Nobody can assume a role in such an account any more, and AWS removes what was in it. So are the policies of
    accounts that belong to another shard now (remit:shard), or with --account to another stack: nothing is deleted, and
    that one adopts them. A permission set changes hands in the same way.
    """
    engine = choose_engine(os.environ)
    announce(engine)
    exported = exported_state(engine, stack)
    if unknown := sorted(set(handed_over) - take_out(exported, ()).retired.keys()):
        raise click.BadParameter(
            f"nothing in the state is of {listed(unknown)} (write its 12 digits)", param_hint="--account"
        )
    _, found = without_permission_sets(exported, sets_handed_over)
    if unknown := sorted({*sets_handed_over} - found):
        raise click.BadParameter(f"the state has no permission set {listed(unknown)}", param_hint="--permission-set")
    shard = shard_of_stack(stack, exported)
    retired = retire_gone(engine, stack, exported, live_account_states, shard, handed_over=handed_over)
    if sets_handed_over:
        _hand_over(engine, stack, sets_handed_over)
    elif not retired:
        click.echo("every account in the state is active", err=True)


def _hand_over(engine: Engine, stack: str | None, names: Collection[str]) -> None:
    """Permission sets leave the state, once nothing speaks against the credentials any more."""
    exported = exported_state(engine, stack)
    deployment, found = without_permission_sets(exported, names)
    replace_state(engine, stack, exported, deployment)
    for name in sorted(found):
        click.echo(f"permission set {name} and its assignments are {_ANOTHER_STACK}: they left the state", err=True)


def retire_gone(
    engine: Engine,
    stack: str | None,
    exported: Exported,
    account_states: Callable[[], AccountStates],
    shard: Shard | str | None = None,
    *,
    handed_over: Collection[str] = (),
    instances: Callable[[str], Collection[str]] | None = None,
) -> bool:
    """Whether something was taken out of the state; says what. Raises WrongOrganizationError, or the engine's.

    `account_states` is asked only if the state has accounts at all; `shard` is the stack's. `handed_over`: accounts
    that another stack has from now on. `instances`, by default the live ones: the ARNs of the Identity Center instances
    of a region ("": the caller's), asked only where the organization has none of the accounts. One of an organization
    is never seen with credentials of another.
    """
    in_state = take_out(exported, ()).retired.keys()
    if not in_state:
        return False
    states = account_states()
    if not in_state & states.keys() and not _same_organization(exported, instances or live_instances):
        raise WrongOrganizationError(
            f"none of the {len(in_state)} accounts in the state is in this organization "
            "(are these the credentials of another one?)"
        )
    active = {account for account, state in states.items() if state is AccountState.ACTIVE}
    staying = {account for account in active - set(handed_over) if _ours(account, shard)}
    retirement = take_out(exported, staying)
    if not retirement.retired:
        return False
    replace_state(engine, stack, exported, retirement.deployment)
    for account, count in retirement.retired.items():
        how = states.get(account, "not in the organization")
        if how is AccountState.ACTIVE:
            how = _ANOTHER_STACK if account in handed_over else _ANOTHER_SHARD
        click.echo(f"account {account} is {how}: {counted(count, 'resource')} left the state", err=True)
        if how in {_ANOTHER_STACK, _ANOTHER_SHARD} and (forgotten := retirement.forgotten.get(account)):
            names = ", ".join(forgotten)
            click.echo(f"  it has left the catalog, and nobody deletes it now: delete it by hand: {names}", err=True)
        if account in handed_over:
            click.echo(
                f"  its policies stay: {_policies(exported, account)} "
                "(one that the other stack does not give there is nobody's: delete it by hand)",
                err=True,
            )
    return True


def tell_handed_over(exported: Exported, shard: Shard | str) -> None:
    """Of a preview, which leaves the state as it is: it shows as deleted what no `remit up` deletes."""
    if others := sorted(account for account in take_out(exported, ()).retired if not _ours(account, shard)):
        click.echo(
            f"the policies of {counted(len(others), 'account')} are another shard's now: {listed(others)}. `remit up` "
            "takes them out of the state first, and deletes none of them, whatever is shown here",
            err=True,
        )


def _policies(exported: Exported, account: str) -> str:
    """By path and name."""
    recorded = sorted(Recorded.of(exported).policies.items(), key=lambda each: each[0])
    return ", ".join(f"{policy.path}{name}" for (where, name), policy in recorded if where == account)


def _same_organization(exported: Exported, instances: Callable[[str], Collection[str]]) -> bool:
    recorded = instances_in(exported)
    return bool(recorded) and all(arn in instances(region) for arn, region in recorded.items())


def shard_of_stack(stack: str | None, exported: Exported | None = None) -> Shard | str | None:
    """What the file of the stack says, of the one that was exported if none is named. Raises CatalogError."""
    name = stack or exported_stack(exported or {})
    file = stack_file(name) if name else None
    return read_stack(file).shard if file and file.is_file() else None


def _ours(account: str, shard: Shard | str | None) -> bool:
    """Whether the policies of an account are the business of a stack that has this shard."""
    return account in shard if isinstance(shard, Shard) else shard is None


def live_account_states() -> AccountStates:
    """Every account of the live organization, and its state."""
    from remit.aws.organizations import account_states  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415

    return account_states(Aws(_region()))


def live_instances(region: str) -> Collection[str]:
    """The ARNs of the Identity Center instances that the caller sees in a region, by default their own."""
    from remit.aws.identity_center import instances  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415

    return {each.arn for each in instances(Aws(region or _region()))}


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
