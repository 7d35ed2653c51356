"""What a reviewer should look at before a change by hand becomes the rule. Nothing of it stops the adoption."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from remit.catalog.load import Catalog
from remit.linting.ground import ground_of
from remit.linting.run import lint
from remit.linting.subject import Subject
from remit.organization import Organization
from remit.stack import Stack
from remit.syncing.change import Change
from remit.syncing.said import everywhere


def subject_of(catalog: Catalog, organization: Organization, stack: Stack, at: datetime) -> Subject:
    return Subject(catalog, at, ground_of(catalog, organization, at=at, stack=everywhere(stack)))


def worth_a_look(before: Subject, after: Subject, change: Change) -> tuple[str, ...]:
    """Administrators first, whatever the settings of `remit lint` say; then what lint finds that it did not before."""
    return (*_administrators(before, after, change), *_findings(before, after))


def _administrators(before: Subject, after: Subject, change: Change) -> Iterator[str]:
    for name in sorted(after.administrators.keys() - before.administrators.keys()):
        yield f"ADMINISTRATOR: permission set {name} makes administrators now ({after.administrators[name]})"
    for each in change.findings:
        if each.kind == "assignment" and each.change == "unmanaged" and each.name in after.administrators:
            yield f"ADMINISTRATOR: {each.title} may do everything ({after.administrators[each.name]})"


def _findings(before: Subject, after: Subject) -> Iterator[str]:
    known = {(each.rule, each.message) for each in lint(before).findings}
    for each in lint(after).findings:
        if (each.rule, each.message) not in known:
            yield f"{each.severity}: {each.message} ({each.rule})"
