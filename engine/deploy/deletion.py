"""Deletes at the end of an update, and destroy: what nothing asked for goes, dependents first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from engine.deploy import steps
from engine.deploy.deployment import Deployment
from engine.deploy.graph import deletion_waves, dependents
from engine.errors import EngineError
from engine.state.resource import Resource


def delete_the_rest(run: Deployment) -> None:
    """Delete what the program did not register, and what waits to be deleted. Runs waves of deletes in parallel.

    EngineError if a target may go only together with what is not a target.
    """
    entries = run.ledger.entries()
    condemned = {number: entries[number] for number in _condemned(run, entries)}
    _refuse_untargeted(run, condemned)
    _forget_replaced(run, condemned)
    entries = run.ledger.entries()
    with run.lock:
        run.progress.deleted.update(resource.urn for resource in condemned.values() if not resource.delete)
    # What stays in the state, be it because it failed or was not reached, keeps what it depends on.
    staying = [entry for number, entry in entries.items() if number not in condemned]
    blocked = _needed_by(entries, staying)
    with ThreadPoolExecutor(run.options.parallel, thread_name_prefix="delete") as pool:
        for wave in deletion_waves(entries, condemned):
            ready = [number for number in wave if _may_go(condemned[number], blocked) and not run.stopping]
            results = list(pool.map(lambda number: _delete(run, number, condemned[number]), ready))
            for number, deleted in zip(ready, results, strict=True):
                if not deleted:
                    blocked |= _needed_by(entries, [condemned[number]])


def _condemned(run: Deployment, entries: Mapping[int, Resource]) -> list[int]:
    mine = {number for number, _ in run.progress.news.values()}
    chosen = _chosen(run, entries)
    seen = run.progress.seen | set(run.progress.renamed.values())
    return [
        number
        for number, resource in entries.items()
        if number not in mine
        and number not in run.progress.gone
        and (chosen is None or resource.urn in chosen)
        and (resource.delete or resource.urn not in seen)
    ]


def _chosen(run: Deployment, entries: Mapping[int, Resource]) -> set[str] | None:
    """Targets with all that depends on them; None where everything is one."""
    if not run.options.targets:
        return None
    ordered = list(entries.values())
    chosen = {resource.urn for resource in ordered if run.options.is_target(resource.urn)}
    for urn in list(chosen):
        chosen.update(resource.urn for resource in dependents(ordered, urn, without=set(), children=True))
    return chosen


def _refuse_untargeted(run: Deployment, condemned: Mapping[int, Resource]) -> None:
    extra = sorted({r.urn for r in condemned.values() if not r.delete and not run.options.is_target(r.urn)})
    if extra and not run.options.target_dependents:
        raise EngineError(
            "\n".join(
                f"Resource '{urn}' will be destroyed but was not specified in --target list. Either include resource "
                "in --target list or pass --target-dependents to proceed."
                for urn in extra
            )
        )


def _forget_replaced(run: Deployment, condemned: dict[int, Resource]) -> None:
    """Entries that were deleted for a replacement which nobody asks for any more just go."""
    for number in [n for n, resource in condemned.items() if resource.pending_replacement]:
        del condemned[number]
        run.ledger.end(remove=[number])


def _delete(run: Deployment, number: int, resource: Resource) -> bool:
    try:
        steps.delete(run, number, resource, replacing=resource.delete)
    except steps.StepFailedError:
        return False
    except EngineError:
        if run.stopping:
            return False
        raise
    return True


def _may_go(resource: Resource, blocked: set[str]) -> bool:
    """Whether nothing that stays needs a resource; where it was replaced, its replacement is what they need."""
    return resource.delete or resource.urn not in blocked


def _needed_by(entries: Mapping[int, Resource], resources: Iterable[Resource]) -> set[str]:
    """What must stay because these are still there: all that they depend on."""
    by_urn = {entry.urn: entry for entry in entries.values()}
    needed: set[str] = set()
    open_ = list(resources)
    while open_:
        for urn in open_.pop().depends_on() - needed:
            needed.add(urn)
            if urn in by_urn:
                open_.append(by_urn[urn])
    return needed
