"""`remit preview`, `up`, `refresh`, `destroy`, `stack`: the engine's own verbs, with the engine that is there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

import click

from remit.cli.engine import Engine, EngineError, announce, become, choose_engine, engine_defaults, run_beneath
from remit.cli.inputs import read_inputs, stack_file
from remit.cli.retire import (
    AccountStates,
    live_account_states,
    retire_gone,
    shard_of_stack,
    tell_handed_over,
)
from remit.cli.run_report import REPORT, Reporter, cleared, without_file
from remit.cli.state import Exported, exported_stack, exported_state
from remit.errors import CatalogError
from remit.kept_fan_out import VARIABLE, way_in
from remit.stack_file import read_stack

PROMOTE, SCHEDULED, DRIFT = "--promote", "--scheduled", "--drift"
_WHY = {
    ("--refresh", "-r"): "what is live would pass for what the stack gave, and be taken back although `drift: report`",
    ("--target", "-t", "--target-dependents", "--replace", "--target-replace", "--exclude", "--exclude-dependents"): (
        "it chooses the resources itself"
    ),
}
_OTHER = "it goes by the files and settings that the stack got last"
_HELP = {"--help", "-h"}
_OURS = f"""\
remit's own options, beside those of the engine below (docs/operations.md):
  {REPORT} FILE    leave a report of the run there"""
_OURS_OF_UP = f"""
  {PROMOTE}        only if it is the stack's turn
  {SCHEDULED}      run again what the stack has
  {DRIFT} FILE     with {SCHEDULED}: leave there what it reverts"""
_PASS_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": []}
_OTHER_FILES = frozenset({"--cwd", "-C", "--config", "-c", "--config-file", "--config-path"})
_CHOSEN = {option for options in _WHY for option in options} | _OTHER_FILES
_SHORT = re.compile("-(?!-)([defjry]*[A-Za-z]?)")  # those without a value, and one that may have one
_STACK = re.compile("-[defjry]*s=?(.*)")


def stack_in(arguments: Sequence[str]) -> str | None:
    """The value of --stack or -s among an engine's arguments; the Pulumi CLI takes -sNAME and -ys NAME, too."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        short = _STACK.fullmatch(argument)
        if short or name == "--stack":
            return (short[1] if short else value) or next(iter(arguments[position + 1 : position + 2]), None)
    return None


def _verb(name: str, *, changes_the_state: bool) -> click.Command:
    @click.command(name, context_settings=_PASS_ON, add_help_option=False)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def run(arguments: tuple[str, ...]) -> None:
        engine = choose_engine(os.environ)
        announce(engine)
        if name == "stack":
            become([*engine.command, name, *arguments])
        arguments, promote = without_flag(name, arguments, PROMOTE)
        arguments, scheduled = without_flag(name, arguments, SCHEDULED)
        passed_on, file = without_file(arguments, REPORT)
        if _HELP & set(passed_on):
            click.echo(f"{_OURS}{_OURS_OF_UP if name == 'up' else ''}\n", err=True)
            become([*engine.command, name, *passed_on])
        set_engine_defaults(stack_in(passed_on))
        if scheduled:
            sys.exit(_scheduled(engine, passed_on, file, promote=promote))
        reporter = Reporter(file, name, stack_in(passed_on) or "") if file else None
        command = [*engine.command, name, *passed_on]
        with ExitStack() as around:
            with reporter.telling() if reporter else nullcontext():
                _prepare(engine, name, passed_on, promote=promote, changes_the_state=changes_the_state)
                keeps = around.enter_context(leaving_what_waits(engine, name, passed_on))
            if reporter:
                sys.exit(reporter.run(command))
            if keeps:
                sys.exit(run_beneath(command).code)
        become(command)

    return run


def leaving_what_waits(engine: Engine, name: str, arguments: Sequence[str]) -> AbstractContextManager[bool]:
    """Whether the run is told to keep what waits to be adopted. A configuration from elsewhere is not looked at."""
    if name not in {"preview", "up"}:
        return nullcontext(enter_result=False)
    named = stack_in(arguments) or exported_stack(_state(engine, None) or {})
    if not named:
        return nullcontext(enter_result=False)  # no state yet, so nothing that somebody could have changed
    if given_in(arguments) & _OTHER_FILES:
        why = "the run does not go by this folder's files and settings alone"
        click.echo(f"changes by hand are taken back, `drift: adopt` too: {why}", err=True)
        return nullcontext(enter_result=False)
    from remit.cli.following import following  # noqa: PLC0415  only these two compare what is live

    return following(engine, named, refresh=bool(given_in(arguments) & {"-r", "--refresh"}))


def given_in(arguments: Sequence[str]) -> set[str]:
    """The options that are on, whatever follows them."""
    on = (each.partition("=")[0] for each in arguments if not re.fullmatch("--[^=]+=(false|0)", each))
    return {option for name in on for option in _options(name)}


def _prepare(engine: Engine, name: str, arguments: Sequence[str], *, promote: bool, changes_the_state: bool) -> None:
    if name in {"preview", "up"}:
        _check_catalog(arguments)
    if promote:
        _refuse_jump(stack_in(arguments))
    named = stack_in(arguments)
    if name == "refresh" and "--preview-only" not in arguments:
        _tell_what_it_forgets(named)
    staying = name in {"preview", "up"} and _leaves_its_way_open(named)
    retiring = changes_the_state and "--preview-only" not in arguments
    shard = shard_of_stack(named) if name == "preview" else None
    if exported := _state(engine, named) if staying or retiring or shard else None:
        if staying:
            _stay_with_its_way(exported)
        if retiring:
            retire_gone(engine, named, exported, live_account_states, shard_of_stack(named, exported))
        elif shard:
            tell_handed_over(exported, shard)


