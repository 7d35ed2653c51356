"""What runs that revert tell the program."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remit.catalog import Catalog
from remit.cli.drift import Reading
from remit.cli.enforcing import Examined
from remit.cli.held import Held
from remit.drift.kept import Kept
from remit.drift.recorded import Recorded
from remit.drift.values import Drift
from remit.kept_fan_out import VARIABLE
from remit.stack import FanOut, Stack
from tests.unit.drift.world import live_of, plan
from tests.unit.small_world import AT, ORGANIZATION


@pytest.mark.parametrize(("told", "way"), [("pooled", None), (None, "pooled"), ("aliases", "pooled")])
def test_the_way_is_that_of_the_stack_that_the_run_goes_by(
    monkeypatch: pytest.MonkeyPatch, told: str | None, way: FanOut | None
) -> None:
    """Not that of the file in the work tree, which may say something else by now."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if told:
        monkeypatch.setenv(VARIABLE, told)
    found = Held(Stack("s", kept_fan_out=way), Catalog(), Path("Pulumi.s.yaml"), Path("policies"))
    reading = Reading(Drift("s", AT, "policies", ()), plan(), live_of(plan()), ORGANIZATION)
    examined = Examined(found, reading, Recorded(frozenset(), {}, {}))
    with examined.keeping(Kept()):
        assert os.environ.get(VARIABLE) == way
    assert os.environ.get(VARIABLE) == told
