"""The files of other tools: what they give, and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from remit.account_state import AccountState
from remit.cli.main import remit
from remit.errors import CatalogError
from remit.importing.found import Found, FoundAssignment
from remit.importing.found_file import write_found
from remit.importing.sources import CONVERTERS
from remit.importing.sources.gathering import Sourced
from remit.organization import Account, Organization, OrganizationalUnit, Principal
from remit.permission_set import LivePermissionSet

ADMINS, READERS, ANN = "6c1645fc-37b5-40ba-8c3d-5216b9055505", "67d02fc7-ef1e-463f-b572-ba9b2fe710ba", "u-ann"
GONE = "c843295c-d41f-4f23-9832-1521dbaf36f7"
BOSS, LAKE, SHOP, OLD, TOOLS = "000000000010", "112233445566", "123456789012", "174652129131", "200000000001"
ORGANIZATION = Organization(
    organization_id="o-1",
    management_account=BOSS,
    accounts=(
        Account(id=BOSS, name="boss"),
        Account(id=LAKE, name="lake", ou="Workloads/Prod"),
        Account(id=SHOP, name="shop", ou="Workloads"),
        Account(id=OLD, name="old", ou="Workloads", state=AccountState.SUSPENDED),
        Account(id=TOOLS, name="tools", ou="Infra/Prod"),
    ),
    organizational_units=tuple(
        OrganizationalUnit(id=f"ou-7w1i-{path.replace('/', '-').lower()}", path=path)
        for path in ("Workloads", "Workloads/Prod", "Infra", "Infra/Prod", "Empty")
    ),
    groups=(
        Principal(id=ADMINS, name="admins@corp.example"),
        Principal(id=READERS, name="readers@corp.example"),
        Principal(id="g-both", name="both"),
    ),
    users=(Principal(id=ANN, name="ann@corp.example"), Principal(id="u-both", name="both")),
)
INSTANCE = "ssoins-69e2ecd0b249f0cd"
FOUND = Found(
    ORGANIZATION,
    (
        LivePermissionSet("Administrator", arn=f"arn:aws:sso:::permissionSet/{INSTANCE}/ps-45b2cb9e8a6aee12"),
        LivePermissionSet("ReadOnly", arn=f"arn:aws:sso:::permissionSet/{INSTANCE}/ps-04a493b762a3fef9"),
        LivePermissionSet("AWSBilling", arn=f"arn:aws:sso:::permissionSet/{INSTANCE}/ps-b111b111b111b111"),
    ),
    (
        FoundAssignment(SHOP, "ReadOnly", "USER", ANN, "ann@corp.example"),
        FoundAssignment(SHOP, "AWSBilling", "USER", ANN, "ann@corp.example"),
    ),
)
IGNORED_SETS = {"AWSBilling"}
IGNORED_ROW = "{AdGroupName: admins@corp.example, PermissionSet: AWSBilling}"

Convert = Callable[[str, str], Sourced]


@pytest.fixture
def convert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Convert:
    """Converts a file of these words: `convert("csv", "…")`. The file is called `file`."""
    monkeypatch.chdir(tmp_path)

    def of(kind: str, text: str) -> Sourced:
        Path("file").write_text(text)
        return CONVERTERS[kind](Path("file"), FOUND, IGNORED_SETS.__contains__)

    return of


def grants(sourced: Sourced) -> set[tuple[str, str, str]]:
    """Who has what where, in the first words of names."""
    names = {account.id: account.name for account in ORGANIZATION.accounts}
    return {
        ((each.principal or each.principal_id).partition("@")[0], each.permission_set, names[each.account])
        for each in sourced.found.assignments
    }


def skipped(sourced: Sourced) -> list[str]:
    """What of the file is left out, and why."""
    return [f"{each.what}: {each.reason}" for each in sourced.left_out if each.what.startswith("file:")]


def refusals(convert: Convert, kind: str, text: str) -> list[str]:
    with pytest.raises(CatalogError) as refused:
        convert(kind, text)
    return str(refused.value).splitlines()


LAMBDA = """\
AdDomain: corp.example
GlobalAssignments:
  - {AdGroupName: admins, PermissionSet: Administrator}
