"""A folder of IAMbic's templates: what it gives, what has no place in a catalog, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from remit.errors import CatalogError
from remit.importing.found import Found, FoundPolicy
from remit.importing.sources.gathering import Sourced
from remit.importing.sources.iambic import convert
from remit.organization import Account, AccountState, Organization, Principal

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOSS, LAKE, SHOP, AUDIT, OLD = "000000000010", "112233445566", "123456789012", "200000000002", "174652129131"
ORGANIZATION = Organization(
    organization_id="o-shop",
    management_account=BOSS,
    accounts=(
        Account(id=BOSS, name="boss"),
        Account(id=LAKE, name="lake"),
        Account(id=SHOP, name="Shop (prod)"),
        Account(id=AUDIT, name="audit"),
        Account(id=OLD, name="old", state=AccountState.SUSPENDED),
        Account(id="300000000003", name="unknown-to-iambic"),
    ),
    groups=(Principal(id="g-eng", name="engineers"), Principal(id="g-aud", name="auditors")),
    users=(Principal(id="u-ann", name="ann@corp.example"),),
)
CONFIG = f"""\
template_type: NOQ::Core::Config
aws:
  organizations: [{{org_id: o-shop, org_account_id: '{BOSS}', identity_center: {{region: us-east-1}}}}]
  accounts:
    - {{account_id: '{BOSS}', account_name: boss, org_id: o-shop}}
    - {{account_id: '{LAKE}', account_name: lake, org_id: o-shop, variables: [{{key: vpc, value: vpc-1}}]}}
    - {{account_id: '{SHOP}', account_name: Shop (prod), org_id: o-shop, variables: [{{key: vpc, value: vpc-2}}]}}
    - {{account_id: '{AUDIT}', account_name: audit, org_id: o-shop, iambic_managed: import_only}}
    - {{account_id: '{OLD}', account_name: old, org_id: o-shop}}
    - {{account_id: '999999999999', account_name: elsewhere, org_id: o-shop}}
"""
POLICY = "template_type: NOQ::AWS::IAM::ManagedPolicy\n"
SET = "template_type: NOQ::AWS::IdentityCenter::PermissionSet\n"
ALLOW = "{effect: Allow, action: 's3:*', resource: '*'}"
DOCUMENT = f"policy_document: {{version: '2012-10-17', statement: [{ALLOW}]}}"
"""Within the properties of a policy, in braces."""

READ_ONLY = "IAMbic writes nothing there, and `remit import` takes what is there"
WORDS = (
    "words count from when IAMbic read them (write a date, 2027-05-19, or a time in UTC, 2027-05-19T14:37 UTC; IAMbic"
)
IN_SOME = "ends in some accounts and stays in others"

Convert = Callable[..., Sourced]


@pytest.fixture
def converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Convert:
    """Converts templates of these texts, `converted(a="…", b="…")`; they are a.yaml and b.yaml in the folder `in`."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()

    def of(config: str = CONFIG, found: Found | None = None, **texts: str) -> Sourced:
        Path("in", "config.yaml").write_text(config)
        for name, text in texts.items():
            Path("in", f"{name}.yaml").write_text(text)
        return convert(Path("in"), found or Found(ORGANIZATION), NOW)

    return of


def skipped(sourced: Sourced, name: str = "in/a.yaml") -> list[str]:
    """What of one file is left out, and why."""
    return [f"{each.what.removeprefix(name)}: {each.reason}" for each in sourced.left_out if each.what.startswith(name)]


def refusals(converted: Convert, **texts: str) -> list[str]:
    with pytest.raises(CatalogError) as refused:
        converted(**texts)
    return str(refused.value).splitlines()


def policy(sourced: Sourced, account: str) -> FoundPolicy:
    (found,) = [each for each in sourced.found.policies if each.account == account]
    return found


def accounts(sourced: Sourced) -> list[str]:
    return [each.account for each in sourced.found.policies]


def test_an_id_without_quotes_that_iambic_reads_as_another_number_is_refused(converted: Convert) -> None:
    (said,) = refusals(converted, a=f"{POLICY}excluded_accounts: [{BOSS}]\nproperties: {{policy_name: P, {DOCUMENT}}}")
    assert said.startswith(f"in/a.yaml:2: {BOSS} without quotes is a number to IAMbic: 10 ")


