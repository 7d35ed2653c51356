"""The URNs that a resource may have had before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine import urn as urns
from engine.deploy.goal import Alias, Goal


def former_urns(goal: Goal, *, stack: str, project: str, renamed: Mapping[str, str]) -> list[str]:
    """Every URN to look the old state up by, in order, each once.

    `renamed` maps the URN of a resource of this run to the one that it had: children of a renamed parent had the
    parent's old name in theirs, without the program saying so.
    """
    own = [_collapse(alias, goal, stack=stack, project=project, renamed=renamed) for alias in goal.aliases]
    found = list(own)
    if goal.parent in renamed:
        former = renamed[goal.parent]
        found.append(_inherited(goal.type, goal.name, goal.parent, former, stack=stack, project=project))
        found.extend(
            _inherited(urns.type_of(urn), urns.name_of(urn), goal.parent, former, stack=stack, project=project)
            for urn in own
        )
    return _unique(found)


def _collapse(alias: Alias, goal: Goal, *, stack: str, project: str, renamed: Mapping[str, str]) -> str:
    if alias.urn:
        return alias.urn
    parent = renamed.get(alias.parent, alias.parent) if alias.parent else goal.parent
    return urns.create(
        stack=alias.stack or stack,
        project=alias.project or project,
        parent="" if alias.no_parent else parent,
        type_=alias.type or goal.type,
        name=alias.name or goal.name,
    )


def _inherited(type_: str, name: str, parent: str, former: str, *, stack: str, project: str) -> str:
    """A child's old URN under its parent's old one; a name that starts with the parent's changes along with it."""
    if name.startswith(urns.name_of(parent)):
        name = urns.name_of(former) + name.removeprefix(urns.name_of(parent))
    return urns.create(stack=stack, project=project, parent=former, type_=type_, name=name)


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
