"""The documents: within IAM's limits, sound by the catalog's own lint, valid for CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from cfnlint.api import lint as cfn_lint

from bootstrap.settings import Settings
from bootstrap.template import spoke_permissions, spoke_template
from bootstrap.trust import apply_subjects, hub_trust, preview_subjects, spoke_trust
from remit.documents import size
from remit.linting.rule import Severity
from remit.linting.run import lint
from remit.linting.subject import Subject
from tests.bootstrap.conftest import MANAGEMENT, Recorder, Run
from tests.unit.small_world import catalog_of

INLINE = 10_240  # characters of all inline policies of a role, whitespace not counted
FULL: dict[str, Any] = {
    "detachOnDelete": True,
    "accessAnalyzer": True,
    "externalIds": ["remit-7f3a"],
    "permissionsBoundary": "boundaries/Workload",
    "topics": ["arn:aws:sns:eu-central-1:111111111111:access"],
}
ROLES = ("remit-preview", "remit-apply", "RemitSpoke")


def statements(made: Recorder) -> Iterator[dict[str, Any]]:
    """Of every document that is made, wherever it stands."""
    for role in made.of("iam/role:Role").values():
        yield from json.loads(role["assumeRolePolicy"])["Statement"]
    for policy in made.of("iam/rolePolicy:RolePolicy").values():
        yield from json.loads(policy["policy"])["Statement"]
    for kind in ("s3/bucketPolicy:BucketPolicy", "kms/key:Key"):
        yield from json.loads(made.one(kind)["policy"])["Statement"]
    properties = made.template["Resources"]["SpokeRole"]["Properties"]
    yield from properties["AssumeRolePolicyDocument"]["Statement"]


@pytest.mark.parametrize("options", [{}, FULL])
def test_nobody_is_allowed_without_a_name(run: Run, options: dict[str, Any]) -> None:
    for each in statements(run(**options)):
        if each["Effect"] == "Allow":
            assert each.get("Principal") not in ("*", {"AWS": "*"}), each
            assert "NotPrincipal" not in each, each
            assert "*" not in str(each.get("Condition", {}).get("StringEquals", {})), each


def test_every_role_keeps_to_iams_limit(run: Run) -> None:
    made = run(**FULL)
    for role in ROLES:
        used = sum(size(document) for document in made.policies(role).values())
        assert 0 < used <= INLINE, role


@pytest.mark.parametrize("role", ROLES)
def test_the_catalogs_own_lint_finds_nothing_wrong(run: Run, role: str) -> None:
    """Whoever applies access can give it to themselves: that is what the apply role is for, and the lint says so."""
    made = run(**{**FULL, "detachOnDelete": False})
    entries = [
        {"name": f"P{number}", "path": "/remit/", "targets": "*", "statements": policy["Statement"]}
        for number, policy in enumerate(made.policies(role).values())
    ]
    catalog = catalog_of(yaml.safe_dump({"managed_policies": entries}))
    found = lint(Subject(catalog, datetime(2026, 11, 1, tzinfo=UTC))).findings
    expected = {"unused-policy"} | ({"privilege-escalation"} if role == "remit-apply" else set())
    assert {each.rule for each in found if each.severity >= Severity.WARNING} == expected, found


@pytest.mark.parametrize("options", [{}, FULL, {"fanOut": "pooled", "spokeRole": "platform/RemitSpoke"}])
def test_cloudformation_takes_the_template(run: Run, options: dict[str, Any]) -> None:
    text = json.dumps(run(**options).template)
    found = cfn_lint(text, config={"regions": ["eu-central-1"]})
    assert not [str(each) for each in found]


@pytest.mark.parametrize("options", [{}, FULL, {"fanOut": "aliases", "policyPath": "/access/"}])
def test_the_template_gives_what_the_role_of_the_management_account_has(run: Run, options: dict[str, Any]) -> None:
    made = run(**options)
    (policy,) = made.template["Resources"]["SpokeRole"]["Properties"]["Policies"]
    assert deployed(policy["PolicyDocument"], MANAGEMENT) == made.policies("RemitSpoke")[policy["PolicyName"]]


def deployed(value: Any, account: str) -> Any:
    """The value as CloudFormation makes it in an account."""
    if isinstance(value, dict) and value.keys() == {"Fn::Sub"}:
        return value["Fn::Sub"].replace("${AWS::AccountId}", account).replace("${AWS::Partition}", "aws")
    if isinstance(value, dict):
        return {key: deployed(each, account) for key, each in value.items()}
    return [deployed(each, account) for each in value] if isinstance(value, list) else value


def test_the_spoke_role_writes_policies_under_its_path_alone() -> None:
    settings = Settings(repository="n/a", region="eu-central-1", detach_on_delete=True)
    document = spoke_permissions(settings, account=MANAGEMENT)
    writes = ("Create", "Delete", "Attach", "Detach", "Put", "Update", "Set", "Tag")
    for each in document["Statement"]:
        if any(action.startswith("iam:") and action[4:].startswith(writes) for action in each["Action"]):
            own = [f"arn:aws:iam::{MANAGEMENT}:policy/remit/*"]
            assert each["Resource"] == own or each["Condition"] == {"ArnLike": {"iam:PolicyARN": own}}


def test_gitlabs_subjects_name_the_project_and_for_apply_the_branch() -> None:
    settings = Settings(repository="group/sub/access", region="eu-central-1", ci_host="gitlab")
    provider = f"arn:aws:iam::{MANAGEMENT}:oidc-provider/gitlab.com"
    ref = "project_path:group/sub/access:ref_type:branch:ref:"
    apply = hub_trust(provider, settings.signer, apply_subjects(settings, ()))["Statement"][0]["Condition"]
    assert apply == {"StringEquals": {"gitlab.com:aud": "sts.amazonaws.com", "gitlab.com:sub": [f"{ref}main"]}}
    preview = hub_trust(provider, settings.signer, preview_subjects(settings))["Statement"][0]["Condition"]
    audience = {"gitlab.com:aud": "sts.amazonaws.com"}
    assert preview == {"StringEquals": audience, "StringLike": {"gitlab.com:sub": f"{ref}*"}}


def test_the_template_has_no_parameters_that_an_account_could_set() -> None:
    settings = Settings(repository="n/a", region="eu-central-1")
    template = spoke_template(settings, spoke_trust([f"arn:aws:iam::{MANAGEMENT}:role/remit-apply"], []))
    assert template.keys() == {"AWSTemplateFormatVersion", "Description", "Resources"}
