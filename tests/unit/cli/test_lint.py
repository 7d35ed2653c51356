"""`remit lint` as a person, a program and GitHub see it, and what its exit code says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import click
import pytest

from remit.cli.lint import catalog_since
from tests.unit.cli.conftest import Run

WILD = (
    'permission_sets:\n  - {name: Root, inline_policy: {statements: [{Effect: Allow, Action: "*", Resource: "*"}]}}\n'
)


def test_a_finding_shows_its_place_severity_rule_why_and_fix(run: Run, project: Path):
    (project / "policies" / "more.yaml").write_text(WILD)
    shown = run("lint", "--at", "2026-01-01")
    first, why, fix, *_ = shown.stdout.splitlines()
    assert first == (
        "policies/more.yaml:2:12: warning: no access rule gives permission set 'Root' [unused-permission-set]"
    )
    assert (why[:7], fix[:7]) == ("  why: ", "  fix: ")
    assert shown.stdout.splitlines()[-1] == "1 error, 1 warning"
    assert "\x1b[" not in shown.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [((), 1), (("--fail-on", "never"), 0), (("--fail-on", "info"), 1), (("--json",), 1), (("--format", "github"), 1)],
)
def test_an_error_makes_the_exit_code_1_unless_fail_on_says_otherwise(
    run: Run, project: Path, options: tuple[str, ...], code: int
):
    (project / "policies" / "more.yaml").write_text(WILD)
    assert run("lint", *options).exit_code == code


def test_warnings_alone_exit_with_0_unless_fail_on_says_otherwise(run: Run, project: Path):
    (project / "policies" / "more.yaml").write_text("permission_sets: [{name: Unused}]\n")
    assert run("lint", "--at", "2026-01-01").exit_code == 0
    assert run("lint", "--at", "2026-01-01", "--fail-on", "warning").exit_code == 1


def test_a_clean_catalog_says_so(run: Run):
    shown = run("lint", "--at", "2026-01-01", "--organization", "org.yaml", "--stack", "prod")
    assert (shown.exit_code, shown.stdout) == (0, "nothing found\n")


def test_json_holds_every_field_of_a_finding(run: Run, project: Path):
    (project / "policies" / "more.yaml").write_text(WILD)
    findings = json.loads(run("lint", "--json").stdout)["findings"]
    found = next(each for each in findings if each["rule"] == "wildcard-administrator")
    assert (found["severity"], found["file"], found["line"], found["column"]) == ("error", "policies/more.yaml", 2, 71)
    assert found["message"] == "the inline policy of permission set 'Root' allows every action on every resource"
    assert found["why"]
    assert found["fix"]


def test_github_reads_one_annotation_a_line(run: Run, project: Path):
    (project / "policies" / "a,b.yaml").write_text(WILD)
    lines = run("lint", "--format", "github", "--at", "2026-01-01").stdout.splitlines()
    assert lines[-1].startswith(
        "::error file=policies/a%2Cb.yaml,line=2,col=71,title=wildcard-administrator::the inline policy of permission"
    )
    assert all(line.startswith(("::error ", "::warning ")) for line in lines)


def test_sarif_names_every_rule_and_each_place(run: Run, project: Path):
    (project / "policies" / "more.yaml").write_text(WILD)
    (one,) = json.loads(run("lint", "--format", "sarif").stdout)["runs"]
    found = next(each for each in one["results"] if each["ruleId"] == "wildcard-administrator")
    place = found["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "policies/more.yaml"},
        "region": {"startLine": 2, "startColumn": 71},
    }
    assert {each["ruleId"] for each in one["results"]} <= {rule["id"] for rule in one["tool"]["driver"]["rules"]}


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_catalog_that_is_wrong_is_told_in_every_form_and_exits_with_2(run: Run, project: Path, form: str):
    (project / "policies" / "more.yaml").write_text("acess: []\n")
    shown = run("lint", "--format", form)
    assert shown.exit_code == 2
    assert "unknown key 'acess'" in shown.stderr
    assert ("unknown key 'acess'" in shown.stdout) == (form != "text")


def test_since_is_a_folder_or_a_revision_of_the_catalog(project: Path):
    folder = project / "policies"
    for command in (["init", "-q"], ["add", "policies"], ["commit", "-q", "-m", "one"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *who, *command], cwd=project, check=True)
    (folder / "more.yaml").write_text(WILD)
    assert [entry.name for entry in catalog_since("HEAD", folder).permission_sets] == ["Engineer"]
    assert {entry.name for entry in catalog_since("policies", folder).permission_sets} == {"Engineer", "Root"}
    with pytest.raises(click.BadParameter, match="no git revision"):
        catalog_since("mian", folder)


def test_since_without_access_analyzer_is_a_wrong_option(run: Run):
    shown = run("lint", "--since", "HEAD")
    assert (shown.exit_code, "--since needs --access-analyzer" in shown.stderr) == (2, True)


def test_what_only_accounts_can_tell_needs_an_organization(run: Run, project: Path):
    text = (project / "policies" / "all.yaml").read_text().replace('targets: "*"\n', "targets: ou:Workloads/Prod\n")
    (project / "policies" / "all.yaml").write_text(text)
    assert run("lint", "--at", "2026-01-01").exit_code == 0
    shown = run("lint", "--at", "2026-01-01", "--organization", "org.yaml")
    assert shown.exit_code == 1
    assert "policy 'Guardrail' does not reach account shop-dev (200000000002)" in shown.stdout
    assert "[policy-does-not-reach]" in shown.stdout