OuAssignments:
  - OuName: Workloads
    Assignments: [{AdGroupName: readers, PermissionSet: ReadOnly}]
AccountAssignments:
  - AccountName: tools
    Assignments: [{AdGroupName: readers, PermissionSet: ReadOnly}]
"""


def test_a_lambda_style_file_gives_what_that_tool_gives(convert: Convert) -> None:
    """Everywhere is the management account, too; an OU has those below it; accounts that are not ACTIVE get nothing."""
    sourced = convert("assignments", LAMBDA)
    everywhere = {("admins", "Administrator", name) for name in ("boss", "lake", "shop", "tools")}
    assert grants(sourced) == everywhere | {("readers", "ReadOnly", name) for name in ("lake", "shop", "tools")}
    assert sourced.found.permission_sets == FOUND.permission_sets
    assert not skipped(sourced)


def test_what_is_there_and_not_in_the_file_is_told(convert: Convert) -> None:
    """The catalog owns the assignments of its permission sets: the first `up` would take it away."""
    (left_out,) = convert("csv", f"{ADMINS},ReadOnly,shop").left_out
    assert left_out.what == "1 of the 1 assignments that are there (ann@corp.example: ReadOnly in shop)"
    assert left_out.reason == "file does not give them, so `up` takes them away, unless remit:unmanaged is report"


@pytest.mark.parametrize(
    ("kind", "text", "what"),
    [
        ("csv", f"# ours\n{ADMINS},AWSBilling,shop\n{ADMINS},ReadOnly,shop", "file:2 admins@corp.example: AWSBilling"),
        (
            "assignments",
            f"AccountAssignments: [{{AccountName: shop, Assignments: [\n{IGNORED_ROW}]}}]",
            "file:2 admins@corp.example: AWSBilling",
        ),
        (
            "sso-util",
            f"Groups: {ADMINS}\nPermissionSets:\n- ps-b111b111b111b111\nAccounts: '{SHOP}'\n",
            "file:3 admins@corp.example: AWSBilling",
        ),
    ],
)
def test_rows_of_a_permission_set_that_is_ignored_are_told_with_their_line(
    convert: Convert, kind: str, text: str, what: str
) -> None:
    sourced = convert(kind, text)
    assert [each.what for each in sourced.left_out if "ignore_permission_sets" in each.reason] == [what]
    assert all(each.permission_set == "ReadOnly" for each in sourced.found.assignments)
    assert not any("AWSBilling" in each.what for each in sourced.left_out if "takes them away" in each.reason)


def test_a_lambda_style_file_may_be_json_with_tabs(convert: Convert) -> None:
    data = {"AdDomain": "corp.example", "GlobalAssignments": [{"AdGroupName": "admins", "PermissionSet": "ReadOnly"}]}
    assert len(grants(convert("assignments", json.dumps(data, indent="\t")))) == 4


def test_groups_without_a_domain_are_called_as_they_stand(convert: Convert) -> None:
    text = "AccountAssignments: [{AccountName: shop, Assignments: [{AdGroupName: both, PermissionSet: ReadOnly}]}]"
    assert grants(convert("assignments", text)) == {("both", "ReadOnly", "shop")}


def test_what_a_lambda_style_tool_skips_is_left_out_with_its_place(convert: Convert) -> None:
    text = """\
AdDomain: corp.example
GlobalAssignments:
  - {AdGroupName: zoo, PermissionSet: Administrator}
  - {AdGroupName: admins, PermissionSet: Root}
OuAssignments:
  - {OuName: Empty, Assignments: [{AdGroupName: admins, PermissionSet: ReadOnly}]}
  - {OuName: Nowhere, Assignments: [{AdGroupName: admins, PermissionSet: ReadOnly}]}
AccountAssignments:
  - {AccountName: old, Assignments: [{AdGroupName: admins, PermissionSet: ReadOnly}]}
