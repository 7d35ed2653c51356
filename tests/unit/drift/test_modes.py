"""Who puts a difference right: what the entry says, else the stack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remit.drift.modes import Modes
from remit.drift.values import Mode
from remit.errors import Source
from remit.stack import Stack, UnmanagedMode
from tests.unit.drift.world import findings, live_of, plan
from tests.unit.small_world import LAB, catalog_of

CATALOG = catalog_of("""
permission_sets:
  - {name: Adopted, drift: adopt}
  - {name: Reported, drift: report}
  - {name: Plain}
access:
  - {groups: [engineers], permission_sets: [Adopted], targets: account:lab, drift: adopt}
  - {groups: [engineers], permission_sets: [Adopted], targets: account:lab, drift: report}
  - {groups: [engineers], permission_sets: [Adopted], targets: account:lab}
""")
RULES = [rule.source for rule in CATALOG.access]


@pytest.mark.parametrize(
    ("rules", "mode"), [(RULES[:1], "adopt"), (RULES[:2], "report"), (RULES, "enforce"), (RULES[1:2], "report")]
)
def test_an_assignment_that_is_gone_is_adopted_only_if_every_rule_says_so(rules: list[Source], mode: Mode) -> None:
    assert Modes(CATALOG, Stack("x")).of_missing_assignment(rules) == mode


@pytest.mark.parametrize(
    ("name", "unmanaged", "mode"),
    [
        ("Adopted", "remove", "adopt"),
        ("Adopted", "report", "adopt"),
        ("Plain", "report", "report"),
        ("Plain", "remove", "enforce"),
        ("Reported", "remove", "report"),
    ],
)
def test_an_assignment_made_by_hand_goes_by_its_permission_set(name: str, unmanaged: UnmanagedMode, mode: Mode) -> None:
    assert Modes(CATALOG, Stack("x", unmanaged=unmanaged)).of_stranger(name) == mode


def test_the_stack_speaks_where_an_entry_does_not_but_never_for_what_no_entry_knows() -> None:
    adopting = Stack("x", drift="adopt", owned_path="/remit/", unmanaged_policies="remove")
    modes = Modes(CATALOG, adopting)
    assert (modes.of_permission_set("Plain"), modes.of_permission_set("Reported")) == ("adopt", "report")
    assert modes.of_unmanaged_policy(pooled=True) == "report"


def test_what_a_run_takes_over_as_it_is_it_does_not_revert() -> None:
    """With remit:adopt. What is missing is made all the same."""
    modes = Modes(CATALOG, Stack("x", adopt=True))
    assert (modes.of_changed_permission_set("Plain"), modes.of_changed_policy("Any")) == ("report", "report")
    assert (modes.of_permission_set("Plain"), modes.of_policy("Any")) == ("enforce", "enforce")
    assert modes.of_changed_permission_set("Adopted") == "adopt"


def test_what_hangs_on_a_permission_set_that_is_gone_goes_its_way() -> None:
    adopting = Stack("test", drift="adopt")
    live = live_of(plan(adopting))
    gone = replace(
        live,
        arns={name: arn for name, arn in live.arns.items() if name != "Strict"},
        permission_sets={name: each for name, each in live.permission_sets.items() if name != "Strict"},
        assignments={name: keys for name, keys in live.assignments.items() if name != "Strict"},
    )
    modes = {each.mode for each in findings(gone, adopting) if each.name == "Strict"}
    assert modes == {"adopt"}
    assert any(each.account == LAB for each in findings(gone, adopting))
