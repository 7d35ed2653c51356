"""A run that keeps something goes by what the stack got last, or by its own files: as it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.drift.kept import Kept
from remit.drift.run import VARIABLE, Keeping, Run
from remit.stack import Stack

KEPT = Kept(assignments={"Read": {"333333333333/GROUP/g-eng": "engineers", "333333333333/USER/u-ann": None}})


@pytest.mark.parametrize("again", [True, False])
def test_only_a_run_of_what_the_stack_has_goes_by_that(tmp_path: Path, again: bool) -> None:
    file = tmp_path / "Pulumi.test.yaml"
    file.write_text("config:\n  remit:drift: adopt\n")
    Keeping(file, tmp_path / "policies", KEPT, again).write(tmp_path / "kept.json")
    mine = Stack("test", max_revoke=Stack("test").max_revoke, drift="report")
    run = Run.of({VARIABLE: str(tmp_path / "kept.json")}, mine, Path("elsewhere"))
    assert run.kept == KEPT
    assert run.again is again
    assert run.stack == (Stack("test", drift="adopt") if again else mine)
    assert run.catalog == (tmp_path / "policies" if again else Path("elsewhere"))


def test_only_a_preview_that_somebody_looks_at_refuses_what_will_be_wrong_later() -> None:
    own, again = (Run(Stack("test"), Path("policies"), again=again) for again in (False, True))
    assert [each.looks_ahead(preview=True) for each in (own, again)] == [True, False]
    assert not own.looks_ahead(preview=False)