"""
    sourced = convert("assignments", text)
    assert not sourced.found.assignments
    assert skipped(sourced) == [
        "file:3 zoo: Administrator: there is no group 'zoo@corp.example' (the tool skips it, too)",
        "file:4 admins: Root: there is no permission set 'Root' (the tool skips it, too)",
        "file:6 OuName Empty: no ACTIVE account is in it (the tool skips it, too)",
        "file:7 OuName Nowhere: there is no such organizational unit (the tool skips it, too)",
        "file:9 AccountName old: there is no ACTIVE account of that name (the tool skips it, too)",
    ]


def test_a_lambda_style_file_that_can_be_read_in_two_ways_is_refused(convert: Convert) -> None:
    text = "OuAssignments:\n  - {OuName: Prod, Assignments: []}\n"
    (refused,) = refusals(convert, "assignments", text)
    assert refused.startswith("file:2: 2 organizational units are called 'Prod': Infra/Prod, Workloads/Prod")


def test_unknown_and_missing_keys_are_errors_with_their_lines(convert: Convert) -> None:
    text = "AdDomain: corp.example\nOuAssigments: []\nGlobalAssignments:\n  - {AdGroupName: admins}\n"
    assert refusals(convert, "assignments", text) == [
        "file:2: unknown key 'OuAssigments' (did you mean 'OuAssignments' or 'AccountAssignments'?)",
        "file:4: 'PermissionSet' is missing (add it)",
    ]
    assert refusals(convert, "assignments", "- a\n") == ["file: holds a list, where a mapping is needed"]
    assert refusals(convert, "assignments", "a\n--- {}\n")[0].startswith("file: holds 2 documents")
    assert refusals(convert, "assignments", "") == ["file: holds nothing, where a mapping is needed"]


GIVEN = st.fixed_dictionaries(
    {
        "AdGroupName": st.sampled_from(["admins", "readers", "nobody"]),
        "PermissionSet": st.sampled_from(["Administrator", "ReadOnly", "Nothing"]),
    }
)
LISTS = st.lists(GIVEN, max_size=2)
CONFIGURATIONS = st.fixed_dictionaries(
    {"AdDomain": st.just("corp.example")},
    optional={
        "GlobalAssignments": LISTS,
        "OuAssignments": st.lists(
            st.fixed_dictionaries({"OuName": st.sampled_from(["Workloads", "root", "Infra"]), "Assignments": LISTS})
        ),
        "AccountAssignments": st.lists(
            st.fixed_dictionaries({"AccountName": st.sampled_from(["boss", "lake", "old", "no"]), "Assignments": LISTS})
        ),
    },
)


def desired(said: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What the tool works out of its configuration, step by step as it does it (`getDesiredAssignments`)."""
    active = {account.name: account for account in ORGANIZATION.accounts if account.state is AccountState.ACTIVE}
    groups = {group.name.partition("@")[0] for group in ORGANIZATION.groups if group.name.endswith("@corp.example")}

    def below(name: str, path: str) -> list[str]:
        """Walks down from the root to the unit, then all the way down from it."""
        children = [unit.path for unit in ORGANIZATION.organizational_units if unit.path.rpartition("/")[0] == path]
        if name in {path.rpartition("/")[2] or "root", "here"}:
            here = [account.name for account in active.values() if account.ou == path]
            return here + [account for child in children for account in below("here", child)]
        return next((found for child in children if (found := below(name, child))), [])

    places = [(list(active), said.get("GlobalAssignments", []))]
    places += [(below(each["OuName"], ""), each["Assignments"]) for each in said.get("OuAssignments", [])]
    for each in said.get("AccountAssignments", []):
        places.append(([each["AccountName"]] if each["AccountName"] in active else [], each["Assignments"]))
    for accounts, assignments in places:
        for given_ in assignments:
            if given_["AdGroupName"] in groups and given_["PermissionSet"] in {"Administrator", "ReadOnly"}:
                yield from ((given_["AdGroupName"], given_["PermissionSet"], account) for account in accounts)