def test_policies_go_to_the_accounts_of_the_configuration_that_iambic_writes_to(converted: Convert) -> None:
    sourced = converted(a=f"{POLICY}properties: {{policy_name: P, {DOCUMENT}}}")
    assert accounts(sourced) == [BOSS, LAKE, SHOP]
    assert sourced.found.policies[0] == FoundPolicy(
        BOSS,
        "P",
        "/",
        "",
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]},
    )
    assert [f"{each.what}: {each.reason}" for each in sourced.left_out] == [
        "in/config.yaml:9 account old (174652129131): it is SUSPENDED",
        "in/config.yaml:10 account elsewhere (999999999999): organization o-shop does not have it",
        f"policies in account audit ({AUDIT}): it is import_only: {READ_ONLY}",
    ]


def test_keys_may_be_written_as_aws_writes_them(converted: Convert) -> None:
    document = "PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Deny, NotAction: 'a:b', Resource: ['*']}}"
    sourced = converted(a=f"{POLICY}IncludedAccounts: [lake]\nproperties: {{PolicyName: P, {document}}}")
    (statement,) = policy(sourced, LAKE).document["Statement"]
    assert statement == {"Effect": "Deny", "NotAction": "a:b", "Resource": "*"}


def test_variables_are_worked_out_and_worded_for_the_catalog(converted: Convert) -> None:
    resource = "arn:{{var.account_id}}:{{var.account_name}}:{{var.vpc}}"
    text = f"""{POLICY}
properties:
  policy_name: '{{{{var.account_name}}}}-P'
  description: Of {{{{var.account_name}}}}
  policy_document:
    version: '2012-10-17'
    statement: {{effect: Allow, action: 's3:*', resource: '{resource}', sid: '{{{{var.account_id}}}}'}}
"""
    sourced = converted(a=text)
    found = policy(sourced, SHOP)
    assert (found.name, found.description) == ("Shopprod-P", "Of Shopprod")
    assert found.document["Statement"][0]["Resource"] == f"arn:{SHOP}:Shopprod:vpc-2"
    assert found.wording
    assert found.wording.document["Statement"][0] == {
        "Sid": SHOP,
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": "arn:{{account.id}}:{{account.vars.account_name}}:{{account.vars.vpc}}",
    }
    assert found.wording.account_vars == {"account_name": "Shopprod", "vpc": "vpc-2"}
    (undefined,) = skipped(sourced)
    assert undefined.startswith(":1 {{var.vpc}} of policy {{var.account_name}}-P: boss has no such variable")


def test_where_all_names_are_iams_own_the_name_is_the_catalogs_variable(converted: Convert) -> None:
    text = f"""{POLICY}excluded_accounts: ['Shop*']
properties: {{policy_name: P, description: 'Of {{{{var.account_name}}}}', {DOCUMENT}}}
"""
    wording = policy(converted(a=text), LAKE).wording
    assert wording
    assert wording.description == "Of {{account.name}}"


def test_per_account_values_are_the_first_that_applies_in_iambics_order(converted: Convert) -> None:
    text = f"""{POLICY}
properties:
  policy_name: P
  description:
    - {{included_accounts: [lake], description: of the lake}}
    - {{excluded_accounts: [boss], description: of all}}
  path:
    - {{included_accounts: [boss], path: /boss/}}
  policy_document:
    - {{included_accounts: [boss], version: '2012-10-17', statement: {ALLOW}}}
    - included_accounts: [lake]
      version: '2012-10-17'
      statement: [{{included_accounts: [shop], effect: Allow, action: 's3:*', resource: '*'}}]
"""
    sourced = converted(a=text)
    assert accounts(sourced) == [BOSS]
    assert (policy(sourced, BOSS).path, policy(sourced, BOSS).description) == ("/boss/", "")
    assert skipped(sourced) == [
        ":1 policy P in lake: none of its statements applies there",
        ":1 policy P in Shop (prod): none of its documents applies there",
    ]


def test_a_description_for_all_comes_before_one_of_some(converted: Convert) -> None:
    """A star sorts before a letter: so IAMbic has it."""
    description = "description: [{included_accounts: [lake], description: lake}, {description: all}]"
    sourced = converted(a=f"{POLICY}properties: {{policy_name: P, {description}, {DOCUMENT}}}")
    assert policy(sourced, LAKE).description == "all"


