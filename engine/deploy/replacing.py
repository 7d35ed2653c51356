"""Delete-before-replace: what must go before a resource can be made anew."""

from __future__ import annotations

from dataclasses import replace

from engine import urn as urns
from engine.deploy import steps
from engine.deploy.deployment import Deployment, Old
from engine.deploy.differences import complete, with_replacements
from engine.deploy.graph import dependents
from engine.errors import EngineError
from engine.state.resource import Resource
from engine.values import UNKNOWN


def delete_for_replacement(run: Deployment, old: Old) -> Old:
    """Delete `old`, and before it, in reverse order, what depends on it and would be replaced with it.

    Returns the entry as it is then. What goes along is made again when the program registers it, or stays deleted.
    """
    with run.lock:
        condemned = _condemned(run, old)
        for item in condemned:
            run.progress.deleted.add(item.resource.urn)
            run.progress.gone.add(item.number)
    for item in reversed(condemned):
        if not item.resource.pending_replacement:  # else a run that failed half way has deleted it already
            steps.delete(run, item.number, item.resource, replacing=True, pending=not item.resource.delete)
    if old.resource.pending_replacement:
        return old
    with run.lock:
        run.progress.deleted.add(old.resource.urn)
    steps.delete(run, old.number, old.resource, replacing=True, pending=True)
    return Old(old.number, replace(old.resource, pending_replacement=True))


def _condemned(run: Deployment, root: Old) -> list[Old]:
    """What a change of everything about `root` would replace, in order. Resources seen already do not depend on it."""
    numbers = {id(resource): number for number, resource in run.entries.items()}
    falling = {root.resource.urn}
    found = []
    ordered = list(run.entries.values())
    for resource in dependents(ordered, root.resource.urn, without=run.progress.seen - {root.resource.urn}):
        number = numbers[id(resource)]
        if number in run.progress.gone or not _falls(run, resource, falling):
            continue
        if resource.protect and not resource.delete:
            raise EngineError(
                f'unable to replace resource "{resource.urn}" as part of replacing "{root.resource.urn}" as it is '
                "currently marked for protection. To unprotect the resource, remove the `protect` flag from the "
                "resource in your Pulumi program and run `up`"
            )
        falling.add(resource.urn)
        found.append(Old(number, resource))
    return found


def _falls(run: Deployment, resource: Resource, falling: set[str]) -> bool:
    """Whether a dependent is replaced too: by its provider's word, with the inputs that may change unknown."""
    if not resource.custom or resource.external:
        return False
    if resource.provider and urns.split_reference(resource.provider)[0] in falling:
        return True
    if resource.deleted_with in falling or falling & set(resource.replace_with):
        return True
    changing = {key for key, named in resource.property_dependencies.items() if falling & set(named)}
    if not changing & resource.inputs.keys():
        return False
    inputs = {key: UNKNOWN if key in changing else value for key, value in resource.inputs.items()}
    if urns.is_provider_type(resource.type):
        run.registry.ensure(resource)
        diff = run.registry.diff(resource, inputs)
    else:
        diff = run.provider(resource).diff(
            resource.urn,
            resource.id,
            old_inputs=resource.inputs,
            olds=resource.outputs,
            news=inputs,
            ignore=resource.ignore_changes,
        )
    diff = complete(diff, resource.inputs, inputs)
    return with_replacements(diff, resource.replace_on_changes, init_errors=False).replace