@given(CONFIGURATIONS)
def test_any_lambda_style_file_gives_what_that_tool_gives(said: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "mapping.json")
        path.write_text(json.dumps(said))
        assert grants(CONVERTERS["assignments"](path, FOUND, IGNORED_SETS.__contains__)) == set(desired(said))


CONFIGURATION = f"""\
Instance: {INSTANCE}
Groups:
- {ADMINS}
- {READERS}
Users: {GONE}
PermissionSets:
- arn:aws:sso:::permissionSet/{INSTANCE}/ps-45b2cb9e8a6aee12
- Name: ReadOnly
  ManagedPolicies: ["ViewOnlyAccess"]
OUs: ou-7w1i-workloads
Accounts:
- 10
- {TOOLS}
"""


def test_a_configuration_of_aws_sso_util_gives_each_to_each(convert: Convert) -> None:
    """An OU has its own accounts alone, without those that are not ACTIVE."""
    assert grants(convert("sso-util", CONFIGURATION)) == {
        (who, name, where)
        for who in ("admins", "readers", GONE)
        for name in ("Administrator", "ReadOnly")
        for where in ("boss", "shop", "tools")
    }


def test_a_recursive_root_is_all_but_the_management_account(convert: Convert) -> None:
    text = f"Group: {ADMINS}\nPermissionSet: ps-04a493b762a3fef9\nRecursiveOUs: [r-7w1i]\n"
    assert {where for *_, where in grants(convert("sso-util", text))} == {"lake", "shop", "tools"}


TEMPLATE = f"""\
Transform: AWS-SSO-Util-2020-11-08
Parameters:
  AccountParameter: {{Type: String, Default: "{TOOLS}"}}
Resources:
  Topic: {{Type: AWS::SNS::Topic}}
  SomePSResource:
    Type: AWS::SSO::PermissionSet
    Properties:
      Name: ReadOnly
      InlinePolicy: {{Statement: [{{Effect: Deny, Action: "*:*", Resource: !Sub "${{X}}"}}]}}
  ComplexAssignmentGroup:
    Type: SSOUtil::SSO::AssignmentGroup
    Properties:
      Name: Complex
      Principal:
      - Type: GROUP
        Id:
        - {ADMINS}
        - {READERS}
      PermissionSet:
      - !GetAtt SomePSResource.PermissionSetArn
      Target:
      - Type: AWS_ACCOUNT
        Id: {{"Ref": "AccountParameter"}}
      - Type: AWS_OU
        Recursive: True
        Id: ou-7w1i-workloads
  Plain:
    Type: AWS::SSO::Assignment
    Properties:
      InstanceArn: arn:aws:sso:::instance/{INSTANCE}
      PrincipalType: USER
      PrincipalId: {ANN}
      PermissionSetArn: !Ref SomePSResource
      TargetType: AWS_ACCOUNT
      TargetId: "{BOSS}"
"""


def test_a_template_of_aws_sso_util_gives_its_assignment_groups(convert: Convert) -> None:
    sourced = convert("sso-util", TEMPLATE)
    groups = {(who, "ReadOnly", where) for who in ("admins", "readers") for where in ("lake", "shop", "tools")}
    assert grants(sourced) == groups | {("ann", "ReadOnly", "boss")}
    assert skipped(sourced) == ["file:5 Topic: AWS::SNS::Topic is no access to accounts"]


def test_what_only_cloudformation_knows_is_an_error_with_its_line(convert: Convert) -> None:
    text = f"""\
Groups: [{ADMINS}, {ANN}]
Users: !Ref UserParameter
PermissionSets: [ps-0000000000000000]
Accounts:
- !ImportValue Tools
- production
OUs: ou-7w1i-workload
Permissions: []
"""
    places = [refused.partition(" (")[0] for refused in refusals(convert, "sso-util", text)]
    assert places == [
        f"file:1: {ANN} is the user ann@corp.example, no group",
        "file:2: the value of UserParameter is not in the file",
        "file:3: no permission set has the id ps-0000000000000000",
        "file:5: Fn::ImportValue is worked out by CloudFormation",
        "file:6: account 'production' is no id of twelve digits",
        "file:7: there is no organizational unit ou-7w1i-workload",
        "file:8: unknown key 'Permissions'",
    ]


