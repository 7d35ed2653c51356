"""The checks of `remit doctor` over a world of values: what each says, and that none passes without having looked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from remit.catalog import Catalog
from remit.doctor.examination import Examination
from remit.doctor.finding import Finding, Grade, exit_code
from remit.doctor.observed import Backend, Encryption, Identity, Instance, Repository, Spoke, Told, Tools
from remit.drift.recorded import Recorded
from remit.errors import AccessDeniedError, AwsError, CatalogError, Problem, Source
from remit.organization import Organization, Principal
from remit.spoke_role import SpokeRole
from remit.stack import Stack
from remit.territory import StackFile
from tests.unit.small_world import AT, MANAGEMENT, ORGANIZATION, PAYMENTS, SHOP, catalog_of

HUB = Identity(MANAGEMENT, f"arn:aws:sts::{MANAGEMENT}:assumed-role/remit-apply/run")
DELEGATE = Identity(SHOP, f"arn:aws:sts::{SHOP}:assumed-role/remit-apply/run")
INSTANCE = Instance("arn:aws:sso:::instance/ssoins-1111111111111111", "d-1", MANAGEMENT, "ACTIVE")
CATALOG = """
managed_policies:
  - name: Guard
    path: /remit/
    targets: "account:payments"
    statements: [{Effect: Deny, Action: "s3:*", Resource: "*"}]
permission_sets:
  - {name: Engineer, aws_managed_policies: [ReadOnlyAccess]}
access:
  - {groups: [engineers], permission_sets: [Engineer], targets: "*"}
