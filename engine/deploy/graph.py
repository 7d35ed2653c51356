"""Orders of resources by what depends on what. Pure.

The resources of a checkpoint stand after those that they depend on; every function here takes them in that order.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from engine.state.resource import Resource

Key = TypeVar("Key", bound=Hashable)


def dependents(
    resources: Sequence[Resource], root: str, *, without: set[str], children: bool = False
) -> list[Resource]:
    """What depends on `root`, directly or not, in order. `without` are URNs known not to. Delete-marked ones too.

    A parent is not a dependency here unless `children` says so: children do not fall with a replaced parent.
    """
    reached = {root}
    found = []
    started = False
    for resource in resources:
        if resource.urn == root:
            started = True
            continue
        if not started or resource.urn in without:
            continue
        named = resource.depends_on()
        if not children and resource.parent not in (
            *resource.dependencies,
            *(urn for urns in resource.property_dependencies.values() for urn in urns),
        ):
            named.discard(resource.parent)
        if named & reached:
            reached.add(resource.urn)
            found.append(resource)
    return found


def deletion_waves(resources: Mapping[Key, Resource], condemned: Iterable[Key]) -> list[list[Key]]:
    """The condemned in waves: each may go at once, and none before all that depends on it has gone.

    `resources` are all entries in the checkpoint's order; several may share a URN. To depend on a component is to
    depend on its children.
    """
    needs = _needs(resources)
    left = dict.fromkeys(key for key in resources if key in set(condemned))
    waves = []
    while left:
        ready = [key for key in left if not needs[key] & left.keys()]
        if not ready:
            raise ValueError("the state holds resources that depend on each other in a circle")
        waves.append(ready)
        for key in ready:
            del left[key]
    return waves[::-1]


def _needs(resources: Mapping[Key, Resource]) -> dict[Key, set[Key]]:
    """What must outlive each entry: entries before it that it names, and the children of components among them."""
    by_urn: dict[str, list[Key]] = {}
    children: dict[str, list[Key]] = {}
    needs: dict[Key, set[Key]] = {}
    for key, resource in resources.items():
        named = resource.depends_on()
        found = {item for urn in named for item in by_urn.get(urn, ())}
        for urn in named - {resource.parent}:
            found.update(_descendants(urn, children, resources))
        needs[key] = found
        by_urn.setdefault(resource.urn, []).append(key)
        if resource.parent:
            children.setdefault(resource.parent, []).append(key)
    return needs


def _descendants(urn: str, children: Mapping[str, list[Key]], resources: Mapping[Key, Resource]) -> set[Key]:
    found: set[Key] = set()
    open_ = [urn]
    while open_:
        for key in children.get(open_.pop(), ()):
            if key not in found:
                found.add(key)
                open_.append(resources[key].urn)
    return found


def in_order(resources: Iterable[Resource]) -> bool:
    """Whether each resource stands after all that it names (marked-for-deletion entries aside)."""
    seen: set[str] = set()
    for resource in resources:
        if not resource.delete and not resource.depends_on() <= seen:
            return False
        seen.add(resource.urn)
    return True