def _tell_what_it_forgets(named: str | None) -> None:
    """Of a refresh, where something may be left as somebody made it; a wrong catalog is not its affair."""
    from remit.drift.modes import Modes  # noqa: PLC0415  for a refresh alone

    try:
        found = read_inputs(None, named) if named and stack_file(named).is_file() else None
    except CatalogError:
        return
    if found and Modes(found.catalog, found.stack).leave_something:
        click.echo(
            "a refresh takes what is live for what the stack gave: a permission set or policy that somebody deleted, "
            "and with remit:fanOut: pooled what they changed in a policy, the next run takes back, `drift: report` and "
            "`adopt` too (remit sync first)",
            err=True,
        )


def _scheduled(engine: Engine, arguments: Sequence[str], report: Path | None, *, promote: bool) -> int:
    """The exit code. Raises as reading and retiring do."""
    from remit.cli.scheduled import scheduled_up  # noqa: PLC0415  only such a run compares what is live

    named = stack_in(arguments)
    if named is None or promote:
        raise click.UsageError(f"{SCHEDULED} needs --stack, and excludes {PROMOTE}: it runs again what the stack has")
    refuse_own_way(arguments)
    passed_on, output = without_file(arguments, DRIFT)
    if output:
        cleared(output, DRIFT)
    reporter = Reporter(report, "up", named) if report else None

    def start(given: Sequence[str]) -> int:
        command = [*engine.command, "up", *given]
        return reporter.run(command) if reporter else run_beneath(command).code

    with reporter.telling() if reporter else nullcontext():
        stay_with_its_way(engine, named)
        retire_first(engine, named)
        return scheduled_up(engine, named, passed_on, output, start)


def refuse_own_way(arguments: Sequence[str]) -> None:
    """What a scheduled run chooses by itself. Raises UsageError."""
    for argument in arguments:
        for option in given_in([argument]) & _CHOSEN:
            why = next((why for options, why in _WHY.items() if option in options), _OTHER)
            raise click.UsageError(f"{SCHEDULED} excludes {option}: {why} (leave it out)")


def _options(given: str) -> set[str]:
    """Those in one argument: the Pulumi CLI takes -yr for -y -r, and -cKEY for -c KEY."""
    short = _SHORT.match(given)
    return {f"-{letter}" for letter in short[1]} if short else {given}


def without_flag(name: str, arguments: Sequence[str], flag: str) -> tuple[tuple[str, ...], bool]:
    """The arguments without a flag that no engine knows, and whether it was among them. `up` alone has such."""
    if name != "up":
        return tuple(arguments), False
    return tuple(each for each in arguments if each != flag), flag in arguments


def _refuse_jump(named: str | None) -> None:
    """Raises PromotionRefusedError when it is not the stack's turn."""
    from remit.cli.stacks import refuse_jump  # noqa: PLC0415  it exports states, as this module's verbs do

    if named is None:
        raise click.UsageError(f"{PROMOTE} needs --stack")
    refuse_jump(named)


def _check_catalog(arguments: Sequence[str]) -> None:
    """What is wrong in the files is told before an engine starts; a stack without a file would go by the defaults, and
    own every account. Raises CatalogError.

    Without --stack, or with a configuration from elsewhere, the program finds it out, and the engine says so.
    """
    named = stack_in(arguments)
    if named and not given_in(arguments) & _OTHER_FILES:
        read_inputs(None, named)


def set_engine_defaults(named: str | None) -> None:
    """For the engine that comes after; `--continue-on-error=false` and the user's environment go first."""
    try:
        fan_out = _fan_out(named)
    except CatalogError:  # a wrong stack file is told by what needs it
        fan_out = "auto"
    for name, value in engine_defaults(fan_out).items():
        os.environ.setdefault(name, value)


def retire_first(engine: Engine, named: str, account_states: Callable[[], AccountStates] = live_account_states) -> None:
    """Accounts that are gone leave the state; not those that are another shard's by files which the stack has not got
    yet. Raises EngineError and AwsError."""
    if exported := _state(engine, named):
        retire_gone(engine, named, exported, account_states)


def stay_with_its_way(engine: Engine, named: str | None) -> None:
    """Tells the program how the stack's policies reach their accounts already, where its file leaves that open."""
    if _leaves_its_way_open(named) and (exported := _state(engine, named)):
        _stay_with_its_way(exported)


def _stay_with_its_way(exported: Exported) -> None:
    if way := way_in(exported):
        os.environ[VARIABLE] = way


def _leaves_its_way_open(named: str | None) -> bool:
    return _fan_out(named) == "auto"


def _fan_out(named: str | None) -> str:
    """remit:fanOut of the stack's file; auto where there is none."""
    file = stack_file(named) if named else None
    return read_stack(file).fan_out if file and file.is_file() else "auto"


def _state(engine: Engine, named: str | None) -> Exported | None:
    """None where there is no stack yet, or no state of it: the engine's own run makes it, or says what is wrong."""
    try:
        return exported_state(engine, named)
    except EngineError:
        return None


preview = _verb("preview", changes_the_state=False)
up = _verb("up", changes_the_state=True)
refresh = _verb("refresh", changes_the_state=True)
destroy = _verb("destroy", changes_the_state=True)
stack = _verb("stack", changes_the_state=False)