"""
TOOLS = Tools(
    (3, 12), {"boto3": ("1.44.5", "1.44.5")}, "pulumi", "v3.260.0", language_host=True, plugins=("1.84.0",),
    plugin_pinned="1.84.0",
)  # fmt: skip


@dataclass
class FakeProject:
    """All is well, unless a test says otherwise."""

    catalog_text: str = CATALOG
    of_tools: Tools = TOOLS
    of_backend: Backend = Backend("s3://state")  # noqa: RUF009  frozen
    encrypted: Sequence[Encryption] = (Encryption("Pulumi.prod.yaml", "awskms://alias/remit"),)
    of_repository: Repository = Repository(is_git=True, host="github.com")  # noqa: RUF009  frozen
    named: Stack = Stack("prod")  # noqa: RUF009  frozen
    files: Sequence[StackFile] = ()
    promoted: frozenset[str] = frozenset()
    linted: tuple[int, int] = (0, 0)
    wrong: Sequence[Problem] = ()
    of_state: Recorded | str = ""

    def tools(self) -> Tools:
        return self.of_tools

    def backend(self) -> Backend:
        return self.of_backend

    def encryption(self) -> Sequence[Encryption]:
        return self.encrypted

    def repository(self) -> Repository:
        return self.of_repository

    def catalog(self) -> tuple[Catalog, str]:
        if self.wrong:
            raise CatalogError(self.wrong)
        return catalog_of(self.catalog_text, "promotion: [prod]"), "one of each"

    def lint(self) -> tuple[int, int]:
        return self.linted

    def stack(self) -> Stack:
        return self.named

    def made(self) -> Recorded | str:
        return self.of_state

    def stacks(self) -> tuple[Sequence[StackFile], frozenset[str]]:
        return self.files, self.promoted


@dataclass
class FakeCloud:
    """AWS as values; an error in place of a value is raised."""

    who: Identity | AwsError = HUB
    all_on: bool = True
    tree: Organization | AwsError = ORGANIZATION
    delegated: frozenset[str] | AwsError = frozenset()
    by_region: Mapping[str, Instance] = field(default_factory=lambda: {"us-east-1": INSTANCE})
    sets: int = 3
    in_management: tuple[str, ...] = ()
    failing: Mapping[str, Spoke] = field(default_factory=dict)
    on_a_role: int | str = 10

    def identity(self) -> Identity:
        return _or_raise(self.who)

    def all_features(self) -> tuple[str, bool]:
        return MANAGEMENT, self.all_on

    def organization(self, catalog: Catalog | None, stack: Stack | None) -> Organization:
        del catalog, stack
        return _or_raise(self.tree)

    def delegates(self) -> frozenset[str]:
        return _or_raise(self.delegated)

    def instances(self, region: str) -> tuple[Instance, ...]:
        return (self.by_region[region],) if region in self.by_region else ()

    def regions_with_an_instance(self) -> Mapping[str, Instance]:
        return self.by_region

    def principals(
        self, store: str, groups: Collection[str], users: Collection[str]
    ) -> tuple[tuple[Principal, ...], tuple[Principal, ...]]:
        assert (store, set(users)) == ("d-1", set())
        return tuple(each for each in ORGANIZATION.groups if each.name in groups), ()

    def permission_sets(self, instance: str) -> Mapping[str, str]:
        return {"Engineer": f"{instance}/ps-1"}

    def count_permission_sets(self, instance: str) -> int:
        assert instance == INSTANCE.arn
        return self.sets

    def permission_sets_in(self, instance: str, account: str) -> tuple[str, ...]:
        assert (instance, account) == (INSTANCE.arn, MANAGEMENT)
        return self.in_management

    def spokes(self, accounts: Sequence[str], spoke: SpokeRole, told: Told) -> list[Spoke]:
        told("spoke roles", len(accounts), len(accounts))
        assert spoke == SpokeRole("RemitSpoke")
        return [self.failing.get(each, Spoke(each)) for each in accounts]

    def role_quotas(self, accounts: Sequence[str], spoke: SpokeRole) -> Mapping[str, int | str]:
        del spoke
        return dict.fromkeys(accounts, self.on_a_role)


def _or_raise(value: Any) -> Any:
    if isinstance(value, AwsError):
        raise value
    return value


def examine(project: FakeProject | None = None, cloud: FakeCloud | None = None, **options: Any) -> list[Finding]:
    told: Told = lambda *_: None  # noqa: E731
    options = {"region": "", **options}
    examination = Examination(project or FakeProject(), cloud or FakeCloud(), at=AT, told=told, **options)
    return list(examination.findings())


def bad(findings: Sequence[Finding]) -> list[tuple[str, Grade, str]]:
    """Check, grade and message of all that is not fine."""
    return [(each.check, each.grade, each.message) for each in findings if each.grade is not Grade.OK]


def only(findings: Sequence[Finding], check: str) -> Finding:
    (found,) = [each for each in findings if each.check == check and each.grade is not Grade.OK]
    return found


def refused(account: str, words: str = "sts:AssumeRole was denied: not authorized") -> dict[str, Spoke]:
    return {account: Spoke(account, refused=words)}


def test_where_all_is_well_each_check_says_so() -> None:
    findings = examine()
    assert bad(findings) == []
    assert exit_code(findings) == 0
    assert {each.check for each in findings} == {
        "tools", "backend", "encryption", "catalog", "credentials", "organization", "delegation", "Identity Center",
        "groups and users", "stacks", "spoke roles", "quotas", "git and CI",
    }  # fmt: skip


def state_with(*urns: str) -> Recorded:
    resources = [{"urn": f"urn:pulumi:prod::remit::{urn}", "inputs": {}, "outputs": {}} for urn in urns]
    return Recorded.of({"deployment": {"resources": resources}})


def test_what_exists_under_a_name_that_a_run_is_to_make_is_told_before_the_run() -> None:
    cloud = FakeCloud(failing={PAYMENTS: Spoke(PAYMENTS, policies=1, names=frozenset({"guard"}))})
    found = only(examine(FakeProject(of_state=state_with()), cloud), "what exists")
    assert found.grade is Grade.WARNING
    assert found.message.endswith("permission sets Engineer; policies Guard in 1 account")
    assert "remit:adopt" in found.remedy


def test_what_the_stack_made_itself_is_no_stranger() -> None:
    made = state_with("remit:index:PermissionSets$aws-native:sso:PermissionSet::Engineer")
    assert bad(examine(FakeProject(of_state=made))) == []


def test_a_state_that_cannot_be_read_is_not_taken_for_an_empty_one() -> None:
    found = only(examine(FakeProject(of_state="pulumi stack export failed: no passphrase")), "what exists")
    assert (found.grade, found.message) == (Grade.UNCHECKED, "pulumi stack export failed: no passphrase")


def test_of_a_stack_that_adopts_nothing_stands_in_the_way() -> None:
    findings = examine(FakeProject(of_state=state_with(), named=Stack("prod", adopt=True)))
    assert "what exists" not in {each.check for each in findings}


def test_without_credentials_what_asks_aws_is_not_checked_and_never_fine() -> None:
    findings = examine(cloud=FakeCloud(who=AwsError("no AWS credentials", "sign in")))
    assert (only(findings, "credentials").grade, only(findings, "credentials").remedy) == (Grade.ERROR, "sign in")
    asking = {
        "organization", "delegation", "Identity Center", "groups and users", "plan", "spoke roles", "what exists",
        "quotas",
    }  # fmt: skip
    assert {each.check for each in findings if each.grade is Grade.UNCHECKED} == asking
    assert not [each for each in findings if each.check in asking and each.grade is Grade.OK]
    assert exit_code(findings) == 1


@pytest.mark.parametrize(
    ("arn", "grade", "words"),
    [
        (f"arn:aws-us-gov:sts::{MANAGEMENT}:assumed-role/a/b", Grade.ERROR, "partition aws-us-gov"),
        (f"arn:aws:iam::{MANAGEMENT}:root", Grade.WARNING, "the root user"),
        (f"arn:aws:iam::{MANAGEMENT}:user/ann", Grade.NOTE, "a user's key"),
    ],
)
def test_credentials_that_are_odd_are_told(arn: str, grade: Grade, words: str) -> None:
    found = only(examine(cloud=FakeCloud(who=Identity(MANAGEMENT, arn))), "credentials")
    assert found.grade is grade
    assert words in found.message


def test_an_organization_without_all_features_is_an_error() -> None:
    found = only(examine(cloud=FakeCloud(all_on=False)), "organization")
    assert (found.grade, "consolidated billing" in found.message) == (Grade.ERROR, True)


def test_a_member_that_may_not_read_the_organization_hears_who_may() -> None:
    cloud = FakeCloud(who=DELEGATE, tree=AccessDeniedError("ListAccounts was denied", "allow it"))
    findings = examine(cloud=cloud)
    found = only(findings, "organization")
    assert f"account {SHOP} may not read the organization" in found.message
    assert "register-delegated-administrator" in found.remedy
    assert {each.grade for each in findings if each.check in {"delegation", "spoke roles"}} == {Grade.UNCHECKED}


def test_missing_delegation_of_identity_center_is_told_with_the_command() -> None:
    findings = examine(cloud=FakeCloud(who=DELEGATE))
    found = next(each for each in findings if each.check == "delegation")
    assert found.grade is Grade.ERROR
    assert f"--account-id {SHOP} --service-principal sso.amazonaws.com" in found.remedy


def test_a_delegated_administrator_hears_of_permission_sets_that_reach_the_management_account() -> None:
    text = CATALOG.replace('targets: "*"}', 'targets: ["*", management]}')
    cloud = FakeCloud(who=DELEGATE, delegated=frozenset({SHOP}))
    shared, given = (
        each for each in examine(FakeProject(text), cloud) if each.check == "delegation" and each.grade is Grade.ERROR
    )
    for each in (given, shared):
        assert "c.yaml:10: permission set 'Engineer' is given in the management account" in each.message
    assert "own-members" in given.remedy
    assert "another permission set" in shared.remedy
    cloud.in_management = ("Engineer", "Other")
    found = only(examine(cloud=cloud), "delegation")
    assert "Engineer is provisioned in the management account" in found.message


@pytest.mark.parametrize(
    ("regions", "words", "remedy"),
    [
        ({}, "Identity Center is off", "enable it"),
        ({"eu-central-1": INSTANCE}, "there is one in eu-central-1", "region: eu-central-1"),
        ({"us-east-1": replace(INSTANCE, owner=SHOP)}, "account instance", "for the organization"),
        ({"us-east-1": replace(INSTANCE, status="CREATE_IN_PROGRESS")}, "CREATE_IN_PROGRESS", "wait"),
    ],
)
def test_an_instance_that_will_not_do_is_told(regions: dict[str, Instance], words: str, remedy: str) -> None:
    found = only(examine(cloud=FakeCloud(by_region=regions)), "Identity Center")
    assert found.grade is Grade.ERROR
    assert words in found.message
    assert remedy in found.remedy


def test_the_region_that_is_asked_for_counts() -> None:
    cloud = FakeCloud(by_region={"eu-central-1": INSTANCE})
    assert bad(examine(cloud=cloud, region="eu-central-1")) == []


@pytest.mark.parametrize(
    ("account", "words", "grade", "remedy"),
    [
        (PAYMENTS, "sts:AssumeRole was denied", Grade.ERROR, "let it trust the caller"),
        (
            PAYMENTS,
            "denied: because no identity-based policy allows it",
            Grade.ERROR,
            "allow the caller sts:AssumeRole",
        ),
        (PAYMENTS, "denied by a service control policy", Grade.ERROR, "leave RemitSpoke out"),
        (SHOP, "sts:AssumeRole was denied", Grade.WARNING, "let it trust the caller"),
        (MANAGEMENT, "sts:AssumeRole was denied", Grade.NOTE, ""),
    ],
)
def test_an_account_whose_role_cannot_be_taken_is_named(account: str, words: str, grade: Grade, remedy: str) -> None:
    """It is an error only where policies go."""
    found = only(examine(cloud=FakeCloud(failing=refused(account, words))), "spoke roles")
    assert (found.grade, words in found.message) == (grade, True)
    assert account in found.subject
    assert remedy in found.remedy


def test_a_role_that_may_not_read_is_no_role_that_is_missing() -> None:
    cloud = FakeCloud(failing={PAYMENTS: Spoke(PAYMENTS, unread="iam:GetAccountAuthorizationDetails was denied")})
    assert "allow RemitSpoke iam:GetAccountAuthorizationDetails" in only(examine(cloud=cloud), "spoke roles").remedy


def test_a_policy_where_the_role_may_not_write_as_the_docs_make_it_is_told_with_its_path() -> None:
    project = FakeProject(catalog_text=CATALOG.replace("    path: /remit/\n", ""))
    found = only(examine(project), "spoke roles")
    assert found.grade is Grade.WARNING
    assert found.message == "outside of /remit/, where RemitSpoke may write as the docs make it: policy Guard (/)"
    assert "`path: /remit/` at the policy" in found.remedy


def test_where_no_role_can_be_taken_the_common_cause_comes_first() -> None:
    everywhere = {each.id: Spoke(each.id, refused="denied") for each in ORGANIZATION.accounts}
    first = next(each for each in examine(cloud=FakeCloud(failing=everywhere)) if each.check == "spoke roles")
    assert "RemitSpoke can be taken in none of the 6 accounts" in first.message


@pytest.mark.parametrize(
    ("cloud", "words"),
    [
        (FakeCloud(sets=2_800), "permission sets in the instance: 2,800 of 3,500"),
        (FakeCloud(failing={SHOP: Spoke(SHOP, policies=1_200)}), f"policies in account {SHOP}: 1,200 of 1,500"),
    ],
)
def test_four_fifths_of_a_quota_are_a_warning(cloud: FakeCloud, words: str) -> None:
    found = only(examine(cloud=cloud), "quotas")
    assert (found.grade, found.message) == (Grade.WARNING, words)


def test_one_below_four_fifths_is_none() -> None:
    assert bad(examine(cloud=FakeCloud(sets=2_799, failing={SHOP: Spoke(SHOP, policies=1_199)}))) == []


def test_a_document_close_to_its_size_is_told_once_for_all_accounts() -> None:
    long = ", ".join(f'"s3:GetObject{"x" * 200}{number}"' for number in range(24))
    text = CATALOG.replace('"account:payments"', '"*"').replace('Action: "s3:*"', f"Action: [{long}]")
    found = only(examine(FakeProject(text)), "quotas")
    assert found.message.startswith("characters of Guard in account ")
    assert found.message.endswith(" of 6,144")


@pytest.mark.parametrize(
    ("quota", "grade"), [(10, Grade.ERROR), (11, Grade.OK), ("iam:GetAccountSummary was denied", Grade.UNCHECKED)]
)
def test_more_policies_than_a_role_takes_are_an_error_where_the_account_says_so(quota: int | str, grade: Grade) -> None:
    names = ", ".join(f"Policy{number}" for number in range(11))
    project = FakeProject(CATALOG.replace("ReadOnlyAccess", names))
    found = {each.grade for each in examine(project, FakeCloud(on_a_role=quota)) if each.check == "quotas"}
    assert found == {Grade.OK, grade}


def test_a_full_policy_is_a_note() -> None:
    cloud = FakeCloud(failing={SHOP: Spoke(SHOP, policies=1, fullest=("Guard", 5))})
    assert f"five versions of Guard in {SHOP}" in only(examine(cloud=cloud), "quotas").message


@pytest.mark.parametrize(
    ("tools", "grade", "words"),
    [
        (replace(TOOLS, python=(3, 10)), Grade.ERROR, "Python 3.10"),
        (replace(TOOLS, pulumi="v3.99.0"), Grade.ERROR, "3.200 is the oldest"),
        (replace(TOOLS, pulumi=""), Grade.ERROR, "no pulumi on PATH"),
        (replace(TOOLS, language_host=False), Grade.ERROR, "pulumi-language-python"),
        (replace(TOOLS, plugins=("1.80.0",)), Grade.NOTE, "there is 1.80.0"),
        (replace(TOOLS, engine="embedded"), Grade.ERROR, "against the sandbox alone"),
        (replace(TOOLS, packages={"boto3": ("2", "1")}), Grade.WARNING, "boto3 1 is installed, 2 is pinned"),
        (replace(TOOLS, packages={"boto3": ("2", "")}), Grade.ERROR, "is not installed"),
        (replace(TOOLS, packages={}), Grade.UNCHECKED, "requirements.txt"),
        (replace(TOOLS, virtualenv_missing=".venv"), Grade.ERROR, "there is no .venv"),
        (replace(TOOLS, endpoint="http://127.0.0.1:1"), Grade.NOTE, "calls go there"),
    ],
)
def test_tools_that_will_not_do_are_told(tools: Tools, grade: Grade, words: str) -> None:
    found = only(examine(FakeProject(of_tools=tools)), "tools")
    assert (found.grade, words in found.message) == (grade, True), found


@pytest.mark.parametrize(
    ("backend", "grade"),
    [
        (Backend("s3://state", "AccessDenied"), Grade.ERROR),
        (Backend("file:///tmp/state", in_ci=True), Grade.WARNING),
    ],
)
def test_a_backend_that_fails_or_is_lost_is_told(backend: Backend, grade: Grade) -> None:
    assert only(examine(FakeProject(of_backend=backend)), "backend").grade is grade


def test_in_a_wrong_folder_nobody_is_told_to_log_in() -> None:
    trouble = "embedded stack ls failed: error: no Pulumi.yaml project file found in /tmp or above"
    assert only(examine(FakeProject(of_backend=Backend("", trouble))), "backend").remedy == "go to the project's folder"


@pytest.mark.parametrize("trouble", ["", "postgres://remit:s3cret@db.example/state: no route"])
def test_a_backends_password_is_shown_to_nobody(trouble: str) -> None:
    backend = Backend("postgres://remit:s3cret@db.example:5432/state?sslmode=require", trouble)
    (found,) = [each for each in examine(FakeProject(of_backend=backend)) if each.check == "backend"]
    assert "s3cret" not in str(found)
    assert "postgres://remit:…@db.example:5432/state?sslmode=require" in found.message


@pytest.mark.parametrize(
    ("provider", "passphrase", "grade"),
    [
        ("passphrase", "unset", Grade.ERROR),
        ("passphrase", "empty", Grade.NOTE),
        ("", "unset", Grade.NOTE),
        ("passphrase", "set", Grade.OK),
    ],
)
def test_encryption_without_a_key_is_told(provider: str, passphrase: str, grade: Grade) -> None:
    project = FakeProject(encrypted=[Encryption("Pulumi.prod.yaml", provider, passphrase)])
    assert [each.grade for each in examine(project) if each.check == "encryption"] == [grade]


def test_pulumi_cloud_encrypts_by_itself() -> None:
    project = FakeProject(encrypted=[Encryption("p", "")], of_backend=Backend("https://api.pulumi.com"))
    assert bad(examine(project)) == []


def test_a_wrong_catalog_ends_in_2_and_the_rest_is_still_checked() -> None:
    problems = [Problem(f"problem {number}", "write it", Source("c.yaml", number)) for number in range(1, 8)]
    findings = examine(FakeProject(wrong=problems))
    of_catalog = [each.message for each in findings if each.check == "catalog"]
    assert of_catalog[0] == "c.yaml:1: problem 1"
    assert of_catalog[-1] == "and 2 problems more"
    assert exit_code(findings) == 2
    assert Grade.OK in {each.grade for each in findings if each.check == "credentials"}
    assert only(findings, "plan").grade is Grade.UNCHECKED


def test_a_group_that_does_not_exist_is_the_plans_error_at_its_line() -> None:
    findings = examine(FakeProject(CATALOG.replace("[engineers]", "[nobody]")))
    found = only(findings, "plan")
    assert (found.grade, "c.yaml:10" in found.message) == (Grade.ERROR, True)
    assert only(findings, "quotas").grade is Grade.UNCHECKED


def test_findings_of_the_lint_are_counted() -> None:
    assert only(examine(FakeProject(linted=(2, 1))), "catalog").grade is Grade.ERROR
    assert only(examine(FakeProject(linted=(0, 1))), "catalog").grade is Grade.WARNING


def test_stacks_that_share_accounts_are_an_error_where_they_are_promoted_together() -> None:
    files = [StackFile(Path(f"Pulumi.{name}.yaml"), Stack(name)) for name in ("dev", "prod")]
    together = FakeProject(files=files, promoted=frozenset({"dev", "prod"}))
    assert {each.grade for each in examine(together) if each.check == "stacks"} == {Grade.OK, Grade.ERROR}
    apart = FakeProject(files=files)
    assert {each.grade for each in examine(apart) if each.check == "stacks"} == {Grade.OK, Grade.NOTE}
    others = [files[0], StackFile(Path("Pulumi.prod.yaml"), Stack("prod", ("ou:Sandbox",), "refer"))]
    parted = [replace(others[0], stack=Stack("dev", ("ou:Workloads",))), others[1]]
    assert bad(examine(FakeProject(files=parted, promoted=frozenset({"dev", "prod"})))) == []


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        (Stack("prod", adopt=True), "remit:adopt is on"),
        (Stack("prod", allow_self_lockout=True), "remit:allowSelfLockout is on"),
        (Stack("prod", unmanaged="report"), "is told, and stays"),
    ],
)
def test_settings_that_are_meant_for_a_while_are_told(stack: Stack, words: str) -> None:
    assert words in only(examine(FakeProject(named=stack)), "stacks").message


def test_a_snapshot_stands_for_the_look_up_and_the_roles_are_taken_all_the_same() -> None:
    snapshot = ORGANIZATION.model_copy(update={"instance_arn": INSTANCE.arn, "identity_store_id": "d-1"})
    cloud = FakeCloud(tree=AwsError("never asked"), failing=refused(PAYMENTS))
    findings = examine(cloud=cloud, snapshot=snapshot, source="org.yaml")
    assert "org.yaml" in next(each.message for each in findings if each.check == "organization")
    assert "closed since org.yaml was written" in only(findings, "spoke roles").remedy
    offline = examine(cloud=FakeCloud(who=AwsError("none")), snapshot=snapshot, source="org.yaml")
    assert "plan" not in {each.check for each in offline if each.grade is Grade.UNCHECKED}
    assert only(offline, "spoke roles").grade is Grade.UNCHECKED


@pytest.mark.parametrize(
    ("repository", "grade"),
    [
        (Repository(is_git=False), Grade.WARNING),
        (Repository(is_git=True, host="github.com", missing_workflows=("apply",)), Grade.NOTE),
        (Repository(is_git=True, host="gitlab.example.com"), Grade.NOTE),
        (Repository(is_git=True, in_github_actions=True, unset_variables=("X",)), Grade.WARNING),
    ],
)
def test_a_repository_without_what_runs_it_is_told(repository: Repository, grade: Grade) -> None:
    assert only(examine(FakeProject(of_repository=repository)), "git and CI").grade is grade
