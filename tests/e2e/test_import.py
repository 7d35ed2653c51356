"""The first hour: what is there becomes a catalog, and the catalog takes it over."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.world import ADA, CONTRACTORS, MANAGEMENT, PAY_PROD, REMIT, SHOP_DEV, SHOP_PROD, World

ALLOW = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}


def remit(world: World, *arguments: str, code: int = 0) -> str:
    """What a verb of the CLI prints."""
    done = world.execute(*arguments, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def granted(world: World, catalog: str) -> set[tuple[str, ...]]:
    """The assignments of a catalog's plan."""
    plan: dict[str, Any] = json.loads(remit(world, "plan", "--json", "--catalog", catalog))
    keys = ("permission_set", "account", "principal_type", "principal")
    return {tuple(each[key] for key in keys) for each in plan["assignments"]}


@pytest.fixture
def grown(fresh: World) -> World:
    """An organization that somebody else filled: another stack's work, and what was clicked together since."""
    fresh.up()
    fresh.assign("Auditor", SHOP_PROD, "USER", ADA)
    document = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
    fresh.client("iam", PAY_PROD).create_policy(PolicyName="Handmade", Path="/team/", PolicyDocument=document)
    return fresh


def test_the_catalog_of_what_is_there_gives_just_that(grown: World) -> None:
    said = json.loads(remit(grown, "import", "--catalog", "imported", "--json"))
    assert said["assignments"] == len(grown.grants())
    assert said["left_out"] == []
    assert said["remarks"]["access of users"] == ["ada@shop.example: Auditor"]
    assert granted(grown, "imported") == granted(grown, "policies") | {
        ("Auditor", SHOP_PROD, "USER", "ada@shop.example")
    }
    handmade = (grown.folder / "imported" / "managed" / "handmade.yaml").read_text()
    assert "targets: account:pay-prod" in handmade


def test_a_second_import_changes_what_differs_and_nothing_else(grown: World) -> None:
    remit(grown, "import", "--catalog", "imported")
    before = texts(grown.folder / "imported")
    assert json.loads(remit(grown, "import", "--catalog", "imported", "--json"))["files"] == []
    assert texts(grown.folder / "imported") == before
    grown.set_duration("Auditor", "PT2H")
    said = json.loads(remit(grown, "import", "--catalog", "imported", "--json"))
    assert said["files"] == ["permission-sets/auditor.yaml"]
    assert "session_duration: 2h" in texts(grown.folder / "imported")["permission-sets/auditor.yaml"]


def test_a_file_of_all_there_is_gives_the_same_catalog(grown: World) -> None:
    remit(grown, "snapshot", "--full", "-o", "all.json")
    offline = grown.execute("import", "--organization", "all.json", "--catalog", "offline")
    assert re.search(r"all.json was read \d{4}-\d\d-\d\d \d\d:\d\dZ, .* ago: ", offline.stderr)
    remit(grown, "import", "--catalog", "live")
    assert texts(grown.folder / "offline") == texts(grown.folder / "live")


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.yaml"))}


def test_an_account_without_the_role_is_told_and_the_rest_is_imported(grown: World) -> None:
    grown.break_role(SHOP_DEV)
    ended = grown.execute("import", "--catalog", "imported", "--json")
    assert ended.returncode == 1
    assert "the policies of 1 account could not be read" in ended.stderr
    said = json.loads(ended.stdout)
    told = {each["what"]: each["reason"] for each in said["left_out"]}
    assert "RemitSpoke" in told[f"the policies of account shop-dev ({SHOP_DEV})"]
    assert told[f"policy /remit/Guardrail in {SHOP_PROD}"] == (
        f"permission set Developer is assigned in {SHOP_DEV}, whose policies could not be read"
    )
    assert said["assignments"] == len(grown.grants())


