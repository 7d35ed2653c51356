"""Assignments that were given or taken away by hand → access rules.

A rule that somebody wrote is never widened: what was given becomes a rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.drift.values import Finding
from remit.importing.edits import Edits
from remit.importing.entries import access_entries
from remit.importing.found import FoundAssignment
from remit.importing.taking_away import take_away
from remit.syncing.said import key_of


def edit_access(edits: Edits, findings: Iterable[Finding], stack_mode: str) -> None:
    """Rules that give what was given and no more what was taken away. `stack_mode`: the stack's `remit:drift`."""
    findings = list(findings)
    take_away(edits, {(each.name, key_of(each)) for each in findings if each.change == "missing"})
    given = [
        FoundAssignment(each.account, each.name, "GROUP" if kind == "GROUP" else "USER", id_, name)
        for each in findings
        if each.change == "unmanaged" and each.principal
        for kind, id_, name in [each.principal]
    ]
    mode = {} if stack_mode == "adopt" else {"drift": "adopt"}
    for rule in access_entries(given, edits.catalog.settings, edits.sets):
        edits.add_rule({**rule, **mode})