def test_a_single_statement_is_for_all_accounts_whatever_it_says(converted: Convert) -> None:
    statement = "{included_accounts: [lake], effect: Allow, action: 's3:*', resource: '*'}"
    document = f"policy_document: {{version: '2012-10-17', statement: {statement}}}"
    sourced = converted(a=f"{POLICY}properties: {{policy_name: P, {document}}}")
    assert accounts(sourced) == [BOSS, LAKE, SHOP]
    (told,) = skipped(sourced)
    assert told.endswith("the accounts of a statement: IAMbic heeds them in lists alone: it applies in all")


def test_what_ended_or_is_deleted_or_disabled_is_left_out_with_its_reason(converted: Convert) -> None:
    def template(first: str) -> str:
        return f"{POLICY}{first}\nproperties: {{policy_name: P, {DOCUMENT}}}"

    statements = f"statement: [{ALLOW}, {{deleted: true, effect: Deny, action: 'a:b', resource: '*'}}]"
    sourced = converted(
        a=template("expires_at: 2026-06-01"),
        b=template("deleted: true"),
        c=template("iambic_managed: disabled"),
        d=template("included_accounts: [nobody]"),
        e=f"{POLICY}properties: {{policy_name: P, policy_document: {{version: '2012-10-17', {statements}}}}}",
    )
    assert skipped(sourced) == [":1 policy P: it ended at 2026-06-01T00:00:00Z"]
    assert skipped(sourced, "in/b.yaml") == [":1 policy P: it is deleted"]
    assert skipped(sourced, "in/c.yaml") == [":1 policy P: it is disabled: IAMbic leaves it alone"]
    assert skipped(sourced, "in/d.yaml") == [":1 policy P: no account gets it"]
    assert skipped(sourced, "in/e.yaml") == [":2 statement of policy P: it is deleted"]
    assert len(sourced.found.policies[0].document["Statement"]) == 1


@pytest.mark.parametrize(
    ("managed", "drift"),
    [("enforced", "enforce"), ("read_and_write", "adopt"), ("import_only", "report"), ("undefined", "")],
)
def test_modes_become_the_nearest_of_remit(converted: Convert, managed: str, drift: str) -> None:
    sourced = converted(
        a=f"{POLICY}iambic_managed: {managed}\nproperties: {{policy_name: P, {DOCUMENT}}}",
        b=f"{SET}iambic_managed: {managed}\nproperties: {{name: S}}\naccess_rules: [{{groups: [engineers]}}]",
    )
    assert {each.drift for each in sourced.found.policies} == {drift}
    assert sourced.found.terms_of("S").drift == drift
    assert {each.drift for each in sourced.found.assignments} == {drift}


def test_an_account_that_says_nothing_or_is_enforced_is_told_once(converted: Convert) -> None:
    config = CONFIG.replace("account_name: lake,", "account_name: lake, iambic_managed: enforced,")
    sourced = converted(config, a=f"{POLICY}properties: {{policy_name: P, {DOCUMENT}}}")
    assert [each.reason for each in sourced.left_out if "iambic_managed: enforced" in each.what] == [
        "a stack says it of all its accounts: remit:drift: enforce"
    ]


def test_access_rules_reach_accounts_that_the_configuration_does_not_know(converted: Convert) -> None:
    rules = "[{groups: [engineers], excluded_accounts: [boss]}, {users: ['ann@corp.example'], included_accounts: [la]}]"
    sourced = converted(a=f"{SET}properties: {{name: S}}\naccess_rules: {rules}")
    grants = {(each.principal, each.account) for each in sourced.found.assignments}
    assert grants == {("engineers", id_) for id_ in (LAKE, SHOP, AUDIT, "300000000003")} | {("ann@corp.example", LAKE)}


def test_the_later_of_two_ends_counts(converted: Convert) -> None:
    rules = """\
access_rules:
  - {groups: [engineers], included_accounts: [lake], expires_at: 2027-01-01}
  - {groups: [engineers], included_accounts: [lake], expires_at: 2027-02-01}
  - {groups: [auditors], included_accounts: [lake], expires_at: 2027-01-01}
  - {groups: [auditors], included_accounts: [lake]}
"""
    sourced = converted(a=f"{SET}properties: {{name: S}}\n{rules}")
    assert {(each.principal, each.expires) for each in sourced.found.assignments} == {
        ("engineers", "2027-02-01T00:00:00Z"),
        ("auditors", ""),
    }


