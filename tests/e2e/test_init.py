"""`remit init` against the sandbox: from a clone to a preview, and what it says where AWS is not ready."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from remit.cli.main import remit
from remit.stack_file import read_stack
from tests.e2e.world import AUDIT, DEVELOPERS, ENGINE_VARIABLES, ROOT, SHOP_DEV, SHOP_PROD, World

Init = Callable[..., Result]


@pytest.fixture
def init(fresh: World, monkeypatch: pytest.MonkeyPatch) -> Init:
    """Runs it in a clone without a catalog, after which its exit code was as expected."""
    shutil.rmtree(fresh.folder / "policies")
    (fresh.folder / "Pulumi.test.yaml").unlink()
    (fresh.folder / "bootstrap").mkdir()
    monkeypatch.chdir(fresh.folder)
    for name in ENGINE_VARIABLES:
        monkeypatch.setenv(name, fresh.environment[name])
    for name, value in fresh.sandbox.environment().items():
        monkeypatch.setenv(name, value)

    def run(*options: str, code: int = 0, **keys: str) -> Result:
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(remit, ["init", *options])
        assert done.exit_code == code, done.output
        return done

    return run


def written(folder: Path) -> dict[str, str]:
    files = [*folder.glob("Pulumi.*.yaml"), *folder.glob("bootstrap/*.yaml"), *folder.glob("policies/**/*.yaml")]
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def test_from_the_management_account_to_a_preview_and_again(fresh: World, init: Init) -> None:
    fresh.forget_calls()
    said = init("--repository", "shop/access", "--ci-host", "github").output
    asked = {call.split(":")[1] for call in fresh.calls()}
    assert not [call for call in asked if not call.startswith(("List", "Get", "Describe"))], asked
    assert "remit preview --stack prod --diff" in said
    files = written(fresh.folder)
    assert set(files) == {
        "Pulumi.prod.yaml",
        "bootstrap/Pulumi.main.yaml",
        "policies/organization.yaml",
        "policies/permission-sets/read-only.yaml",
    }
    assert read_stack(fresh.folder / "Pulumi.prod.yaml").permission_sets == "own"

    fresh.init_stack("prod")
    assert fresh.steps(stack="prod") == {("create", "ReadOnly")}

    mine = files["Pulumi.prod.yaml"].replace('["*", management]', "[ou:Workloads]  # to begin with")
    (fresh.folder / "Pulumi.prod.yaml").write_text(mine)
    again = init("--repository", "shop/access", "--ci-host", "github").output
    assert 'kept Pulumi.prod.yaml: remit:scope is [ou:Workloads]; init would write ["*", management]' in again
    assert "nothing was written" in again
    assert written(fresh.folder) == {**files, "Pulumi.prod.yaml": mine}


def test_a_delegated_administrator_gets_two_stacks(fresh: World, init: Init) -> None:
    fresh.delegate(AUDIT, "sso.amazonaws.com")
    init("--repository", "none", **fresh.session_in(AUDIT))
    members, management = (read_stack(fresh.folder / f"Pulumi.{name}.yaml") for name in ("prod", "management"))
    assert (members.permission_sets, members.scope) == ("own-members", ("*",))
    assert (management.permission_sets, management.scope) == ("own-management", ("management",))
    assert not (fresh.folder / "bootstrap" / "Pulumi.main.yaml").exists(), "nobody said whose CI"


def test_the_management_account_may_prepare_for_a_delegated_administrator(fresh: World, init: Init) -> None:
    init("--delegated-administrator", AUDIT, "--repository", "shop/access", "--ci-host", "gitlab")
    text = written(fresh.folder)["bootstrap/Pulumi.main.yaml"]
    assert f'delegatedAdministrator: "{AUDIT}"' in text
    assert "registerDelegatedAdministrator: true" in text
    assert "is no account" in init("--delegated-administrator", "999999999999", code=2).output


def test_what_there_is_is_imported_if_wanted(fresh: World, init: Init) -> None:
    sso = fresh.client("sso-admin")
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    sso.create_permission_set(InstanceArn=instance, Name="ReadOnly")
    fresh.assign("ReadOnly", SHOP_PROD, "GROUP", DEVELOPERS)
    (fresh.folder / "policies").mkdir()
    (fresh.folder / "policies" / "organization.yaml").write_text("spoke_role: RemitSpoke\nexternal_id: remit-7f3a\n")
    asked_for = {"StringEquals": {"sts:ExternalId": "remit-7f3a"}}
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Condition": asked_for}]}
    fresh.client("iam", SHOP_PROD).create_role(RoleName="RemitSpoke", AssumeRolePolicyDocument=json.dumps(trust))
    fresh.break_role(SHOP_DEV)
    said = init("--import", code=1).output
    assert "proven" in said
    assert f"account {SHOP_DEV}: the role RemitSpoke cannot be assumed" in said
    assert f"account {SHOP_PROD}: the role" not in said
    assert "\nNext:\n" in said, "an account that cannot be read hides nothing of what is to be done"
    assert "developers" in (fresh.folder / "policies" / "access" / "readonly.yaml").read_text()
    assert read_stack(fresh.folder / "Pulumi.prod.yaml").adopt


def test_every_way_in_which_aws_is_not_ready_is_told_and_nothing_is_written(fresh: World, init: Init) -> None:
    assert "there is one in us-east-1 (--region us-east-1)" in init("--region", "eu-central-1", code=1).output
    fresh.switch_identity_center(on=False)
    assert "Identity Center is off" in init(code=1).output
    fresh.switch_identity_center(on=True)
    member = fresh.session_in(SHOP_DEV)
    assert f"account {SHOP_DEV} may not read the organization" in init(code=1, **member).output
    fresh.delegate(SHOP_DEV, "guardduty.amazonaws.com")
    assert "--service-principal sso.amazonaws.com" in init(code=1).output
    fresh.expire_key(member["AWS_ACCESS_KEY_ID"])
    assert "the AWS credentials are not valid any more" in init(code=1).output
    assert written(fresh.folder) == {}


def test_without_credentials_it_says_how_to_sign_in(init: Init, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    assert "aws sso login" in init(code=1).output


def test_an_account_without_the_spoke_role_is_no_obstacle_to_begin_and_doctor_tells_it(
    fresh: World, init: Init
) -> None:
    fresh.break_role(SHOP_DEV)
    init()
    done = CliRunner().invoke(remit, ["doctor", "--stack", "prod"])
    assert f"shop-dev ({SHOP_DEV}): sts:AssumeRole was denied" in done.output
    assert "make RemitSpoke there" in done.output


def test_the_example_moves_to_the_sandbox_and_nothing_of_it_is_lost(fresh: World, init: Init) -> None:
    folder = fresh.folder
    (folder / "sandbox").unlink()  # a link to the real one
    (folder / "sandbox").mkdir()
    shutil.copytree(ROOT / "policies", folder / "policies")
    for name in ("Pulumi.sandbox.yaml", "Pulumi.prod.yaml"):
        shutil.copy(ROOT / name, folder / name)
    rules = (folder / "policies" / "access" / "engineering.yaml").read_text().partition("\n")[2]
    assert "--example move" in init("--example", "keep", code=2).output
    init()
    assert (folder / "sandbox" / "policies" / "access" / "engineering.yaml").read_text().partition("\n")[2] == rules
    assert read_stack(folder / "Pulumi.sandbox.yaml").catalog == "sandbox/policies"
    assert read_stack(folder / "Pulumi.prod.yaml").scope == ("*", "management")
    assert "ou:Workloads/Prod" in (folder / "sandbox" / "Pulumi.prod.yaml").read_text()
    assert {"policies/organization.yaml", "policies/permission-sets/read-only.yaml"} == {
        name for name in written(folder) if name.startswith("policies/")
    }
    assert CliRunner().invoke(remit, ["validate", "--catalog", "sandbox/policies"]).exit_code == 0
