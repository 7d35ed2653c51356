"""`Resource.get`: resources that the program only looks at. They are in the state, and never changed or deleted."""

from __future__ import annotations

import time
from dataclasses import replace

from engine import urn as urns
from engine.deploy.deployment import Deployment
from engine.deploy.events import Step
from engine.deploy.goal import Goal, new_state
from engine.deploy.registration import Registered
from engine.errors import EngineError
from engine.state.resource import Resource
from engine.values import UNKNOWN_STRING


def read(run: Deployment, goal: Goal, id_: str) -> Registered:
    """Read one resource by its ID. EngineError if it does not exist."""
    urn = urns.create(stack=run.stack, project=run.project, parent=goal.parent, type_=goal.type, name=goal.name)
    with run.lock:
        if urn in run.progress.seen:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        run.progress.seen.add(urn)
        held_up = bool(goal.needs() & run.progress.skipped)
    old = run.old(urn)
    new = replace(new_state(goal, urn, old.resource if old else None, ""), id=id_, external=True)
    if held_up:
        with run.lock:
            run.progress.skipped.add(urn)
        return Registered(new, failed=True)
    own = old is not None and not old.resource.external and old.resource.id != id_
    step = Step("read", old.resource if old else None, new)
    with run.workers:
        run.refuse_if_stopping()
        start = time.monotonic()
        run.events.begin(step)
        try:
            state = _read(run, new)
        except EngineError as error:
            run.failed(urn)
            run.events.fail(step, str(error), time.monotonic() - start)
            return Registered(new, failed=True)
        remove = [old.number] if old and not own else []
        number = run.ledger.end(add=state, remove=remove, condemn=[old.number] if old and own else ())
        run.record(number, state)
        run.events.end(Step("read", step.old, state), time.monotonic() - start)
    return Registered(state)


def _read(run: Deployment, new: Resource) -> Resource:
    if new.id == UNKNOWN_STRING:
        return new
    found = run.provider(new).read(new.urn, new.id, inputs=new.inputs, state=new.inputs)
    if not found.id:
        raise EngineError(f"resource '{new.id}' does not exist")
    return replace(new, id=found.id, outputs=found.outputs, init_errors=found.reasons)