def test_a_star_is_everybody_of_today_and_told(converted: Convert) -> None:
    sourced = converted(a=f"{SET}properties: {{name: S}}\naccess_rules: [{{groups: ['*'], included_accounts: [lake]}}]")
    assert {each.principal for each in sourced.found.assignments} == {"engineers", "auditors"}
    (told,) = skipped(sourced)
    assert "the catalog has the 2 that are there now" in told


EVERY_FIELD = f"""{SET}
properties:
  name: S
  description: [{{included_accounts: [lake], description: no}}, {{included_accounts: [boss], description: yes}}]
  relay_state: https://console.aws.amazon.com/
  session_duration: PT8H
  managed_policies:
    - arn: arn:aws:iam::aws:policy/ReadOnlyAccess
    - {{arn: 'arn:aws:iam::aws:policy/job-function/Billing', expires_at: 2027-01-01}}
  customer_managed_policy_references:
    - {{name: Edge, path: /net/, expires_at: 2027-02-01}}
    - {{name: P}}
  permissions_boundary: {{customer_managed_policy_reference: {{name: Limit}}, expires_at: 2028-01-01}}
  inline_policy:
    expires_at: 2027-04-01
    statement:
      - {{effect: Allow, action: 's3:*', resource: 'arn:{{{{var.account_id}}}}'}}
      - {{included_accounts: [lake], effect: Allow, action: 'ec2:*', resource: '*'}}
      - {{effect: Deny, action: 'iam:*', resource: '*', expires_at: 2027-03-01}}
  tags:
    - {{key: team, value: shop}}
    - {{key: old, value: x, expires_at: 2020-01-01}}
    - {{key: ends, value: x, expires_at: 2027-01-01}}
"""


def test_a_permission_set_has_every_field_and_every_end(converted: Convert) -> None:
    """Per-account values are those of the account of Identity Center. A policy that ends is detached with it."""
    ends = "expires_at: 2027-05-01"
    sourced = converted(a=EVERY_FIELD, b=f"{POLICY}{ends}\nproperties: {{policy_name: P, {DOCUMENT}}}")
    (entry,) = sourced.found.permission_sets
    assert (entry.description, entry.session_duration) == ("yes", "PT8H")
    assert entry.relay_state == "https://console.aws.amazon.com/"
    assert entry.aws_managed_policies == tuple(
        f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "job-function/Billing")
    )
    assert entry.customer_managed_policies == (("Edge", "/net/"), ("P", "/"))
    assert entry.permissions_boundary == {"name": "Limit", "path": "/"}
    assert entry.tags == {"ends": "x", "team": "shop"}
    assert entry.inline_policy
    allow, deny = entry.inline_policy["Statement"]
    assert allow == {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": f"arn:{BOSS}",
        "expires": "2027-04-01T00:00:00Z",
    }
    assert deny["expires"] == "2027-03-01T00:00:00Z"
    assert sourced.found.terms_of("S").attached == {
        "arn:aws:iam::aws:policy/job-function/Billing": "2027-01-01T00:00:00Z",
        "/net/Edge": "2027-02-01T00:00:00Z",
        "/P": "2027-05-01T00:00:00Z",
    }
    assert [each.partition(": ")[0] for each in skipped(sourced)] == [
        ":14 expires_at 2028-01-01T00:00:00Z of the boundary of permission set S",
        ":23 tag of permission set S",
        ":24 expires_at of tag ends of permission set S",
    ]


def test_permission_sets_need_the_account_of_identity_center(converted: Convert) -> None:
    template = f"{SET}properties: {{name: S}}"
    without = CONFIG.replace(", identity_center: {region: us-east-1}", "")
    assert "no organization in IAMbic's configuration has identity_center" in skipped(converted(without, a=template))[0]
    elsewhere = CONFIG.replace(f"org_account_id: '{BOSS}'", "org_account_id: '999999999999'")
    assert "none of the accounts in IAMbic's configuration" in skipped(converted(elsewhere, a=template))[0]
    disabled = CONFIG.replace("account_name: boss,", "account_name: boss, iambic_managed: disabled,")
    assert "is disabled: IAMbic leaves it alone" in skipped(converted(disabled, a=template))[0]
    read_only = CONFIG.replace("account_name: boss,", "account_name: boss, iambic_managed: import_only,")
    assert converted(read_only, a=template).found.terms_of("S").drift == "report"
    assert skipped(converted(a=f"{SET}excluded_orgs: [o-shop]\nproperties: {{name: S}}")) == [
        ":1 permission set S: it is not for organization o-shop"
    ]


