"""Carrying out one step: announce, call the provider, record, tell how it went.

Every function raises StepFailedError after it has recorded and told a failure. In a preview nothing is recorded for
good, and providers are asked with preview set.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from engine import urn as urns
from engine.deploy.deployment import Deployment, Old
from engine.deploy.events import Op, Step
from engine.errors import EngineError, PartialFailureError, PluginLostError
from engine.plugins.answers import Diff, Written
from engine.state.resource import Resource


class StepFailedError(Exception):
    """A step failed, which has been recorded and told."""


def same(run: Deployment, old: Old, new: Resource) -> Resource:
    """Nothing changes in the cloud; what is known of the resource may."""
    before = old.resource
    state = replace(
        new,
        id=before.id,
        outputs=before.outputs,
        created=before.created,
        modified=before.modified,
        init_errors=before.init_errors,
        external=before.external,
    )
    step = Step("same", before, state)
    with _told(run, step) as told:
        if urns.is_provider_type(new.type):
            told.attempt(lambda: run.registry.same(state.urn, state.id, before.inputs))
        if state == before:
            run.ledger.keep(old.number)
            number = old.number
        else:
            number = run.ledger.end(add=state, remove=[old.number])
        told.done(state)
    run.record(number, state)
    return state


def create(run: Deployment, new: Resource, *, replacing: Old | None = None, diff: Diff | None = None) -> Resource:
    """Make a resource. One that it replaces is marked for deletion, or taken off if it was deleted before."""
    op: Op = "create-replacement" if replacing else "create"
    step = Step(op, replacing.resource if replacing else None, new, diff)
    before = replacing.resource if replacing else None
    remove = [replacing.number] if replacing and before and before.pending_replacement else []
    condemn = [replacing.number] if replacing and not remove else []

    def finished(written: Written, errors: tuple[str, ...]) -> Resource:
        now = run.timestamp()
        return replace(
            new, id=written.id, outputs=written.outputs, created=now, modified=now, init_errors=errors, external=False
        )

    return _write(run, step, "creating", lambda: _call_create(run, new), finished, remove=remove, condemn=condemn)


def update(run: Deployment, old: Old, new: Resource, diff: Diff) -> Resource:
    """Change a resource in place. What was done in part has the new outputs, and keeps the inputs of before."""
    before = old.resource
    new = replace(new, id=before.id, created=before.created, modified=before.modified)
    step = Step("update", before, new, diff)

    def finished(written: Written, errors: tuple[str, ...]) -> Resource:
        modified = run.timestamp() if new.custom else before.modified
        return replace(new, outputs=written.outputs, modified=modified, init_errors=errors)

    return _write(
        run,
        step,
        "updating",
        lambda: _call_update(run, before, new),
        finished,
        in_part=lambda state: replace(state, inputs=before.inputs),
        remove=[old.number],
    )


def _call_create(run: Deployment, new: Resource) -> Written:
    if not new.custom:
        return Written("", {})
    if urns.is_provider_type(new.type):
        return run.registry.create(new.urn, new.inputs)
    return run.provider(new).create(new.urn, new.inputs, timeout=new.custom_timeouts.get("create", 0))


def _call_update(run: Deployment, old: Resource, new: Resource) -> Written:
    if not new.custom:
        return Written("", old.outputs)
    if urns.is_provider_type(new.type):
        return run.registry.update(new.urn, old.id, new.inputs)
    return run.provider(new).update(
        new.urn,
        old.id,
        old_inputs=old.inputs,
        olds=old.outputs,
        news=new.inputs,
        ignore=new.ignore_changes,
        timeout=new.custom_timeouts.get("update", 0),
    )


def _write(
    run: Deployment,
    step: Step,
    type_: str,
    call: Callable[[], Written],
    finished: Callable[[Written, tuple[str, ...]], Resource],
    *,
    in_part: Callable[[Resource], Resource] = lambda state: state,
    remove: list[int],
    condemn: list[int] | None = None,
) -> Resource:
    with _told(run, step) as told:
        operation = run.ledger.begin(type_, step.resource)
        try:
            written = call()
        except PartialFailureError as error:
            state = finished(Written(error.id or step.resource.id, error.properties), error.reasons)
            kept = in_part(state)
            number = run.ledger.end(operation, add=kept, remove=remove, condemn=condemn or ())
            run.record(number, kept)
            told.failed(replace_step(step, state), error)
        except EngineError as error:
            _settle(run, operation, error)
            told.failed(step, error)
        state = finished(written, ())
        number = run.ledger.end(operation, add=state, remove=remove, condemn=condemn or ())
        run.record(number, state)
        told.done(state)
    return state


def _settle(run: Deployment, operation: int, error: EngineError) -> None:
    """Close a failed operation. One of which the plugin was lost stays open: it may have been done."""
    if not isinstance(error, PluginLostError):
        run.ledger.end(operation)


def delete(run: Deployment, number: int, old: Resource, *, replacing: bool = False, pending: bool = False) -> None:
    """Delete a resource. `pending` keeps its entry until its replacement is there."""
    op: Op = "discard" if old.external else "delete-replaced" if replacing else "delete"
    with _told(run, Step(op, old, None)) as told:
        if old.protect and not replacing:
            told.failed(told.step, _protected(old.urn))
        operation = run.ledger.begin("deleting", old)
        try:
            if not run.options.preview:
                _call_delete(run, old)
        except EngineError as error:
            _settle(run, operation, error)
            told.failed(told.step, error)
        if pending:
            run.ledger.end(operation, add=replace(old, pending_replacement=True), replace_in_place=number)
        else:
            run.ledger.end(operation, remove=[number])
        told.done(None)


def _call_delete(run: Deployment, old: Resource) -> None:
    kept = old.external or old.retain_on_delete or not old.custom or urns.is_provider_type(old.type)
    if kept or (old.deleted_with and old.deleted_with in run.progress.deleted):
        return
    run.provider(old).delete(
        old.urn, old.id, old_inputs=old.inputs, olds=old.outputs, timeout=old.custom_timeouts.get("delete", 0)
    )


def _protected(urn: str) -> EngineError:
    return EngineError(
        f"resource {urn} cannot be deleted\nbecause it is protected. To unprotect the resource, remove the `protect` "
        "flag from the resource in your Pulumi program and run `up`"
    )


def replace_step(step: Step, state: Resource) -> Step:
    """The step with the state that came out of it."""
    return Step(step.op, step.old, state, step.diff)


class _told:  # noqa: N801 - used as a context manager
    """Tells the run's watcher of a step, and keeps to the limit of steps at once."""

    def __init__(self, run: Deployment, step: Step) -> None:
        self.step = step
        self._run = run
        self._start = 0.0

    def __enter__(self) -> _told:
        self._run.workers.acquire()
        try:
            self._run.refuse_if_stopping()
        except EngineError:
            self._run.workers.release()
            raise
        self._start = time.monotonic()
        self._run.events.begin(self.step)
        return self

    def __exit__(self, *_: object) -> None:
        self._run.workers.release()

    def attempt(self, call: Callable[[], None]) -> None:
        """Call, and fail the step if that fails."""
        try:
            call()
        except EngineError as error:
            self.failed(self.step, error)

    def done(self, state: Resource | None) -> None:
        """The step is done."""
        step = replace_step(self.step, state) if state else self.step
        self._run.events.end(step, time.monotonic() - self._start)

    def failed(self, step: Step, error: EngineError) -> None:
        """The step failed: tell it, and raise StepFailedError."""
        self._run.failed(step.urn)
        self._run.events.fail(step, str(error), time.monotonic() - self._start)
        raise StepFailedError(str(error)) from error
