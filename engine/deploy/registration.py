"""A registration from the program: find the old state, ask the provider, decide, carry out the steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine import urn as urns
from engine.deploy import steps
from engine.deploy.aliases import former_urns
from engine.deploy.decide import (
    Action,
    ImportedError,
    Known,
    ProtectedError,
    decide,
    decide_without_diff,
    is_import,
)
from engine.deploy.deployment import Deployment, Old
from engine.deploy.differences import ignore_changes, with_replacements
from engine.deploy.diffs import diff_against_provider
from engine.deploy.events import Step
from engine.deploy.goal import Goal, new_state
from engine.deploy.importing import import_resource
from engine.deploy.replacing import delete_for_replacement
from engine.errors import EngineError
from engine.plugins.answers import CheckFailure, Diff
from engine.state.resource import Resource


@dataclass(frozen=True, slots=True)
class Registered:
    """What the program is told. `failed`: the outputs are not known, now or later in this run."""

    state: Resource
    failed: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """The place of a registration: its URN, the old entry, and the name that it had there."""

    urn: str
    old: Old | None
    alias: str


def register(run: Deployment, goal: Goal) -> Registered:
    """Carry out one registration. EngineError for a program that asks for what cannot be."""
    found = _find(run, goal)
    new = new_state(goal, found.urn, found.old.resource if found.old else None, found.alias)
    try:
        return _register(run, goal, found, new)
    except steps.StepFailedError:
        return Registered(run.done(found.urn) or new, failed=True)
    except EngineError as error:
        if run.stopping:
            raise
        run.failed(found.urn)
        run.events.log("error", str(error), found.urn)
        run.bail()
        return Registered(new, failed=True)


def _register(run: Deployment, goal: Goal, found: _Found, new: Resource) -> Registered:
    old, held_up = found.old, _held_up(run, goal)
    imported = is_import(goal, old.resource if old else None)
    if imported and not held_up:
        old = import_resource(run, goal, old, new)
        new = replace(new, created=old.resource.created, modified=old.resource.modified)
    with run.lock:
        recreating = found.urn in run.progress.deleted and old is not None
    known = Known(
        old.resource if old else None,
        goal,
        recreating=recreating,
        targeted=_is_target(run, found.urn, goal.type),
        imported=imported,
    )
    if known.targeted and not (imported and held_up):
        new = _checked(run, known, new)
        _refuse_missing(run, new)
    if held_up:  # checked all the same: one that does not pass ends the run
        with run.lock:
            run.progress.skipped.add(found.urn)
        return Registered(new, failed=True)
    action = decide_without_diff(known)
    diff = Diff(changes=False)
    if action is None and old is not None:
        diff = _diff(run, known, old, new)
        action = _decide(run, known, diff, found.urn)
    return _carry_out(run, action or Action.CREATE, known, old, new, diff)


def _find(run: Deployment, goal: Goal) -> _Found:
    urn = urns.create(stack=run.stack, project=run.project, parent=goal.parent, type_=goal.type, name=goal.name)
    with run.lock:
        progress = run.progress
        if goal.parent and goal.parent not in progress.seen:
            raise EngineError(f"could not find parent resource {goal.parent}")
        if urn in progress.seen:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        progress.seen.add(urn)
        old = run.old(urn)
        if old is not None:
            return _Found(urn, old, "")
        for former in former_urns(goal, stack=run.stack, project=run.project, renamed=progress.renamed):
            old = run.old(former)
            if old is None:
                continue
            if former in progress.seen or former in progress.renamed.values():
                raise EngineError(
                    f"Duplicate resource alias '{former}' applied to resource with URN '{urn}' conflicting with "
                    "another resource"
                )
            progress.renamed[urn] = former
            return _Found(urn, old, former)
    return _Found(urn, None, "")


def _held_up(run: Deployment, goal: Goal) -> bool:
    with run.lock:
        return bool(goal.needs() & run.progress.skipped)


def _is_target(run: Deployment, urn: str, type_: str) -> bool:
    """Providers and the stack itself are always in; so are dependents of targets, if asked for."""
    return urns.is_provider_type(type_) or type_ == urns.STACK_TYPE or run.options.is_target(urn)


def _refuse_missing(run: Deployment, new: Resource) -> None:
    with run.lock:
        missing = sorted(new.depends_on() & run.progress.not_created)
    if missing:
        raise EngineError(
            f"Resource '{new.urn}' depends on '{missing[0]}' which was not specified in --target list and is not "
            "there yet"
        )


def _checked(run: Deployment, known: Known, new: Resource) -> Resource:
    """The new state with its inputs as the provider wants them."""
    old = known.old
    inputs = dict(known.goal.inputs)
    if old is not None:
        inputs, failed = ignore_changes(inputs, old.inputs, known.goal.ignore_changes)
        if failed:
            run.events.log(
                "info", f"cannot ignore changes in added or removed elements of the path: {', '.join(failed)}", new.urn
            )
    if not new.custom:
        return replace(new, inputs=inputs)
    fresh = old is None or known.recreating or old.external or _to_replace(run, new.urn)
    if fresh:
        return _check(run, new, {}, known.goal.inputs)
    return _check(run, new, old.inputs if old else {}, inputs)


def _check(run: Deployment, new: Resource, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Resource:
    if urns.is_provider_type(new.type):
        checked = run.registry.check(new.urn, olds, news)
    else:
        checked = run.provider(new).check(new.urn, olds, news)
    if checked.failures:
        raise EngineError("\n".join(_failure(new, failure) for failure in checked.failures))
    return replace(new, inputs=checked.inputs)


def _failure(new: Resource, failure: CheckFailure) -> str:
    what = f"{new.type} resource '{urns.name_of(new.urn)}'"
    if not failure.property:
        return f"{what} has a problem: {failure.reason}"
    value = new.inputs.get(failure.property)
    return f"{what}: property {failure.property} value {value!r} has a problem: {failure.reason}"


def _to_replace(run: Deployment, urn: str) -> bool:
    return urn in run.options.replace


def _diff(run: Deployment, known: Known, old: Old, new: Resource) -> Diff:
    if _to_replace(run, new.urn):
        return Diff(changes=True, replaces=("id",))
    with run.lock:
        replaced = run.progress.replaced & {*new.replace_with, new.deleted_with}
    if replaced:
        return Diff(changes=True, replaces=("deletedWith" if new.deleted_with in replaced else "replaceWith",))
    diff = diff_against_provider(run, old.resource, new)
    return with_replacements(diff, known.goal.replace_on_changes, init_errors=bool(old.resource.init_errors))


def _decide(run: Deployment, known: Known, diff: Diff, urn: str) -> Action:
    try:
        return decide(known, diff)
    except ProtectedError:
        raise EngineError(
            f'unable to replace resource "{urn}"\nas it is currently marked for protection. To unprotect the '
            "resource, remove the `protect` flag from the resource in your Pulumi program and run `up`"
        ) from None
    except ImportedError:
        message = (
            "previously-imported resources that still specify an ID may not be replaced; please remove the `import` "
            f"declaration from your program; changed: {', '.join(diff.replaces)}"
        )
        if not run.options.preview:
            raise EngineError(message) from None
        run.events.log("warning", message, urn)
        return Action.UPDATE


def _carry_out(  # noqa: PLR0911 - an action a line
    run: Deployment, action: Action, known: Known, old: Old | None, new: Resource, diff: Diff
) -> Registered:
    if old is None or action is Action.CREATE:
        if action is Action.SKIP_CREATE:
            with run.lock:
                run.progress.not_created.add(new.urn)
            return Registered(new, unknown=True)
        return Registered(steps.create(run, new))
    if action is Action.IMPORTED:
        return Registered(old.resource)
    if action is Action.LEAVE:
        return Registered(_leave(run, old))
    if action is Action.SAME:
        return Registered(steps.same(run, old, new))
    if action is Action.UPDATE:
        return Registered(steps.update(run, old, new, diff))
    with run.lock:
        run.progress.replaced.add(new.urn)
    if action is Action.RECREATE:
        with run.lock:
            run.progress.deleted.discard(new.urn)
        return Registered(_replace(run, _pending(run, old), new, diff))
    if action is not Action.TAKE_OVER and new.custom and not _to_replace(run, new.urn):
        # Values that the provider would have carried over from the old resource do not hold for another one.
        new = _check(run, new, {}, known.goal.inputs)
    if action is Action.DELETE_BEFORE_REPLACE:
        old = delete_for_replacement(run, old)
        with run.lock:
            run.progress.deleted.discard(new.urn)
    return Registered(_replace(run, old, new, diff))


def _replace(run: Deployment, old: Old, new: Resource, diff: Diff) -> Resource:
    """The new resource in place of the old one, which is deleted at the end of the run if it is there still."""
    step = Step("replace", old.resource, new, diff)
    if old.resource.pending_replacement:
        _tell(run, step)
        return steps.create(run, new, replacing=old, diff=diff)
    created = steps.create(run, new, replacing=old, diff=diff)
    _tell(run, step)
    return created


def _tell(run: Deployment, step: Step) -> None:
    run.events.begin(step)
    run.events.end(step, 0.0)


def _pending(run: Deployment, old: Old) -> Old:
    """The entry as it is after its deletion."""
    return Old(old.number, replace(old.resource, pending_replacement=True))


def _leave(run: Deployment, old: Old) -> Resource:
    """Keep an entry that is not a target, and before it those that it depends on and that nothing has moved yet."""
    for urn in old.resource.depends_on():
        needed = run.old(urn)
        if needed is not None and run.done(urn) is None and urn not in run.progress.renamed.values():
            with run.lock:
                run.progress.seen.add(urn)
            _leave(run, needed)
    run.ledger.keep(old.number)
    run.record(old.number, old.resource)
    return old.resource