def test_other_kinds_and_unknown_keys_are_told(converted: Convert) -> None:
    sourced = converted(
        a="template_type: NOQ::AWS::IAM::Role\nproperties: {role_name: x}",
        b="template_type: NOQ::Okta::User\n",
        c="on: push\n# template_type: something else",
        d=f"{POLICY}expire_at: 2020-01-01\nproperties: {{policy_name: P, {DOCUMENT}}}",
    )
    assert skipped(sourced) == [":1: Remit makes no roles: let IAMbic or Pulumi keep them"]
    assert skipped(sourced, "in/b.yaml") == [":1: NOQ::Okta::User is nothing that Remit keeps"]
    assert not skipped(sourced, "in/c.yaml")
    assert skipped(sourced, "in/d.yaml") == [":2 expire_at: IAMbic has no such key, and heeds none"]


def test_what_is_wrong_is_told_in_one_go_with_its_lines(converted: Convert) -> None:
    bad_policy = f"""{POLICY}expires_at: in 3 days
properties:
  policy_name: P
  policy_document:
    statement:
      - {{effect: Allow, action: 's3:*', principal: '*', resource: '${{aws:username}}'}}
"""
    worse_policy = f"""{POLICY}properties:
  policy_name: Q
  policy_document:
    version: '2012-10-17'
    statement:
      - {{effect: allow, action: s3, resource: '*'}}
      - effect: Allow
        action: s3:*
        resource: '{{{{var.a|upper}}}}'
"""
    old = "policy_document: {statement: {effect: Allow, action: 's3:*', resource: 'arn:aws:s3:::${aws:username}'}}"
    bad_set = f"""{SET}properties:
  name: S
  session_duration: PT20H
  managed_policies: [{{arn: 'arn:aws:iam::112233445566:policy/P'}}]
  permissions_boundary: {{}}
"""
    rules = "access_rules:\n  - groups:\n      - enginers\n  - users: [bob]\n"
    assert refusals(
        converted,
        a=bad_policy,
        b=worse_policy,
        c=f"{POLICY}properties: {{policy_name: R, {old}}}",
        d=bad_set,
        e=f"{SET}properties: {{name: T}}\n{rules}",
    ) == [
        f"in/a.yaml:2: expires_at 'in 3 days' is no date: {WORDS} writes such a time when it runs)",
        "in/d.yaml:6: a boundary is one policy (write managed_policy_arn or customer_managed_policy_reference)",
    ]
    assert [
        line.partition(" (")[0]
        for line in refusals(
            converted,
            a=bad_policy.replace("in 3 days", "2030-01-01"),
            d=bad_set.replace("  permissions_boundary: {}\n", ""),
        )
    ] == [
        "in/a.yaml:6: a policy with no version, which AWS takes for 2008-10-17, where ${…} is plain text",
        "in/a.yaml:7: 'Principal' cannot stand here",
        "in/a.yaml:7: Resource[0]: '${aws:username}' is no resource",
        "in/b.yaml:7: Effect takes 'Allow' or 'Deny', not the text 'allow'",
        "in/b.yaml:7: Action[0]: 's3' is no action",
        "in/b.yaml:8: '{{var.a|upper}}' has more of Jinja than {{var.KEY}}",
        "in/c.yaml:2: a policy with no version, which AWS takes for 2008-10-17, where ${…} is plain text",
        "in/d.yaml:4: session duration 'PT20H' is out of range",
        "in/d.yaml:5: 'arn:aws:iam::112233445566:policy/P' is no policy of AWS",
        "in/e.yaml:5: there is no group 'enginers'",
        "in/e.yaml:6: there is no user 'bob'",
    ]


def test_an_old_version_without_variables_means_the_same(converted: Convert) -> None:
    sourced = converted(a=f"{POLICY}properties: {{policy_name: P, policy_document: {{statement: [{ALLOW}]}}}}")
    assert policy(sourced, LAKE).document["Version"] == "2012-10-17"


