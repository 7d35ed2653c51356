"""Differences between property bags, and what options make of a provider's diff. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine import paths
from engine.plugins.answers import Diff, PropertyDiff
from engine.values import Value

Properties = Mapping[str, Any]
INIT_ERROR = "#initerror"


def structural(olds: Properties, news: Properties, *, input_diff: bool = True) -> Diff:
    """The difference of two bags, entry by entry."""
    detailed: dict[str, PropertyDiff] = {}
    for key in sorted({*olds, *news}):
        _walk((key,), olds.get(key, paths.MISSING), news.get(key, paths.MISSING), detailed, input_diff=input_diff)
    changed = tuple(sorted({str(paths.parse(path)[0]) for path in detailed}))
    return Diff(bool(detailed), changed=changed, detailed=detailed or None)


def _walk(path: paths.Path, old: Value, new: Value, found: dict[str, PropertyDiff], *, input_diff: bool) -> None:
    if old is paths.MISSING and new is paths.MISSING:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            _walk((*path, key), old.get(key, paths.MISSING), new.get(key, paths.MISSING), found, input_diff=input_diff)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else paths.MISSING
            after = new[index] if index < len(new) else paths.MISSING
            _walk((*path, index), before, after, found, input_diff=input_diff)
    elif old is paths.MISSING:
        found[paths.write(path)] = PropertyDiff("add", input=input_diff)
    elif new is paths.MISSING:
        found[paths.write(path)] = PropertyDiff("delete", input=input_diff)
    elif old != new:
        found[paths.write(path)] = PropertyDiff("update", input=input_diff)


def ignore_changes(news: Properties, olds: Properties, ignored: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """`news` with the ignored paths as they are in `olds`, and the paths for which that made no sense."""
    result: Any = dict(news)
    failed = []
    for text in ignored:
        try:
            path = paths.parse(text)
        except ValueError:
            continue
        result, ok = paths.reset(olds, result, path)
        if not ok:
            failed.append(text)
    return result, failed


def complete(diff: Diff, olds: Properties, news: Properties) -> Diff:
    """A provider's diff; where it left open whether there is one, the inputs decide."""
    if diff.changes is not None:
        return diff
    found = structural(olds, news)
    return replace(diff, changes=found.changes, changed=found.changed, detailed=found.detailed)


def with_replacements(diff: Diff, replace_on_changes: Iterable[str], *, init_errors: bool) -> Diff:
    """The diff with changes turned into replacements where the `replaceOnChanges` option asks for it."""
    if not diff.changes and not init_errors:
        return diff
    outer = [paths.parse(text) for text in replace_on_changes]
    detailed = diff.detailed
    if detailed is not None:
        detailed = {
            path: replace(entry, replace=entry.replace or _covered(path, outer)) for path, entry in detailed.items()
        }
    keys = {*diff.replaces, *(key for key in diff.changed if _covered(key, outer))}
    changes = diff.changes
    if init_errors and any(paths.contains(path, (INIT_ERROR,)) for path in outer):
        keys.add(INIT_ERROR)
        changes = True
    return replace(diff, changes=changes, replaces=tuple(sorted(keys)), detailed=detailed)


def _covered(text: str, outer: Iterable[paths.Path]) -> bool:
    try:
        path = paths.parse(text)
    except ValueError:
        return False
    return any(paths.contains(candidate, path) for candidate in outer)


def inverted(diff: Diff) -> Diff:
    """The diff the other way round: what refresh shows, since it asks what an update would put back."""
    if diff.detailed is None:
        return diff
    return replace(diff, detailed={path: entry.inverted() for path, entry in diff.detailed.items()})
