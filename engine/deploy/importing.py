"""The `import` option: take what exists into the state, then go on as if it had always been there."""

from __future__ import annotations

import time
from dataclasses import replace

from engine.deploy.deployment import Deployment, Old
from engine.deploy.differences import ignore_changes
from engine.deploy.events import Step
from engine.deploy.goal import Goal
from engine.deploy.steps import StepFailedError
from engine.errors import EngineError
from engine.state.resource import Resource


def import_resource(run: Deployment, goal: Goal, old: Old | None, new: Resource) -> Old:
    """Read `goal.import_id` and put it into the state. One that it stands in for is marked for deletion."""
    step = Step("import", old.resource if old else None, new)
    with run.workers:
        run.refuse_if_stopping()
        start = time.monotonic()
        run.events.begin(step)
        operation = run.ledger.begin("importing", new)
        try:
            state = read_for_import(run, new, goal.import_id)
        except EngineError as error:
            run.ledger.end(operation)
            run.failed(new.urn)
            run.events.fail(step, str(error), time.monotonic() - start)
            raise StepFailedError(str(error)) from error
        inputs, _ = ignore_changes(state.inputs, state.inputs, goal.ignore_changes)
        state = replace(state, inputs=inputs)
        number = run.ledger.end(operation, add=state, condemn=[old.number] if old else ())
        run.record(number, state)
        run.events.end(Step("import", step.old, state), time.monotonic() - start)
    return Old(number, state)


def read_for_import(run: Deployment, new: Resource, id_: str) -> Resource:
    """The state of an existing resource; EngineError if there is none, or the provider cannot import it."""
    read = run.provider(new).read(new.urn, id_, inputs=None, state=None)
    if not read.id:
        raise EngineError(f"resource '{id_}' does not exist")
    if read.inputs is None:
        raise EngineError("provider does not support importing resources")
    now = run.timestamp()
    return replace(
        new,
        id=read.id,
        inputs=read.inputs,
        outputs=read.outputs,
        created=now,
        modified=now,
        init_errors=read.reasons,
        import_id=id_,
    )