def test_resources_that_may_not_exist_are_refused(convert: Convert) -> None:
    text = "Resources:\n  A: {Type: SSOUtil::SSO::AssignmentGroup}\n"
    assert refusals(convert, "sso-util", text) == ["file:2: A has no Properties (add them)"]
    text = "Resources:\n  A: {Type: AWS::SSO::Assignment, Condition: InProd, Properties: {}}\n"
    (refused,) = refusals(convert, "sso-util", text)
    assert refused.startswith("file:2: whether A exists is for CloudFormation to say")


def test_properties_of_resources_are_checked(convert: Convert) -> None:
    text = """\
Resources:
  A:
    Type: SSOUtil::SSO::AssignmentGroup
    Properties:
      Principal:
      - {Type: ROLE, Id: a}
      - admins
      Principals: {Type: GROUP, Id: a}
      Target:
      - {Type: AWS_OU, Id: ou-7w1i-workloads, Recursve: true}
      - {Type: AWS_OU, Id: ou-7w1i-workloads, Recursive: {a: b}}
      - {Type: AWS_ACCOUNT}
"""
    assert refusals(convert, "sso-util", text) == [
        "file:5: 'PermissionSet' is missing (add it)",
        "file:6: principal type 'ROLE' (write GROUP or USER)",
        "file:7: a mapping is needed here (write Type and Id)",
        "file:8: Principal and Principals mean the same (keep one)",
        "file:10: unknown key 'Recursve' (did you mean 'Recursive'?)",
        "file:11: the value must be text, not a mapping",
        "file:12: 'Id' is missing (add it)",
    ]


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: what holds it, and its key there."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from nodes(value[key])


PLAIN_TEMPLATE = yaml.safe_load(TEMPLATE.replace("!GetAtt ", "").replace("!Sub ", "").replace("!Ref ", ""))
DOCUMENTS = [("assignments", yaml.safe_load(LAMBDA)), ("sso-util", yaml.safe_load(CONFIGURATION))]
DOCUMENTS += [("sso-util", PLAIN_TEMPLATE)]
DAMAGE: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "*", 7, True, [], {}, ["x"], {"Ref": "x"}, {"Ref": {}}, {"Fn::GetAtt": []}, [[]]]
)


@given(st.sampled_from(DOCUMENTS), st.data())
def test_damaged_files_are_refused_or_read_but_never_break(document: tuple[str, Any], data: st.DataObject) -> None:
    kind, value = document[0], deepcopy(document[1])
    places = list(nodes(value))
    for place in data.draw(st.lists(st.integers(0, len(places) - 1), min_size=1, max_size=3)):
        holder, key = places[place]
        holder[key] = data.draw(DAMAGE)
    with TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_text(json.dumps(value))
        with suppress(CatalogError):
            assert grants_known(CONVERTERS[kind](path, FOUND, IGNORED_SETS.__contains__))


def grants_known(sourced: Sourced) -> bool:
    """Whether all permission sets are there, and all accounts have twelve digits."""
    known = {each.name for each in FOUND.permission_sets}
    return all(each.permission_set in known and len(each.account) == 12 for each in sourced.found.assignments)


CSV = f"""\
admins@corp.example,Administrator,shop

# Data
"user:ann@corp.example", ReadOnly, {LAKE}
{READERS},ReadOnly,10
group:both,ReadOnly,tools
"""


def test_a_table_without_a_header_is_principal_permission_set_account(convert: Convert) -> None:
    """Names and ids alike; a spreadsheet may have taken an id's zeros."""
    assert grants(convert("csv", CSV)) == {
        ("admins", "Administrator", "shop"),
        ("ann", "ReadOnly", "lake"),
        ("readers", "ReadOnly", "boss"),
        ("both", "ReadOnly", "tools"),
    }


