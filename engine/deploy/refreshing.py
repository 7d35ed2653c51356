"""Refresh: ask each provider what is there, and take that into the state."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from engine import urn as urns
from engine.deploy.deployment import Deployment
from engine.deploy.differences import inverted
from engine.deploy.diffs import ask
from engine.deploy.events import Step
from engine.errors import EngineError
from engine.plugins.answers import Diff
from engine.state.normal import without_dangling
from engine.state.resource import Resource


def refresh(run: Deployment) -> None:
    """Read every custom resource that is a target, in parallel; drop what is gone, and references to it."""
    chosen = {number: resource for number, resource in run.entries.items() if run.options.is_target(resource.urn)}
    with ThreadPoolExecutor(run.options.parallel, thread_name_prefix="refresh") as pool:
        list(pool.map(lambda number: _refresh(run, number, chosen[number]), chosen))
    if run.progress.failures == 0 and not run.stopping:
        _tidy(run)
    run.reload()


def _refresh(run: Deployment, number: int, old: Resource) -> None:
    if not old.custom or urns.is_provider_type(old.type) or old.pending_replacement:
        step = Step("refresh", old, old, Diff(changes=False))
        run.events.begin(step)
        run.events.end(step, 0.0)
        return
    step = Step("refresh", old, old)
    with run.workers:
        if run.stopping:
            return
        start = time.monotonic()
        run.events.begin(step)
        try:
            new = _read(run, old)
            if new is None:
                run.ledger.end(remove=[number])
            elif new != old:
                run.ledger.end(add=new, replace_in_place=number)
            diff = _shown(run, old, new)  # where that fails, the Pulumi CLI keeps what it has read, too
        except EngineError as error:
            run.failed(old.urn)
            run.events.fail(step, str(error), time.monotonic() - start)
            return
        run.events.end(Step("refresh", old, new, diff), time.monotonic() - start)


def _read(run: Deployment, old: Resource) -> Resource | None:
    found = run.provider(old).read(old.urn, old.id, inputs=old.inputs, state=old.outputs)
    if not found.id:
        return None
    if found.reasons:
        reasons = "\n".join(f"* {reason}" for reason in found.reasons)
        run.events.log("warning", f"Refreshed resource is in an unhealthy state:\n{reasons}", old.urn)
    new = replace(
        old,
        id=found.id,
        inputs=old.inputs if found.inputs is None else found.inputs,
        outputs=found.outputs,
        init_errors=found.reasons,
    )
    if _differs(old.inputs, new.inputs) or _differs(old.outputs, new.outputs):
        new = replace(new, modified=run.timestamp())
    return new


def _shown(run: Deployment, old: Resource, new: Resource | None) -> Diff:
    """What would an update from what is there to what was asked for do? Refresh shows that the other way round."""
    if new is None:
        return Diff(changes=True)
    if old.external:
        return Diff(_differs(old.outputs, new.outputs))
    return inverted(ask(run, new, replace(new, inputs=old.inputs)))


def _differs(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    return dict(old) != dict(new)


def _tidy(run: Deployment) -> None:
    """Take out references to what is gone, as the order of the checkpoint shows it."""
    entries = run.ledger.entries()
    for (number, old), new in zip(entries.items(), without_dangling(entries.values()), strict=True):
        if new != old:
            run.ledger.end(add=new, replace_in_place=number)
