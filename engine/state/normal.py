"""What every checkpoint must hold to: no resource refers to a name that another one has left behind by an alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.state.resource import Resource
from engine.urn import reference, split_reference


def normalize(resources: Iterable[Resource]) -> list[Resource]:
    """The resources with every reference to an aliased URN put right, and the aliases forgotten."""
    listed = list(resources)
    renamed = {alias: resource.urn for resource in listed for alias in resource.aliases if alias != resource.urn}
    if not renamed:
        return listed
    return [_renamed(resource, renamed) for resource in listed]


def without_dangling(resources: Iterable[Resource]) -> list[Resource]:
    """The resources with references to what is not there taken out; an orphan goes to its grandparent."""
    there: set[str] = set()
    parents: dict[str, str] = {}
    kept: list[Resource] = []
    for resource in resources:
        parent = resource.parent
        if parent and parent not in there:
            parent = parents.get(parent, "")
        parents[resource.urn] = parent
        kept.append(
            replace(
                resource,
                parent=parent,
                dependencies=tuple(urn for urn in resource.dependencies if urn in there),
                property_dependencies={
                    key: named
                    for key, urns in resource.property_dependencies.items()
                    if (named := tuple(urn for urn in urns if urn in there))
                },
                deleted_with=resource.deleted_with if resource.deleted_with in there else "",
                replace_with=tuple(urn for urn in resource.replace_with if urn in there),
            )
        )
        there.add(resource.urn)
    return kept


def _renamed(resource: Resource, renamed: Mapping[str, str]) -> Resource:
    provider = resource.provider
    if provider:
        urn, id_ = split_reference(provider)
        provider = reference(renamed.get(urn, urn), id_)
    return replace(
        resource,
        aliases=(),
        parent=renamed.get(resource.parent, resource.parent),
        provider=provider,
        deleted_with=renamed.get(resource.deleted_with, resource.deleted_with),
        dependencies=tuple(renamed.get(urn, urn) for urn in resource.dependencies),
        replace_with=tuple(renamed.get(urn, urn) for urn in resource.replace_with),
        property_dependencies={
            key: tuple(renamed.get(urn, urn) for urn in listed)
            for key, listed in resource.property_dependencies.items()
        },
    )
