"""`validate`, `plan` and `explain`: what they print, where, and how they exit."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from remit.catalog import load_catalog
from remit.cli.tables import print_table
from remit.plan import make_plan, plan_json
from remit.snapshot import read_snapshot
from remit.stack import Stack
from tests.unit.cli.conftest import CATALOG, Run

ORG = ("--organization", "org.yaml")
AT = ("--at", "2026-06-01")


def spoil(project: Path, old: str, new: str) -> None:
    assert old in CATALOG
    (project / "policies" / "all.yaml").write_text(CATALOG.replace(old, new))


def test_a_plan_as_json_is_exactly_the_documented_bytes(run: Run, project: Path):
    catalog, organization = load_catalog(project / "policies"), read_snapshot(project / "org.yaml")
    expected = plan_json(
        make_plan(catalog, organization, at=datetime(2026, 6, 1, tzinfo=UTC), stack=Stack("default"))
    ).replace(f"{project}/", "")
    assert run("plan", *ORG, *AT, "--json").stdout == expected


def test_a_plan_begins_with_its_summary(run: Run):
    shown = run("plan", *ORG, *AT)
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0] == (
        "Stack default at 2026-06-01 00:00 UTC: 3 accounts in scope, 1 managed policy in 2 accounts, "
        "1 permission set, 2 assignments, 0 warnings"
    )


def test_a_plan_in_a_pipe_is_plain_text_with_a_line_for_each_row(run: Run):
    lines = run("plan", *ORG, *AT).stdout.splitlines()
    assert "\x1b" not in "".join(lines)
    assert [line for line in lines if line != line.rstrip()] == []
    (row,) = [line for line in lines if line.startswith("Guardrail")]
    assert row.split() == ["Guardrail", "/", "2:", "shop-dev,", "shop-prod", "1", "policies/all.yaml:2"]


def test_another_day_has_another_plan(run: Run):
    def assignments(*when: str) -> int:
        return len(json.loads(run("plan", *ORG, *when, "--json").stdout)["assignments"])

    assert assignments("--at", "2026-06-30") == 2
    assert assignments("--at", "2026-07-01") == 1
    assert assignments("--at", "2026-07-01T01:00:00+02:00") == 2


@pytest.mark.parametrize("when", ["tomorrow", "2026-06-30T12:00:00", "2026-13-01"])
def test_a_time_that_could_mean_several_is_refused(run: Run, when: str):
    refused = run("plan", *ORG, "--at", when)
    assert refused.exit_code == 2
    assert when in refused.stderr


@pytest.mark.parametrize("verb", ["validate", "plan", "lint"])
def test_an_end_that_would_stop_every_run_is_refused_before_it_comes(run: Run, project: Path, verb: str):
    spoil(project, 'Resource: "*"}', 'Resource: "*", expires: 2026-12-31}')
    refused = run(verb, *ORG, *AT)
    assert refused.exit_code == (1 if verb == "lint" else 2)
    assert "from 2027-01-01 on every run would refuse this: policy 'Guardrail' does not reach" in (
        refused.stdout + refused.stderr
    )


def test_a_stack_narrows_the_plan_to_its_scope(run: Run):
    plan = json.loads(run("plan", *ORG, "--stack", "prod", "--json").stdout)
    assert {assignment["account"] for assignment in plan["assignments"]} == {"200000000001"}


def test_a_stack_file_is_found_from_a_folder_below(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(project / "policies")
    shown = run("validate", "--stack", "prod")
    assert shown.exit_code == 0, shown.stderr


def test_a_stack_that_has_no_file_is_an_error_that_says_so(run: Run):
    refused = run("plan", *ORG, "--stack", "nosuch")
    assert refused.exit_code == 2
    assert "Pulumi.nosuch.yaml" in refused.stderr


def test_every_problem_stands_at_its_place_with_its_remedy(run: Run, project: Path):
    spoil(project, "Effect: Deny", "Effect: Denied")
    (project / "policies" / "more.yaml").write_text("acess: []\n")
    refused = run("validate")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    lines = refused.stderr.splitlines()
    assert [line.split(" ")[0] for line in lines if line.startswith("policies")] == [
        "policies/all.yaml:4:",
        "policies/more.yaml:1:",
    ]
    assert "  did you mean 'access'?" in lines
    assert lines[-1] == "2 problems"


def test_problems_of_the_stack_and_of_the_catalog_come_together(run: Run, project: Path):
    spoil(project, "Effect: Deny", "Effect: Denied")
    (project / "Pulumi.bad.yaml").write_text('config: {"remit:unmanaged": "ignore"}\n')
    refused = run("validate", "--stack", "bad")
    assert "Pulumi.bad.yaml:1" in refused.stderr
    assert "policies/all.yaml:4" in refused.stderr


def test_validate_alone_asks_for_no_organization(run: Run, project: Path):
    spoil(project, "account:shop-dev", "account:nosuch")
    assert run("validate").exit_code == 0
    refused = run("validate", *ORG)
    assert refused.exit_code == 2
    assert "'nosuch'" in refused.stderr


def test_validate_says_what_is_right(run: Run):
    assert run("validate").stdout == ("1 managed policy, 1 permission set, 2 access rules: nothing wrong\n")


def test_validate_as_json_has_every_problem(run: Run, project: Path):
    spoil(project, "Effect: Deny", "Effect: Denied")
    refused = run("validate", "--json")
    assert refused.exit_code == 2
    (problem,) = json.loads(refused.stdout)["problems"]
    assert (problem["file"], problem["line"]) == (os.path.join("policies", "all.yaml"), 4)


def test_a_bad_snapshot_is_an_error_at_its_line(run: Run, project: Path):
    (project / "org.yaml").write_text("organization_id: o-1\naccounts: 3\n")
    refused = run("plan", *ORG)
    assert refused.exit_code == 2
    assert "org.yaml" in refused.stderr
    assert refused.exception is None or isinstance(refused.exception, SystemExit)


def test_warnings_go_to_stderr(run: Run, project: Path):
    spoil(project, 'targets: "*", except', 'targets: ["*", "account:nosuch-*"], except')
    shown = run("plan", *ORG)
    assert shown.exit_code == 0
    assert "policies/all.yaml:8: warning: " in shown.stderr
    assert "1 warning" in shown.stdout


def test_explain_tells_what_is_given_from_what_is_withheld(run: Run):
    shown = run("explain", *ORG, *AT, "--account", "shop-prod", "--group", "engineers")
    assert shown.exit_code == 0
    given, withheld = shown.stdout.split("Withheld")
    assert "policies/all.yaml:8" in given
    assert "policies/all.yaml:9" in withheld


def test_explain_as_json(run: Run):
    verdicts = json.loads(run("explain", *ORG, *AT, "--account", "200000000002", "--json").stdout)
    assert {
        (verdict["source"]["line"], verdict["gives"]) for verdict in verdicts if verdict["kind"] == "assignment"
    } == {
        (8, False),
        (9, True),
    }


def test_explain_of_an_unknown_account_is_an_error(run: Run):
    refused = run("explain", *ORG, "--account", "shop-prd")
    assert refused.exit_code == 2
    assert "did you mean 'shop-prod'" in refused.stderr


def test_a_narrow_terminal_keeps_a_file_and_line_in_one_piece():
    screen = StringIO()
    place = "policies/managed/engineering-guardrail.yaml:4"
    rows = [("EngineeringGuardrail", "/remit/", "a list of accounts that goes on and on", place)]
    print_table(
        Console(file=screen, force_terminal=True, width=80), "Policies", ("policy", "path", "in", "where"), rows
    )
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()).splitlines()
    assert max(map(len, lines)) <= 80
    (first,) = [number for number, line in enumerate(lines) if line.startswith("EngineeringGuardrail")]
    assert lines[first + 1].startswith(f"  {place}")


def test_a_narrow_terminal_loses_no_character():
    screen, columns = StringIO(), ("permission set", "session", "policies", "where")
    place = "policies/permission-sets/engineering.yaml:11"
    rows = [("Billing", "1h", "AWSBudgetsReadOnlyAccess, job-function/Billing", place)]
    print_table(Console(file=screen, force_terminal=True, width=80), "Sets", columns, rows)
    shown = re.sub(r"\x1b\[[0-9;]*m|\s", "", screen.getvalue())
    assert Counter(shown) == Counter("".join(("Sets", *columns[:-1], *rows[0])).replace(" ", ""))


def test_explain_says_when_no_rule_names_the_group(run: Run):
    shown = run("explain", *ORG, "--account", "shop-prod", "--group", "enginers")
    assert shown.exit_code == 0
    assert "no access rule names group 'enginers'" in shown.stderr
    assert "did you mean 'engineers'?" in shown.stderr
    assert run("explain", *ORG, "--account", "shop-prod", "--group", "engineers").stderr == ""


def test_explain_refuses_a_permission_set_that_is_not_there(run: Run):
    refused = run("explain", *ORG, "--account", "shop-prod", "--permission-set", "Enginer")
    assert refused.exit_code == 2
    assert "did you mean 'Engineer'?" in refused.stderr


@pytest.mark.parametrize("output", ["nosuch/org.yaml", "org.txt", "org"])
def test_a_snapshot_that_could_not_be_written_is_refused_before_aws_is_asked(run: Run, output: str):
    refused = run("snapshot", "--output", output)
    assert refused.exit_code == 2
    assert "--output" in refused.stderr