def test_an_import_that_was_killed_goes_on_where_it_was(grown: World) -> None:
    kept = grown.folder / ".remit" / "import.jsonl"
    grown.slow(200)
    process = subprocess.Popen(
        [sys.executable, "-m", REMIT, "import", "--catalog", "imported"],
        cwd=grown.folder,
        env=grown.environment_of("import"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (kept.exists() and kept.read_text().count('"permission set ') == 2):
        assert process.poll() is None, "it has ended before it was killed"
        time.sleep(0.02)
    process.kill()
    process.wait()
    grown._control("DELETE", "faults")
    grown.forget_calls()
    said = grown.execute("import", "--catalog", "imported")
    assert said.returncode == 0, said.stderr
    assert "goes on where a run was interrupted" in said.stderr
    assert "sso-admin:DescribePermissionSet" not in grown.calls()
    assert granted(grown, "imported") > granted(grown, "policies")
    assert not kept.exists()


WRITING = ("Create", "Update", "Delete", "Put", "Attach", "Detach", "Provision", "Tag", "Untag", "Set")


def writes(world: World) -> set[str]:
    """The calls that change something, since they were last forgotten."""
    return {call for call in world.calls() if call.split(":")[1].startswith(WRITING)}


@pytest.mark.parametrize("fan_out", ["aliases", "pooled"])
def test_the_first_up_after_an_import_takes_everything_over_without_a_call_that_writes(
    grown: World, fan_out: str
) -> None:
    remit(grown, "import", "--catalog", "imported")
    grants, policies, sets = grown.grants(), grown.policies(), grown.permission_sets()
    grown.add_stack("adopting", catalog="imported", adopt=True, fanOut=fan_out)
    grown.forget_calls()
    preview = " ".join(grown.run("preview", stack="adopting").text.split())
    assert "5 of 5 assignments are there already, and are taken over as they are" in preview
    assert "10 to import" in preview or fan_out == "pooled"
    grown.up(stack="adopting")
    assert writes(grown) == set()
    assert (grown.grants(), grown.policies(), grown.permission_sets()) == (grants, policies, sets)
    without_adopt = {"remit:requestRate": 500, "remit:catalog": "imported", "remit:fanOut": fan_out}
    (grown.folder / "Pulumi.adopting.yaml").write_text(json.dumps({"config": without_adopt}))
    assert grown.steps(stack="adopting") == set()
    auditor = grown.folder / "imported" / "permission-sets" / "auditor.yaml"
    auditor.write_text(auditor.read_text() + "    session_duration: 3h\n")
    grown.forget_calls()
    grown.up(stack="adopting")
    assert writes(grown) == {"cloudcontrol:UpdateResource"}
    assert grown.permission_sets() == sets | {"Auditor": {**sets["Auditor"], "session_duration": "PT3H"}}
    assert (grown.grants(), grown.policies()) == (grants, policies)


IAMBIC = {
    "config.yaml": f"""\
template_type: NOQ::Core::Config
aws:
  organizations:
    - {{org_id: o-e2e0000001, org_account_id: '{MANAGEMENT}', identity_center: {{region: us-east-1}}}}
  accounts:
    - {{account_id: '{MANAGEMENT}', account_name: root, org_id: o-e2e0000001}}
    - {{account_id: '{SHOP_PROD}', account_name: shop-prod, org_id: o-e2e0000001}}
    - {{account_id: '{SHOP_DEV}', account_name: shop-dev, org_id: o-e2e0000001}}
""",
    "limits.yaml": """\
template_type: NOQ::AWS::IAM::ManagedPolicy
included_accounts: ['shop-*']
properties:
  policy_name: Limits
  path: /remit/
  policy_document:
    version: '2012-10-17'
    statement:
      - {effect: Deny, action: iam:*, resource: '*'}
      - {effect: Deny, action: s3:*, resource: 'arn:aws:s3:::{{var.account_name}}-*', excluded_accounts: [shop-prod]}
      - {effect: Allow, action: '*', resource: '*', expires_at: 2020-01-01}
""",
    "support.yaml": """\
template_type: NOQ::AWS::IdentityCenter::PermissionSet
properties:
  name: Support
  session_duration: PT2H
  customer_managed_policy_references: [{name: Limits, path: /remit/}]
access_rules:
  - {groups: [contractors@shop.example], included_accounts: [shop]}
  - {groups: [auditors@shop.example], included_accounts: ['*'], expires_at: 2020-01-01}
""",
}


def test_the_catalog_of_iambics_templates_makes_what_they_would_have_made(fresh: World) -> None:
    """Of AWS the organization is read, and no account."""
    for name, text in IAMBIC.items():
        place = fresh.folder / "iambic" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    fresh.forget_calls()
    remit(fresh, "import", "--from", "iambic", "iambic", "--catalog", "imported")
    assert not {call for call in fresh.calls() if call.startswith(("iam:", "sts:AssumeRole"))}
    fresh.add_stack("migrated", catalog="imported")
    fresh.up(stack="migrated")
    assert fresh.grants() == {("Support", account, "GROUP", CONTRACTORS) for account in (SHOP_PROD, SHOP_DEV)}
    assert fresh.permission_sets()["Support"]["session_duration"] == "PT2H"
    resources = {
        account: [statement["Resource"] for statement in policy["document"]["Statement"]]
        for (account, name), policy in fresh.policies().items()
        if name == "Limits"
    }
    assert resources == {SHOP_PROD: ["*"], SHOP_DEV: ["*", "arn:aws:s3:::shop-dev-*"]}
    assert fresh.steps(stack="migrated") == set()
