"""What `remit doctor` says of one world that goes wrong in one way after the other, by boto3, against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from remit.aws.permissions import Role
from remit.cli.main import remit
from tests.e2e.world import ENGINE_VARIABLES, PAY_PROD, SHOP_DEV, World

Findings = dict[tuple[str, str], list[str]]
Doctor = Callable[..., Findings]

# Ten of AWS's own, beside the one that Auditor has.
_POLICIES = (
    "ReadOnlyAccess",
    "AmazonEC2ReadOnlyAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonRDSReadOnlyAccess",
    "AmazonSNSReadOnlyAccess",
    "AmazonSQSReadOnlyAccess",
    "AmazonVPCReadOnlyAccess",
    "CloudWatchReadOnlyAccess",
    "IAMReadOnlyAccess",
    "AmazonRoute53ReadOnlyAccess",
)


@pytest.fixture
def doctor(fresh: World, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Runs it in the world, and gives what it said by (check, grade), after its exit code was as expected."""
    monkeypatch.chdir(fresh.folder)
    for name in ENGINE_VARIABLES:
        monkeypatch.setenv(name, fresh.environment[name])
    for name, value in (fresh.sandbox.environment() | fresh.role(Role.PREVIEW)).items():
        monkeypatch.setenv(name, value)

    def run(*options: str, code: int = 0, **keys: str) -> Findings:
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(remit, ["doctor", "--stack", "test", "--json", *options])
        assert done.exit_code == code, done.output
        told: Findings = {}
        for each in json.loads(done.stdout)["findings"]:
            told.setdefault((each["check"], each["grade"]), []).append(_text(each))
        return told

    return run


def _text(finding: dict[str, Any]) -> str:
    return f"{finding['subject'] or ''}: {finding['message']} → {finding['remedy'] or ''}"


def unchecked(told: Findings) -> set[str]:
    return {check for check, grade in told if grade == "not checked"}


def test_every_way_in_which_aws_is_not_ready_is_told_with_its_remedy(fresh: World, doctor: Doctor) -> None:
    fresh.forget_calls()
    well = doctor()
    assert "RemitSpoke can be taken in 6 of 6 accounts" in well["spoke roles", "ok"][0]
    assert unchecked(well) == {"tools"}, "the project has no requirements.txt"
    asked = {call.split(":")[1] for call in fresh.calls()}
    assert not [call for call in asked if not call.startswith(("List", "Get", "Describe", "AssumeRole"))], asked

    many = ", ".join(_POLICIES)
    fresh.edit("permission-sets.yaml", "[SecurityAudit]", f"[SecurityAudit, {many}]")
    too_many = doctor(code=1)["quotas", "error"]
    assert f"{SHOP_DEV}: Auditor has 11 policies, and a role in account {SHOP_DEV} takes 10" in " ".join(too_many)
    fresh.edit("permission-sets.yaml", f"[SecurityAudit, {many}]", "[SecurityAudit]")

    (wrong_region,) = doctor("--region", "eu-central-1", code=1)["Identity Center", "error"]
    assert "there is one in us-east-1" in wrong_region

    fresh.break_role(SHOP_DEV)
    (missing,) = doctor(code=1)["spoke roles", "error"]
    assert missing.startswith(f"shop-dev ({SHOP_DEV}): sts:AssumeRole was denied: ")
    assert "make RemitSpoke there" in missing
    fresh.mend_role(SHOP_DEV)

    fresh.suspend(PAY_PROD)
    assert "in 5 of 5 accounts" in doctor()["spoke roles", "ok"][0]

    fresh.switch_identity_center(on=False)
    off = doctor(code=1)
    assert "Identity Center is off" in off["Identity Center", "error"][0]
    assert {"groups and users", "plan", "quotas"} <= unchecked(off)
    fresh.switch_identity_center(on=True)


def test_whose_credentials_they_are_decides_what_can_be_done(fresh: World, doctor: Doctor) -> None:
    member = fresh.session_in(SHOP_DEV)
    denied = doctor(code=1, **member)
    assert f"account {SHOP_DEV} may not read the organization" in denied["organization", "error"][0]
    assert {"delegation", "groups and users", "plan", "spoke roles", "quotas"} <= unchecked(denied)

    fresh.delegate(SHOP_DEV, "guardduty.amazonaws.com")
    (undelegated,) = doctor(code=1)["delegation", "error"]
    assert f"--account-id {SHOP_DEV} --service-principal sso.amazonaws.com" in undelegated

    fresh.delegate(SHOP_DEV, "sso.amazonaws.com")
    delegated = doctor()
    assert "is a delegated administrator of Identity Center" in delegated["delegation", "ok"][0]

    fresh.edit("access.yaml", 'targets: "*"', 'targets: ["*", management]')
    shared, given = doctor(code=1)["delegation", "error"]
    assert given.startswith(": policies/access.yaml:6: permission set 'Auditor' is given in the management account")
    assert "own-management that runs in 100000000001" in given
    assert "make another permission set for the management account" in shared

    fresh.expire_key(member["AWS_ACCESS_KEY_ID"])
    expired = doctor(code=1)
    assert "the AWS credentials are not valid any more" in expired["credentials", "error"][0]
    assert "spoke roles" in unchecked(expired)