def test_a_header_says_where_the_columns_are(convert: Convert) -> None:
    text = "\ufeffAccount;Permission Set;Principal\nshop;ReadOnly;ann@corp.example\n"
    assert grants(convert("csv", text)) == {("ann", "ReadOnly", "shop")}


def test_what_aws_sso_util_lists_is_a_table_too(convert: Convert) -> None:
    header = "instance_arn,principal_type,principal_id,principal_name,permission_set_arn,permission_set_name"
    rows = [
        f"{header},target_type,target_id,target_name",
        f"arn,GROUP,{ADMINS},admins,arn,ReadOnly,AWS_ACCOUNT,{SHOP},shop",
        f"arn,USER,{GONE},UNKNOWN,arn,ReadOnly,AWS_ACCOUNT,{OLD},old",
    ]
    sourced = convert("csv", "\n".join(rows))
    assert grants(sourced) == {("admins", "ReadOnly", "shop"), (GONE, "ReadOnly", "old")}


def test_rows_that_cannot_be_are_errors_with_their_lines(convert: Convert) -> None:
    text = """\
admins@corp.example,Administrators,shop
both,ReadOnly,shop
nobody,ReadOnly,shop
both
user:bob,ReadOnly,shop
ann@corp.example,ReadOnly,
ann@corp.example,ReadOnly,shp
"""
    assert refusals(convert, "csv", text) == [
        "file:1: there is no permission set 'Administrators' (did you mean 'Administrator'?)",
        "file:2: a group and a user are called 'both' (write group:both or user:both)",
        "file:3: there is no group 'nobody'",
        "file:4: 1 columns, not 3 (write principal, permission_set, account)",
        "file:5: there is no user 'bob'",
        "file:6: no account",
        "file:7: there is no account 'shp' (did you mean 'shop'?)",
    ]
    assert refusals(convert, "csv", "principal,permission_set,acount\n") == [
        "file:1: there is no column account (add it)",
        "file:1: unknown column 'acount' (did you mean 'account' or 'account_id'?)",
    ]
    assert refusals(convert, "csv", 'a,"b\n')[0].startswith("file:1: no CSV")


@pytest.mark.parametrize("kind", sorted(CONVERTERS))
def test_a_file_that_cannot_be_read_is_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"missing: cannot be read: No such file"):
        CONVERTERS[kind](tmp_path / "missing", FOUND, IGNORED_SETS.__contains__)
    (tmp_path / "latin").write_bytes(b"\xe4")
    with pytest.raises(CatalogError, match=r"latin: not UTF-8 at byte 0"):
        CONVERTERS[kind](tmp_path / "latin", FOUND, IGNORED_SETS.__contains__)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(remit, ["import", "--organization", "all.json", *arguments])


def test_the_assignments_of_a_file_become_few_proven_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("all.json").write_text(write_found(FOUND))
    Path("mapping.yaml").write_text(f"{LAMBDA}  - {{AccountName: closed, Assignments: []}}\n")
    done = run("--from", "assignments", "mapping.yaml")
    assert done.exit_code == 0, done.output
    assert "mapping.yaml:10 AccountName closed: there is no ACTIVE account of that name" in done.output
    assert "`remit preview --stack STACK`: what differs from mapping.yaml" in done.output
    written = "".join(path.read_text() for path in sorted(Path("policies").rglob("*.yaml")))
    assert "# Imported from o-1; access from mapping.yaml" in written
    assert written.count("targets:") == 2
    assert "ann" not in written
    again = run("--from", "assignments", "mapping.yaml")
    assert "policies says all of it already: no file changed" in again.output


def test_a_bad_file_of_another_tool_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("all.json").write_text(write_found(FOUND))
    Path("who.csv").write_text("nobody,ReadOnly,shop\n")
    done = run("--from", "csv", "who.csv")
    assert done.exit_code == 2
    assert "who.csv:1: there is no group 'nobody'" in done.output
    assert not Path("policies").exists()
