"""`validate` with several stacks: they must get along."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import Run

ORG = ("--organization", "org.yaml")


def test_stacks_that_share_an_account_are_told_with_both_files(run: Run, project: Path) -> None:
    (project / "Pulumi.all.yaml").write_text('config: {"remit:scope": ["*"], "remit:permissionSets": refer}\n')
    (project / "Pulumi.dev.yaml").write_text(
        'config: {"remit:scope": ["ou:Workloads/Dev"], "remit:permissionSets": refer}\n'
    )
    assert run("validate", *ORG, "--stack", "prod", "--stack", "dev").exit_code == 0
    shared = run("validate", *ORG, "--stack", "prod", "--stack", "all")
    assert shared.exit_code == 2
    told = " ".join(shared.output.split() + str(shared.exception).split())
    assert "Pulumi.prod.yaml" in told
    assert "Pulumi.all.yaml" in told
    assert "200000000001" in told
