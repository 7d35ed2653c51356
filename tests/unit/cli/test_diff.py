"""`remit diff`: revisions, folders and saved plans; text, JSON and Markdown."""

from __future__ import annotations

import json
import re
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from remit.cli import diff as verb
from remit.diff import compare, view_of
from remit.diff.values import View
from remit.naming_accounts import AccountNames
from tests.unit.cli.conftest import CATALOG, Run
from tests.unit.small_world import ORGANIZATION, plan_of

ORG = ("--organization", "org.yaml")
AT = ("--at", "2026-06-01")
WIDER = CATALOG.replace(', except: ["account:shop-dev"]', "").replace("session_duration: 8h", "session_duration: 4h")


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(project: Path) -> Path:
    """The project with CATALOG committed on main, a broken one on broken, and a narrower one in the work tree."""
    git(project, "init", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-m", "one")
    (project / "policies" / "all.yaml").write_text("acess: []\n")
    git(project, "checkout", "-b", "broken")
    git(project, "commit", "-am", "two")
    git(project, "checkout", "main")
    (project / "policies" / "all.yaml").write_text(
        CATALOG.replace('targets: "*", except: ["account:shop-dev"]', "targets: account:shop-prod")
        .replace("session_duration: 8h", "session_duration: 12h")
        .replace('"iam:*"', '"iam:Create*"')
    )
    return project


def test_a_revision_is_held_against_the_work_tree(run: Run, repository: Path):
    shown = run("diff", "main", *ORG, *AT)
    assert shown.exit_code == 0, shown.stderr
    assert "\x1b" not in shown.stdout
    assert shown.stdout.splitlines() == [
        "main → working tree: 2 changes: 2 widening; 0 assignments gained, 0 lost",
        "",
        "Widening",
        "+ permission set Engineer changes in 2 accounts: every account but the management account",
        "    policies/all.yaml:6",
        "    + session duration: PT8H → PT12H",
        "+ policy Guardrail changes in 2 accounts: every account but the management account",
        "    policies/all.yaml:2",
        "    + statement (Deny): Action + iam:Create*, - iam:*",
    ]
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=repository, capture_output=True, text=True, check=True
    )
    assert status.stdout.splitlines() == [" M policies/all.yaml"], "the work tree is left alone"


def test_two_revisions_and_the_stack_file_of_each(run: Run, repository: Path):
    (repository / "Pulumi.prod.yaml").write_text('config: {"remit:scope": ["ou:Workloads"]}\n')
    (repository / "policies" / "all.yaml").write_text(CATALOG)
    git(repository, "commit", "-am", "wider scope")
    shown = run("diff", "main~1", "main", "--stack", "prod", *ORG, *AT)
    assert "+ engineers gains Engineer in shop-dev\n    main:policies/all.yaml:9\n" in shown.stdout
    assert "- policy Guardrail is new in shop-dev" in shown.stdout


def test_a_side_without_a_catalog_has_nothing(run: Run, repository: Path):
    git(repository, "checkout", "--orphan", "empty")
    git(repository, "rm", "-r", "-f", "--cached", ".")
    git(repository, "add", "org.yaml")
    git(repository, "commit", "-m", "no catalog")
    assert run("diff", "empty", *ORG, *AT).stdout.startswith("empty → working tree: 3 changes: ")


def test_what_is_wrong_in_a_revision_is_told_where_git_has_it(run: Run, repository: Path):
    assert repository.is_dir()
    refused = run("diff", "broken", *ORG)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("broken:policies/all.yaml:1: ")
    assert len(re.findall("all.yaml", refused.stderr)) == 1


def test_folders_and_saved_plans_are_sides_too(run: Run, project: Path):
    (project / "old.json").write_text(run("plan", *ORG, *AT, "--json").stdout)
    (project / "new").mkdir()
    (project / "new" / "all.yaml").write_text(WIDER)
    shown = run("diff", "old.json", "new", *ORG, *AT)
    assert shown.stdout.startswith("old.json → new: 1 change: 1 narrowing; 0 assignments gained, 0 lost\n")
    assert shown.stderr.startswith("A saved plan does not say when access ends")
    shown = run("diff", "policies", "new", *ORG, *AT)
    assert shown.stdout.startswith("policies → new: 2 changes: 1 widening, 1 narrowing; 0 assignments gained, 0 lost\n")
    assert "+ engineers keeps Engineer in shop-dev; ends: 2026-06-30 → never\n" in shown.stdout
    assert not shown.stderr
    nothing = run("diff", "old.json", "old.json")
    assert nothing.stdout == "old.json → old.json: nothing changes\n"


@pytest.mark.parametrize(
    ("side", "words"),
    [
        ("nosuch", "no git revision, no folder and no saved plan"),
        ("org.yaml", "is no saved plan"),
        ("--", "Missing argument"),
    ],
)
def test_a_side_that_is_none_is_refused(run: Run, side: str, words: str):
    refused = run("diff", side)
    assert refused.exit_code == 2
    assert words in refused.stderr


def test_one_format_at_a_time(run: Run):
    refused = run("diff", "policies", *ORG, "--json", "--markdown")
    assert refused.exit_code == 2
    assert "choose one" in refused.stderr


def test_json_and_markdown_say_the_same(run: Run, project: Path):
    (project / "new").mkdir()
    (project / "new" / "all.yaml").write_text(WIDER.replace("groups: [engineers]", "groups: [engineers]"))
    found = json.loads(run("diff", "policies", "new", *ORG, "--at", "2027-01-01", "--json").stdout)
    assert (found["base"], found["head"], found["at"]) == ("policies", "new", "2027-01-01T00:00:00+00:00")
    assert found["summary"]["assignments_gained"] == 1
    text = run("diff", "policies", "new", *ORG, "--at", "2027-01-01", "--markdown").stdout
    assert text.startswith(
        "### Access: policies → new\n\n2 changes: 1 widening, 1 narrowing; 1 assignment gained, 0 lost.\n"
    )
    assert "- `engineers` gains `Engineer` in shop-dev (new/all.yaml:8)\n" in text.replace("\\", "")


def test_verbose_has_every_single_grant(run: Run, project: Path):
    (project / "new").mkdir()
    (project / "new" / "all.yaml").write_text(WIDER)
    shown = run("diff", "policies", "new", *ORG, "--at", "2027-01-01", "-v").stdout
    assert "+ engineers gains Engineer in shop-dev\n    new/all.yaml:8\n" in shown
    assert "      + engineers  Engineer  shop-dev (200000000002)\n" in shown


def test_a_narrow_terminal_is_not_run_over(monkeypatch: pytest.MonkeyPatch):
    screen = StringIO()
    monkeypatch.setattr(verb, "make_console", lambda: Console(file=screen, force_terminal=True, width=60))
    sets = "permission_sets: [{name: A, tags: {team: a-long-name-of-a-team-that-has-one}}]\n"
    after = plan_of(
        f"{sets}access:\n  - {{groups: [sre, engineers], permission_sets: A, targets: [account:lab, ou:Workloads]}}\n"
    )
    verb._print(compare(View(), view_of(after)), AccountNames(ORGANIZATION), "a → b", verbose=True)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()).splitlines()
    assert len(lines) > 5
    assert max(map(len, lines)) <= 60
