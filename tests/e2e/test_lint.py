"""A catalog is held against IAM Access Analyzer, which is asked about what changed alone."""

from __future__ import annotations

import shutil

from tests.e2e.world import World
from tests.hosts.access_analyzer import FakeAccessAnalyzer


def test_what_gives_more_than_before_is_told_at_its_line(fresh: World) -> None:
    shutil.copytree(fresh.folder / "policies", fresh.folder / "before")
    fresh.edit("managed.yaml", '"logs:Get*"', '"logs:*"')
    with FakeAccessAnalyzer() as analyzer:
        fresh.environment |= analyzer.environment()
        run = fresh.command("lint", "--access-analyzer", "--since", "before", "--fail-on", "warning")
        fresh.asked_elsewhere += analyzer.asked
    assert run.code == 1, run.text
    assert "policy 'Standalone' gives more than before: New access" in " ".join(run.text.split())
    assert {each.action for each in analyzer.asked} == {
        "access-analyzer:ValidatePolicy",
        "access-analyzer:CheckNoNewAccess",
    }