def test_two_templates_of_one_thing_are_refused(converted: Convert) -> None:
    template = f"{POLICY}properties: {{policy_name: %s, {DOCUMENT}}}"
    rest = "included_accounts: [lake]\n"
    assert refusals(converted, a=template % "P", b=template % "p") == [
        f"in/b.yaml:1: policy p in account {BOSS} is that of in/a.yaml:1, too (keep one of them)"
    ]
    assert refusals(converted, a=f"{SET}properties: {{name: S}}", b=f"{SET}properties: {{name: S}}") == [
        "in/b.yaml:1: permission set S is that of in/a.yaml:1, too (keep one of them)"
    ]
    apart = converted(
        a=f"{rest}iambic_managed: enforced\n{template % 'P'}", b=f"excluded_accounts: [lake]\n{template % 'P'}"
    )
    assert accounts(apart) == [LAKE, BOSS, SHOP]
    assert [each.reason for each in apart.left_out if each.what == "iambic_managed of policy P"] == [
        "in/a.yaml:1, in/b.yaml:1 do not agree: the stack's remit:drift counts"
    ]


def test_a_boundary_that_ends_first_is_refused(converted: Convert) -> None:
    boundary = "permissions_boundary: {customer_managed_policy_reference: {name: P}}"
    ends = "expires_at: 2027-05-01\n"
    limit = f"{ends}{POLICY}properties: {{policy_name: P, {DOCUMENT}}}"
    (refused,) = refusals(converted, a=f"{SET}properties: {{name: S, {boundary}}}", b=limit)
    assert refused.startswith("in/a.yaml:1: the boundary P of permission set S ends at 2027-05-01T00:00:00Z")
    assert converted(a=f"{ends}{SET}properties: {{name: S, {boundary}}}", b=limit).found.permission_sets


def test_a_policy_that_ends_in_some_accounts_is_detached_from_none(converted: Convert) -> None:
    """To detach it would take it from the others, where it may deny something."""
    apart = f"""{POLICY}
properties:
  policy_name: P
  policy_document:
    - {{included_accounts: [lake], version: '2012-10-17', statement: [{{expires_at: 2027-01-01, {ALLOW[1:]}]}}
    - {{included_accounts: [boss], version: '2012-10-17', statement: [{ALLOW}]}}
"""
    said = f"{SET}properties: {{name: S, customer_managed_policy_references: [{{name: P}}]}}\naccess_rules: [%s]"
    assert refusals(converted, a=said % "{groups: [engineers], included_accounts: [lake, boss]}", b=apart) == [
        f"in/a.yaml:1: policy P of permission set S {IN_SOME} (give it one expires_at, or give the reference its own)"
    ]
    one = converted(a=said % "{groups: [engineers], included_accounts: [lake]}", b=apart)
    assert one.found.terms_of("S").attached == {"/P": "2027-01-01T00:00:00Z"}
    other = converted(a=said % "{groups: [engineers], included_accounts: [boss]}", b=apart)
    assert other.found.terms_of("S").attached == {}


def test_a_folder_without_a_configuration_or_with_two_is_refused(tmp_path: Path, converted: Convert) -> None:
    assert refusals(converted, config="{}")[0].startswith("in: holds no file with template_type: NOQ::Core::Config")
    (refused,) = refusals(converted, more=CONFIG)
    assert (
        refused == "in/config.yaml:1: NOQ::Core::Config stands here and in in/more.yaml:1 (IAMbic takes one: keep it)"
    )
    Path("in", "more.yaml").unlink()
    (refused,) = refusals(converted, config=CONFIG.replace(LAKE, BOSS))
    assert refused == f"in/config.yaml:6: account {BOSS} stands twice (keep one)"
    with pytest.raises(CatalogError, match=r"config\.yaml: is no folder"):
        convert(Path("in", "config.yaml"), Found(ORGANIZATION), NOW)


def test_files_that_cannot_be_read_are_named(converted: Convert) -> None:
    found = refusals(converted, a=f"{POLICY}properties: [", b=f"{POLICY}a: 1\na: 2", c=POLICY)
    assert [line.partition(": ")[0] for line in found] == ["in/a.yaml:3", "in/b.yaml:3", "in/c.yaml:1"]
