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


class Look:
    """A catalog as `remit lint` sees it: a look takes about as long as a plan, so that none is taken twice."""

    def __init__(self, catalog: Catalog, organization: Organization, stack: Stack, at: datetime) -> None:
        subject = Subject(catalog, at, ground_of(catalog, organization, at=at, stack=everywhere(stack)))
        self.administrators, self.findings = subject.administrators, lint(subject).findings


def worth_a_look(before: Look, after: Look, change: Change) -> tuple[str, ...]:
    """Administrators first, whatever the settings of `remit lint` say; then what lint finds that it did not before."""
    return (*_administrators(before, after, change), *_findings(before, after))


def _administrators(before: Look, after: Look, change: Change) -> Iterator[str]:
    for name in sorted(after.administrators.keys() - before.administrators.keys()):
        yield f"ADMINISTRATOR: permission set {name} makes administrators now ({after.administrators[name]})"
    for each in change.findings:
        if each.kind == "assignment" and each.change == "unmanaged" and each.name in after.administrators:
            yield f"ADMINISTRATOR: {each.title} may do everything ({after.administrators[each.name]})"


def _findings(before: Look, after: Look) -> Iterator[str]:
    known = {(each.rule, each.message) for each in before.findings}
    for each in after.findings:
        if (each.rule, each.message) not in known:
            yield f"{each.severity}: {each.message} ({each.rule})"
