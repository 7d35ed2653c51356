"""A catalog of one file that adopts, what is live, and what a sync makes of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from remit.catalog.load import load_catalog
from remit.drift.compare import Comparison
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.values import Finding
from remit.plan import Plan, make_plan
from remit.stack import Stack
from remit.syncing.change import changes_of
from remit.syncing.draft import Draft, Drafting
from tests.unit.drift.world import live_of
from tests.unit.small_world import AT, ORGANIZATION

STACK = Stack("test", drift="adopt")


@dataclass
class Synced:
    """What a sync left: the text of c.yaml, what became of each change, and what is live."""

    text: str
    draft: Draft
    live: Live

    @property
    def reasons(self) -> list[str]:
        return [each.reason for each in self.draft.refused]

    @property
    def attention(self) -> list[str]:
        return [text for each in self.draft.adopted for text in each.attention]


def plan_of(folder: Path, stack: Stack = STACK) -> Plan:
    return make_plan(load_catalog(folder), ORGANIZATION, at=AT, stack=stack)


def findings_of(folder: Path, live: Live, stack: Stack = STACK) -> tuple[Finding, ...]:
    names = {account.id: account.name for account in ORGANIZATION.accounts}
    catalog = load_catalog(folder)
    return Comparison(plan_of(folder, stack), live, Modes(catalog, stack), stack, names).findings()


def sync(folder: Path, text: str, changed: Callable[[Live], Live], stack: Stack = STACK) -> Synced:
    """`text` is the catalog; `changed` is what people did to what it gives."""
    (folder / "c.yaml").write_text(text)
    names = {each.id: each.name for each in (*ORGANIZATION.groups, *ORGANIZATION.users)}
    return sync_again(folder, replace(changed(live_of(plan_of(folder, stack))), names=names), stack)


def sync_again(folder: Path, live: Live, stack: Stack = STACK) -> Synced:
    """The catalog as it is now, and what is live."""
    found = [each for each in findings_of(folder, live, stack) if each.mode == "adopt"]
    draft = Drafting(folder, ORGANIZATION, stack, live, AT).draft(changes_of(found))
    file = folder / "c.yaml"
    return Synced(file.read_text() if file.exists() else "", draft, live)
