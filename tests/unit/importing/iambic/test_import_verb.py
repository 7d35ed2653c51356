"""`remit import --from iambic`: a small repository becomes a catalog whose plan is as expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from remit.cli.main import remit
from remit.importing.found import Found, FoundAssignment
from remit.importing.found_file import write_found
from remit.permission_set import LivePermissionSet
from remit.snapshot import read_snapshot

REPOSITORY = Path(__file__).parents[3] / "fixtures" / "iambic"
SNAPSHOT = """\
organization_id: o-shop
management_account: "000000000010"
accounts:
  - {id: "000000000010", name: boss}
  - {id: "112233445566", name: lake-prod, ou: Workloads/Prod}
  - {id: "123456789012", name: shop-prod, ou: Workloads/Prod}
  - {id: "200000000001", name: shop-dev, ou: Workloads/Dev}
  - {id: "200000000002", name: audit, ou: Security}
  - {id: "174652129131", name: closed, ou: Workloads/Dev, state: SUSPENDED}
groups: [{id: g-engineers, name: engineers}, {id: g-auditors, name: auditors}]
users: [{id: u-ann, name: ann@corp.example}]
"""
RULES = """\
access:
  - groups: [engineers]
    permission_sets: [Engineer]
    targets: ou:Workloads
    drift: adopt
  - groups: [engineers]
    permission_sets: [Engineer]
    targets: account:audit
    expires: 2096-12-31T18:00:00Z
    drift: adopt
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a plain snapshot, and the repository as `templates`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "organization.yaml").write_text(SNAPSHOT)
    for source in REPOSITORY.rglob("*.y*ml"):
        place = tmp_path / "templates" / source.relative_to(REPOSITORY)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(source.read_text())
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(remit, [*arguments, "--organization", "organization.yaml"])


def imported(*arguments: str) -> Result:
    return run("import", "--from", "iambic", "templates", *arguments)


def planned(at: str) -> list[str]:
    done = run("plan", "--json", "--at", at)
    assert done.exit_code == 0, done.output
    plan = json.loads(done.stdout)
    return [
        *(f"{each['account']} {each['path']}{each['name']}" for each in plan["managed_policies"]),
        *(f"{each['principal']}: {each['permission_set']} in {each['account']}" for each in plan["assignments"]),
    ]


def test_a_repository_becomes_a_catalog_that_gives_the_same(work: Path) -> None:
    done = imported()
    assert done.exit_code == 0, done.output
    assert "proven: read and planned again, the files give just what was read" in done.output
    assert "templates/resources/aws/iam/role/app.yaml:1: Remit makes no roles" in done.output
    assert "access rule of permission set Engineer: it ended at 2026-02-01T00:00:00Z" in done.output
    assert RULES in (work / "policies/access/engineer.yaml").read_text()
    guardrail = (work / "policies/managed/guardrail.yaml").read_text()
    assert guardrail.startswith("# Imported from templates\n")
    assert 'description: "Limits of {{account.name}}"' in guardrail
    assert '{ec2:Vpc: "arn:aws:ec2:eu-central-1:{{account.id}}:vpc/{{account.vars.vpc}}"}' in guardrail
    assert "targets: account:shop-prod\n        expires: 2097-05-19T14:37:00Z" in guardrail
    always = [
        *(f"{account} /limits/Guardrail" for account in ("112233445566", "123456789012", "200000000001")),
        "engineers: Engineer in 112233445566",
        "ann@corp.example: Engineer in 112233445566",
    ]
    engineers = ["engineers: Engineer in 123456789012", "engineers: Engineer in 200000000001"]
    people = ["ann@corp.example: Engineer in 123456789012", "ann@corp.example: Engineer in 200000000001"]
    forever = {*always, *engineers, *people}
    assert set(planned("2097-01-01T00:00:00Z")) == forever
    logs = {"123456789012 /shop-prod-logs", "200000000001 /shop-dev-logs"}
    assert set(planned("2096-12-31")) == forever | logs | {"engineers: Engineer in 200000000002"}
    assert set(planned("2096-12-31T18:00:00Z")) == forever | logs


def test_a_second_import_changes_no_file_and_a_later_end_just_its_line(work: Path) -> None:
    imported()
    again = imported()
    assert "policies says all of it already: no file changed" in again.output
    assert "Remit makes no roles" in again.output
    template = work / "templates/resources/aws/identity_center/engineer.yaml"
    template.write_text(template.read_text().replace("2096-12-31T18:00 UTC", "2097-06-30"))
    said = json.loads(imported("--json").stdout)
    assert said["files"] == ["access/engineer.yaml"]
    assert "expires: 2097-06-30T00:00:00Z" in (work / "policies/access/engineer.yaml").read_text()


def test_words_for_a_time_stop_the_import_before_it_writes(work: Path) -> None:
    template = work / "templates/resources/aws/iam/managed_policy/guardrail.yaml"
    template.write_text(template.read_text().replace("2097-05-19T14:37 UTC", "in 3 days"))
    done = imported()
    assert done.exit_code == 2
    assert "guardrail.yaml:35: expires_at 'in 3 days' is no date" in done.output
    assert not (work / "policies").exists()


def test_a_repository_that_gives_nothing_writes_nothing_and_says_why(work: Path) -> None:
    for path in (work / "templates/resources").rglob("*.y*ml"):
        if path.name != "app.yaml":
            path.unlink()
    done = imported()
    assert done.exit_code == 0
    assert "nothing of it has a place in a catalog: no file written" in done.output
    assert "Remit makes no roles" in done.output


def test_a_filter_of_what_is_read_of_aws_goes_with_no_folder(work: Path) -> None:
    done = imported("--policy-name", "Guard*")
    assert done.exit_code == 2
    assert "take templates out instead" in done.output
    assert work.is_dir()


def test_what_is_live_and_has_no_template_is_told(work: Path) -> None:
    """From a file of all there is. The catalog owns the assignments of its permission sets."""
    organization = read_snapshot(work / "organization.yaml")
    live = Found(
        organization,
        (LivePermissionSet("Engineer"), LivePermissionSet("Other")),
        (
            FoundAssignment("112233445566", "Engineer", "GROUP", "g-engineers", "engineers"),
            FoundAssignment("112233445566", "Engineer", "GROUP", "g-auditors", "auditors"),
            FoundAssignment("112233445566", "Other", "GROUP", "g-auditors", "auditors"),
        ),
    )
    (work / "all.json").write_text(write_found(live))
    done = CliRunner().invoke(remit, ["import", "--from", "iambic", "templates", "--organization", "all.json"])
    assert done.exit_code == 0, done.output
    assert "1 assignments that are there (auditors: Engineer in lake-prod): templates does not give them" in done.output
    assert "1 permission sets that are there (Other): no template has them: they stay" in done.output


def test_settings_that_are_there_keep_their_line_ends(work: Path) -> None:
    (work / "policies").mkdir()
    settings = work / "policies/organization.yaml"
    settings.write_bytes(b"spoke_role: Other   # ours\r\n")
    assert imported().exit_code == 0
    assert settings.read_bytes().startswith(b"spoke_role: Other   # ours\r\n")
