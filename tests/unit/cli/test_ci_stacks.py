"""`remit ci stacks`: the matrix of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_the_stacks_come_in_the_order_of_their_promotion(run: Run, project: Path):
    for name in ("dev", "staging", "sandbox"):
        (project / f"Pulumi.{name}.yaml").write_text("config: {}\n")
    (project / "policies" / "organization.yaml").write_text("promotion: [dev, stag*, prod]\n")
    assert json.loads(run("ci", "stacks").stdout) == [{"stack": "dev"}, {"stack": "staging"}, {"stack": "prod"}]


def test_without_an_order_it_says_where_to_write_one(run: Run):
    result = run("ci", "stacks")
    assert result.exit_code == 2
    assert "promotion: [dev, prod]" in result.stderr


def test_a_name_that_no_stack_has_is_an_error_at_its_line(run: Run, project: Path):
    (project / "policies" / "organization.yaml").write_text("promotion: [prod, porsche]\n")
    result = run("ci", "stacks")
    assert result.exit_code == 2
    assert "organization.yaml:1" in result.stderr


def test_drift_is_not_guessed_where_the_state_cannot_be_read(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Else what waits for its turn would stand in the issue as drift."""
    monkeypatch.setenv("REMIT_ENGINE", "embedded")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://not-here")
    result = run("drift", "--stack", "prod", "--markdown")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the state of stack prod cannot be read" in result.stderr
    assert "--work-tree" in result.stderr
