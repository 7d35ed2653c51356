"""What runs that revert tell the program."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from remit.catalog import Catalog
from remit.cli.drift import Reading
from remit.cli.enforcing import Examined, OvertakenError
from remit.cli.engine import Engine
from remit.cli.held import Held
from remit.drift.kept import Kept
from remit.drift.recorded import Recorded
from remit.drift.values import Drift
from remit.kept_fan_out import VARIABLE
from remit.resource_types import REVOCATION_GUARD
from remit.revision import Revision, said
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


# A `pulumi` whose `stack export` prints the state beside it.
EXPORTING = """
import sys
from pathlib import Path
print(Path(sys.argv[0]).with_name("state.json").read_text())
"""


def test_a_repair_goes_on_only_while_no_other_run_has_begun(tmp_path: Path) -> None:
    """AWS takes minutes to read, and a merge may have taken away by then what the repair would give back."""
    (tmp_path / "engine.py").write_text(EXPORTING)
    engine = Engine("fake", (sys.executable, str(tmp_path / "engine.py")), "")

    def begins(revision: Revision | None) -> None:
        inputs = {"attempted": said(revision)} if revision else {}
        state = {
            "deployment": {
                "resources": [{"urn": "urn:pulumi:s::remit::g::g", "type": REVOCATION_GUARD, "inputs": inputs}]
            }
        }
        (tmp_path / "state.json").write_text(json.dumps(state))

    def examined(attempted: Revision | None) -> Examined:
        found = Held(Stack("s"), Catalog(), Path("Pulumi.s.yaml"), Path("policies"), attempted=attempted)
        reading = Reading(Drift("s", AT, "policies", ()), plan(), live_of(plan()), ORGANIZATION)
        return Examined(found, reading, Recorded(frozenset(), {}, {}))

    first, other = Revision("c0", "t0", "f"), Revision("c1", "t1", "f")
    for had in (None, first):
        begins(had)
        examined(had).refuse_if_overtaken(engine)
        begins(other)
        with pytest.raises(OvertakenError, match="Nothing was changed; run it again"):
            examined(had).refuse_if_overtaken(engine)
