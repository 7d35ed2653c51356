"""Asking providers what a change would do."""

from __future__ import annotations

from dataclasses import replace

from engine import urn as urns
from engine.deploy.deployment import Deployment
from engine.deploy.differences import complete, ignore_changes, structural
from engine.plugins.answers import Diff
from engine.plugins.registry import configuration
from engine.state.resource import Resource


def diff_against_provider(run: Deployment, old: Resource, new: Resource) -> Diff:
    """The diff of a registered resource with its old state. Another provider may mean a replacement."""
    if _provider_changed(run, old, new):
        return Diff(changes=True, replaces=("provider",))
    if not new.custom:
        return Diff(dict(old.inputs) != dict(new.inputs), detailed=structural(old.inputs, new.inputs).detailed)
    if urns.is_provider_type(new.type):
        return run.registry.diff(replace(old, urn=new.urn), new.inputs)
    return ask(run, old, new)


def ask(run: Deployment, old: Resource, new: Resource) -> Diff:
    """The provider's diff of `new`'s inputs with `old`; the inputs decide where it leaves that open."""
    diff = run.provider(new).diff(
        new.urn, old.id, old_inputs=old.inputs, olds=old.outputs, news=new.inputs, ignore=new.ignore_changes
    )
    news, _ = ignore_changes(new.inputs, old.inputs, new.ignore_changes)
    return complete(diff, old.inputs, news)


def _provider_changed(run: Deployment, old: Resource, new: Resource) -> bool:
    """Whether the resource must be replaced because another provider serves it now.

    The new provider's DiffConfig says whether the old one's resources can be managed by it.
    """
    if old.provider == new.provider:
        return False
    if not old.provider or not new.provider:
        return True
    old_urn, _ = urns.split_reference(old.provider)
    new_urn, _ = urns.split_reference(new.provider)
    with run.lock:
        if run.progress.renamed.get(new_urn) == old_urn:
            return False
    before, after = run.old(old_urn), run.done(new_urn)
    if before is None or after is None:
        return False
    diff = run.registry.get(new.provider).diff_config(
        new_urn,
        configuration(before.resource.inputs),
        before.resource.outputs,
        configuration(after.inputs),
    )
    return bool(diff.replaces)
