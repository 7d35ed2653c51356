"""`fmt`, `expiring` and `prune`: what they print, what they write, and how they exit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.unit.cli.conftest import CATALOG, Run

ROOT = Path(__file__).parents[3]


def test_fmt_check_writes_nothing_and_says_which_file(run: Run, project: Path):
    file = project / "policies" / "all.yaml"
    shown = run("fmt", "--check", "--diff")
    assert (shown.exit_code, file.read_text()) == (1, CATALOG)
    assert "would change policies/all.yaml" in shown.stderr
    assert "+managed_policies" not in shown.stdout
    assert "\x1b" not in shown.stdout
    assert run("fmt").exit_code == 0
    assert file.read_text() != CATALOG
    again = run("fmt", "--check")
    assert (again.exit_code, again.stderr) == (0, "0 files would change, 1 as they were\n")


def test_fmt_takes_files_as_pre_commit_hands_them(run: Run, project: Path):
    (project / "policies" / "more.yaml").write_text("access:\n- {targets: '*', groups: [a], permission_sets: [b]}\n")
    assert run("fmt", "policies/more.yaml").exit_code == 0
    assert (project / "policies" / "more.yaml").read_text() == (
        'access:\n  - {groups: [a], permission_sets: [b], targets: "*"}\n'
    )
    assert (project / "policies" / "all.yaml").read_text() == CATALOG


def test_fmt_touches_no_file_when_one_is_not_yaml(run: Run, project: Path):
    (project / "policies" / "more.yaml").write_text("access: [\n")
    refused = run("fmt")
    assert refused.exit_code == 2
    assert "policies/more.yaml:" in refused.stderr
    assert (project / "policies" / "all.yaml").read_text() == CATALOG


def test_expiring_lists_what_ends_and_what_has(run: Run):
    soon = run("expiring", "--at", "2026-06-20")
    assert soon.stdout.startswith("1 entry ends by 2026-07-04 00:00 UTC, 0 ended before 2026-06-20 00:00\n")
    assert "engineers: Engineer in account:shop-dev" in soon.stdout
    assert "nothing" not in run("expiring", "--at", "2026-06-20", "--within", "36h").stdout
    over = json.loads(run("expiring", "--at", "2026-07-01T05:00Z", "--json").stdout)
    assert over["ending"] == []
    assert [(each["expires"], each["seconds_left"], each["line"]) for each in over["ended"]] == [
        ("2026-06-30", -18000, 9)
    ]


@pytest.mark.parametrize("within", ["14", "d", "2 years", "-1d", "9999999d"])
def test_a_length_of_time_that_is_none_is_refused(run: Run, within: str):
    refused = run("expiring", "--within", within)
    assert refused.exit_code == 2
    assert "36h, 14d or 6w" in refused.stderr


def test_prune_writes_what_it_shows(run: Run, project: Path):
    file = project / "policies" / "all.yaml"
    ended = ("--at", "2026-07-01")
    tried = run("prune", *ended, "--dry-run", "--diff")
    assert (tried.exit_code, file.read_text()) == (0, CATALOG)
    assert "1 entry would leave 1 file" in tried.stdout
    assert '\n-  - {groups: [engineers], permission_sets: [Engineer], targets: "account:shop-dev"' in tried.stdout
    done = run("prune", *ended)
    assert "policies/all.yaml:9" in done.stdout
    assert file.read_text() == "".join(CATALOG.splitlines(keepends=True)[:-1])
    assert run("prune", *ended).stdout == "nothing has ended\n"
    assert json.loads(run("prune", *ended, "--json").stdout) == {"removed": [], "kept": [], "files": {}}


def test_the_pre_commit_hooks_are_verbs_with_the_pinned_packages():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    pins = set((ROOT / "requirements.txt").read_text().split())
    assert [hook["entry"] for hook in hooks] == ["remit fmt", "remit validate", "remit lint"]
    for hook in hooks:
        assert set(hook["additional_dependencies"]) <= pins
