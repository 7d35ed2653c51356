"""Catalog + organization + time → the desired set."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.catalog import Catalog
from remit.catalog.reference import PAGE
from remit.errors import CatalogError
from remit.organization import AccountState
from remit.plan import Plan, make_plan, plan_json
from remit.sharding import Shard
from remit.stack import PermissionSetsMode, Stack
from tests.unit.small_world import (
    AT,
    EVERYWHERE,
    LAB,
    MANAGEMENT,
    ORGANIZATION,
    PAYMENTS,
    PAYMENTS_DEV,
    SHOP,
    STACK,
    ZERO,
    catalog_of,
    plan_of,
)

CATALOG = """\
managed_policies:
  - name: Guard
    path: /remit/
    description: For {{account.name}}
    targets: "*"
    statements:
      - {Sid: Own, Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::{{account.name}}-*", targets: "ou:Workloads"}
      - {Sid: NoIam, Effect: Deny, Action: ["iam:*", "sts:*"], Resource: "*"}
  - name: Temporary
    targets: "*"
    expires: 2026-06-01
    statements: [{Effect: Allow, Action: "*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": NO}}}]
permission_sets:
  - name: Engineer
    description: In {{organization.id}}, stack {{stack}}
    session_duration: 90m
    relay_state: https://console.aws.amazon.com/
    aws_managed_policies: [job-function/SupportUser, ReadOnlyAccess, {arn: "arn:aws-cn:iam::aws:policy/X"},
      {name: Gone, expires: 2026-01-01}]
    customer_managed_policies: [Guard, Temporary, {name: Legacy, path: /old/, external: true}]
    inline_policy: {statements: [{Effect: Deny, Action: "ec2:*", Resource: "*"},
      {Effect: Deny, Action: "s3:*", Resource: "*", expires: 2026-01-01}]}
    permissions_boundary: {customer_managed: Guard}
    tags: {team: platform, zip: 01234}
  - {name: Reader, permissions_boundary: {aws_managed: PowerUserAccess}}
access:
  - groups: [engineers, sre]
    permission_sets: [Engineer]
    targets: [ou:Workloads, account:lab]
    except: account:payments-*
  - {groups: sre, permission_sets: [Engineer, Reader], targets: account:lab, expires: 2026-12-31}
  - {users: ann, permission_sets: Reader, targets: management}
"""
PLAN = plan_of(CATALOG)


def holders(plan: Plan) -> set[tuple[str, str, str]]:
    return {(entry.account, entry.permission_set, entry.principal) for entry in plan.assignments}


def accounts(plan: Plan) -> set[str]:
    """Those where something is planned."""
    return {each.account for each in plan.assignments} | {each.account for each in plan.managed_policies}


def rule(targets: str, more: str = "") -> str:
    keys = f"groups: sre, permission_sets: Reader, targets: {targets}{more}"
    return f"permission_sets: [name: Reader]\naccess:\n  - {{{keys}}}"


def test_a_policy_is_made_in_every_account_of_its_targets():
    assert {policy.account for policy in PLAN.managed_policies if policy.name == "Guard"} == EVERYWHERE


def test_statements_apply_where_they_say():
    sids = {p.account: [s["Sid"] for s in p.document["Statement"]] for p in PLAN.managed_policies if p.name == "Guard"}
    assert sids[LAB] == sids[ZERO] == ["NoIam"]
    assert sids[SHOP] == sids[PAYMENTS] == ["Own", "NoIam"]


def test_variables_are_those_of_the_account():
    shop = next(policy for policy in PLAN.managed_policies if policy.account == SHOP)
    assert shop.document == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Own", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::Shop-*"},
            {"Sid": "NoIam", "Effect": "Deny", "Action": ["iam:*", "sts:*"], "Resource": "*"},
        ],
    }
    assert (shop.description, shop.path) == ("For Shop", "/remit/")


def test_words_of_yaml_1_1_stay_the_words_they_are():
    temporary = next(policy for policy in PLAN.managed_policies if policy.name == "Temporary")
    assert temporary.document["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "NO"}}


def test_a_permission_set_has_every_field():
    engineer = PLAN.permission_sets[0]
    assert replace(engineer, source=PLAN.permission_sets[1].source) == replace(
        engineer,
        name="Engineer",
        description="In o-example, stack test",
        session_duration="PT1H30M",
        relay_state="https://console.aws.amazon.com/",
        aws_managed_policies=(
            "arn:aws-cn:iam::aws:policy/X",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::aws:policy/job-function/SupportUser",
        ),
        inline_policy={
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}],
        },
        permissions_boundary={"name": "Guard", "path": "/remit/"},
        tags={"team": "platform", "zip": "01234"},
        source=PLAN.permission_sets[1].source,
    )


def test_a_permission_set_without_anything_has_the_defaults_of_aws():
    reader = PLAN.permission_sets[1]
    assert (reader.session_duration, reader.inline_policy, reader.relay_state) == ("PT1H", None, "")
    assert reader.permissions_boundary == {"aws_managed": "arn:aws:iam::aws:policy/PowerUserAccess"}


def test_a_reference_ends_with_its_policy():
    assert ("Temporary", "/") in PLAN.permission_sets[0].customer_managed_policies
    ended = plan_of(CATALOG, at=datetime(2026, 6, 2, tzinfo=UTC))
    assert ended.permission_sets[0].customer_managed_policies == (("Guard", "/remit/"), ("Legacy", "/old/"))


def test_rules_add_up_and_except_wins():
    assert holders(PLAN) == {
        *((account, "Engineer", group) for account in (PAYMENTS, SHOP, LAB) for group in ("engineers", "sre")),
        (LAB, "Reader", "sre"),
        (MANAGEMENT, "Reader", "ann"),
    }


def test_an_assignment_of_two_rules_is_one_with_both_sources():
    plan = PLAN
    both = next(e for e in plan.assignments if (e.account, e.permission_set, e.principal) == (LAB, "Engineer", "sre"))
    assert [source.line for source in both.sources] == [27, 31]
    assert both.source == both.sources[0]
    assert both.key == f"{LAB}/GROUP/g-sre"


def test_access_of_a_user_is_a_warning():
    plan = PLAN
    assert [warning.message for warning in plan.warnings] == [
        "managed policy Temporary ends 2026-06-01, before the next scheduled run",
        "access is given to a user, 'ann'",
    ]


def test_a_group_without_an_at_sign_gets_the_suffix():
    settings = 'group_suffix: "@corp.example.com"'
    plan = plan_of(rule('"*"').replace("sre", "[engineers, engineers@corp.example.com]"), settings)
    assert {(entry.principal, entry.principal_id) for entry in plan.assignments} == {
        ("engineers@corp.example.com", "g-corp")
    }
    assert catalog_of(rule('"*"'), settings).principal_names() == ({"sre@corp.example.com"}, set())


def test_account_variables_come_by_name_or_by_id():
    policy = "managed_policies:\n  - name: P\n    targets: [account:shop, account:012345678901]\n    statements: [%s]"
    statement = '{Effect: Allow, Action: "*", Resource: "arn:{{account.vars.x}}"}'
    plan = plan_of(policy % statement, "account_vars:\n  SHOP: {x: a}\n  012345678901: {x: 007}\n")
    resources = {entry.account: entry.document["Statement"][0]["Resource"] for entry in plan.managed_policies}
    assert resources == {SHOP: "arn:a", ZERO: "arn:007"}


def test_nothing_is_planned_outside_the_scope():
    stack = Stack("dev", scope=("tag:stage=dev",))
    plan = plan_of(CATALOG, stack=stack)
    assert plan.scope == (PAYMENTS_DEV, LAB)
    assert accounts(plan) == {PAYMENTS_DEV, LAB}


NO_ACCESS = "permission_sets: [{name: Reader}]"


def test_the_scope_is_every_active_account_unless_the_stack_says_otherwise():
    assert plan_of(NO_ACCESS).scope == tuple(sorted(EVERYWHERE | {MANAGEMENT}))


def test_disjoint_scopes_part_the_plan_and_leave_nothing_out():
    parts = [plan_of(CATALOG, stack=Stack("test", scope=(s,))) for s in ("ou:Workloads", "ou:Sandbox", "management")]
    assert set().union(*(holders(part) for part in parts)) == holders(PLAN)
    assert sum(len(part.assignments) for part in parts) == len(PLAN.assignments)


def test_a_stack_that_refers_plans_no_permission_sets_but_their_assignments():
    plan = plan_of(rule('"*"'), stack=Stack("dev", permission_sets="refer"))
    assert plan.permission_sets == ()
    assert {entry.permission_set for entry in plan.assignments} == {"Reader"}


@pytest.mark.parametrize("mode", ["own", "refer"])
def test_a_plan_says_which_policies_of_the_catalog_a_permission_set_refers_to(mode: PermissionSetsMode):
    plan = plan_of(CATALOG, stack=Stack("test", permission_sets=mode))
    assert plan.references["Engineer"] == ("Guard", "Temporary")


def test_every_text_of_a_plan_is_plain():
    resources = [s["Resource"] for policy in PLAN.managed_policies for s in policy.document["Statement"]]
    assert {type(text) for text in (*resources, PLAN.permission_sets[0].description)} == {str}


@pytest.mark.parametrize("state", [state for state in AccountState if state is not AccountState.ACTIVE])
def test_an_account_that_is_not_active_gets_nothing(state: AccountState):
    now = [a.model_copy(update={"state": state}) if a.id == SHOP else a for a in ORGANIZATION.accounts]
    organization = ORGANIZATION.model_copy(update={"accounts": tuple(now)})
    plan = make_plan(catalog_of(CATALOG), organization, at=AT, stack=STACK)
    assert SHOP not in plan.scope
    assert SHOP not in accounts(plan)


def test_naming_a_suspended_account_is_a_warning_but_not_in_except():
    assert "SUSPENDED" in str(plan_of(rule("[account:old, account:lab]")).warnings[0])
    assert plan_of(rule('"*"', ", except: account:old")).warnings == ()


def test_a_glob_that_matches_nothing_is_a_warning_at_its_line():
    (warning,) = plan_of(rule('"account:none-*"')).warnings
    assert warning.source is not None
    assert (warning.source.line, warning.message) == (3, "account:none-* matches no active account")


def test_a_policy_without_statements_somewhere_is_not_made_there():
    policy = 'managed_policies: [{name: P, targets: "*", statements: [%s]}]'
    plan = plan_of(policy % '{Effect: Allow, Action: "*", Resource: "*", targets: ou:Sandbox}')
    assert {entry.account for entry in plan.managed_policies} == {LAB, ZERO}
    assert "has no statement left in payments (111111111111)" in plan.warnings[0].message


def test_an_except_of_a_statement_wins_over_its_targets_and_those_of_its_policy():
    policy = """\
managed_policies:
  - name: P
    targets: "*"
    statements:
      - {Sid: A, Effect: Deny, Action: "*", Resource: "*", except: [ou:Workloads, account:old]}
      - {Sid: B, Effect: Deny, Action: "*", Resource: "*", targets: ou:Workloads, except: account:shop}
"""
    plan = plan_of(policy)
    made = {entry.account: [s["Sid"] for s in entry.document["Statement"]] for entry in plan.managed_policies}
    assert made == {LAB: ["A"], ZERO: ["A"], PAYMENTS: ["B"], PAYMENTS_DEV: ["B"]}
    assert [warning.message for warning in plan.warnings] == ["policy 'P' has no statement left in Shop (222222222222)"]


def test_warnings_come_once_and_by_line():
    rules = (
        rule("account:none-*") + "\n  - {users: ann, permission_sets: Reader, targets: [account:old, account:none-*]}"
    )
    lines = [warning.source.line for warning in plan_of(rules).warnings if warning.source]
    assert lines == sorted(lines) == [3, 4, 4, 4]


def test_an_external_policy_is_not_asked_for():
    external = "permission_sets: [{name: Reader, customer_managed_policies: [{name: X, external: true}]}]"
    assert plan_of(rule('"*"').replace("permission_sets: [name: Reader]", external)).assignments


def test_a_principal_named_by_its_id_need_not_exist():
    catalog = catalog_of(rule("account:lab", ', users: "id:u-gone"').replace("sre", '["id:g-sre", "id:g-gone"]'))
    plan = make_plan(catalog, ORGANIZATION, at=AT, stack=STACK)
    assert [(entry.principal_type, entry.principal, entry.principal_id) for entry in plan.assignments] == [
        ("GROUP", "id:g-gone", "g-gone"),
        ("GROUP", "sre", "g-sre"),
        ("USER", "id:u-gone", "u-gone"),
    ]
    assert catalog.principal_names() == (set(), set())
    assert plan.warnings[0].message == "group 'id:g-sre' is not looked up"


def test_more_than_a_hundred_groups_in_an_account_is_an_error():
    groups = [ORGANIZATION.groups[0].model_copy(update={"id": f"g{n}", "name": f"group{n}"}) for n in range(101)]
    organization = ORGANIZATION.model_copy(update={"groups": tuple(groups)})
    names = ", ".join(group.name for group in groups)
    catalog = catalog_of(rule("account:lab").replace("groups: sre", f"groups: [{names}]"))
    with pytest.raises(CatalogError, match=r"101 groups in account lab \(333333333333\)"):
        make_plan(catalog, organization, at=AT, stack=STACK)


def test_what_has_expired_is_absent_and_not_asked_about():
    plan = plan_of(rule('"*"') + "\n  - {groups: gone, permission_sets: Reader, targets: ou:Gone, expires: 2026-05-31}")
    assert holders(plan) == holders(plan_of(rule('"*"')))
    assert plan.warnings == ()


def test_a_permission_set_that_ends_takes_its_assignments_with_it():
    plan = plan_of(rule('"*"').replace("[name: Reader]", "[{name: Reader, expires: 2026-05-31}]"))
    assert (plan.permission_sets, plan.assignments) == ((), ())


def test_a_scope_that_does_not_exist_is_an_error():
    with pytest.raises(CatalogError, match="no organizational unit 'Nowhere'"):
        plan_of(NO_ACCESS, stack=Stack("dev", scope=("ou:Nowhere",)))


@pytest.mark.parametrize("scope", ["tag:stage=prdo", "account:paymnts*", "account:old"])
def test_a_scope_without_accounts_is_an_error_and_not_a_plan_that_takes_everything_away(scope: str):
    with pytest.raises(CatalogError, match=r"scope of stack dev .* selects no active account"):
        plan_of(CATALOG, stack=Stack("dev", scope=(scope,)))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        plan_of(NO_ACCESS, at=datetime.fromisoformat("2026-01-01"))


CONDITIONS = """
managed_policies:
  - name: Guard
    targets: account:payments
    statements:
      - Effect: Allow
        Action: "s3:*"
        Resource: "*"
        Condition: %s
"""


def test_merged_keys_keep_the_order_of_the_file_so_that_plans_compare_by_bytes():
    keys = [f"aws:{letter}" for letter in "qwertyuiopasdfgh"]
    merged = ", ".join(f'"{key}": x' for key in keys)
    (policy,) = plan_of(CONDITIONS % f"{{StringEquals: {{<<: {{{merged}}}}}}}").managed_policies
    assert list(policy.document["Statement"][0]["Condition"]["StringEquals"]) == keys


def test_a_variable_that_makes_two_condition_keys_one_is_an_error_since_a_condition_would_be_lost():
    both = '{StringEquals: {"aws:ResourceTag/{{account.tags.team}}": a, "aws:ResourceTag/pay": b}}'
    with pytest.raises(CatalogError, match="two conditions on the key 'aws:ResourceTag/pay' in account payments"):
        plan_of(CONDITIONS % both)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("s3:*", "{{account.tags.team}}", "'pay' is no action"),
        ("Resource: '*'", "Resource: '{{account.name}}'", "'payments' is no resource"),
    ],
)
def test_what_a_variable_becomes_is_checked_as_if_it_were_written(old: str, new: str, message: str):
    with pytest.raises(CatalogError, match=message) as error:
        plan_of((CONDITIONS % '{Bool: {"aws:a": "true"}}').replace('"*"', "'*'").replace(old, new))
    assert [problem.source.line for problem in error.value.problems if problem.source] == [7 if "s3" in old else 8]


def shuffled(catalog: Catalog, random: Random) -> Catalog:
    return replace(
        catalog,
        managed_policies=tuple(random.sample(catalog.managed_policies, len(catalog.managed_policies))),
        permission_sets=tuple(random.sample(catalog.permission_sets, len(catalog.permission_sets))),
        access=tuple(random.sample(catalog.access, len(catalog.access))),
    )


LOADED = catalog_of(CATALOG)


@given(st.randoms(use_true_random=False))
def test_the_order_of_files_entries_and_accounts_means_nothing(random: Random):
    mixed_up = ORGANIZATION.model_copy(
        update={
            "accounts": tuple(random.sample(ORGANIZATION.accounts, len(ORGANIZATION.accounts))),
            "groups": tuple(random.sample(ORGANIZATION.groups, len(ORGANIZATION.groups))),
        }
    )
    plan = make_plan(shuffled(LOADED, random), mixed_up, at=AT, stack=STACK)
    assert plan_json(plan) == plan_json(make_plan(LOADED, ORGANIZATION, at=AT, stack=STACK))


instants = st.datetimes(
    min_value=datetime.fromisoformat("2025-12-01"),
    max_value=datetime.fromisoformat("2027-02-01"),
    timezones=st.just(UTC),
)


@given(instants)
def test_expired_is_as_good_as_absent(at: datetime):
    alive = replace(
        LOADED,
        access=tuple(entry for entry in LOADED.access if entry.expires is None or not entry.expires.is_past(at)),
    )
    assert make_plan(LOADED, ORGANIZATION, at=at, stack=STACK) == make_plan(alive, ORGANIZATION, at=at, stack=STACK)


def test_the_json_of_a_plan_has_exactly_its_documented_keys():
    values = json.loads(plan_json(PLAN))
    assert list(values) == ["managed_policies", "permission_sets", "assignments", "warnings"]
    assert list(values["managed_policies"][0]) == ["account", "name", "path", "description", "document", "source"]
    assert list(values["permission_sets"][0]) == [
        "name",
        "description",
        "session_duration",
        "relay_state",
        "aws_managed_policies",
        "customer_managed_policies",
        "inline_policy",
        "permissions_boundary",
        "tags",
        "source",
    ]
    assert list(values["assignments"][0]) == ["account", "permission_set", "principal_type", "principal", "source"]
    assert list(values["warnings"][0]) == ["message", "remedy", "source"]


def test_the_reference_shows_the_json_of_a_plan_as_it_is():
    shown = json.loads(re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0])
    real = json.loads(plan_json(PLAN))
    assert {kind: list(entries[0]) for kind, entries in shown.items()} == {
        kind: list(entries[0]) for kind, entries in real.items()
    }


def test_a_plan_is_sorted():
    plan = PLAN
    assert [(p.account, p.name) for p in plan.managed_policies] == sorted(
        (p.account, p.name) for p in plan.managed_policies
    )
    assert [p.name for p in plan.permission_sets] == sorted(p.name for p in plan.permission_sets)
    keys = [(a.account, a.permission_set, a.principal_type, a.principal) for a in plan.assignments]
    assert keys == sorted(set(keys))


def test_a_policy_keeps_in_every_account_that_it_may_be_detached():
    statement = "{Effect: Allow, Action: 's3:*', Resource: '*'}"
    text = f"managed_policies: [{{name: Rail, targets: '*', detach_on_delete: true, statements: [{statement}]}}]"
    assert {policy.detach_on_delete for policy in plan_of(text).managed_policies} == {True}


def test_a_policy_outside_of_the_path_that_the_stack_owns_is_a_warning_at_its_place():
    some = "targets: '*', statements: [{Effect: Allow, Action: 's3:*', Resource: '*'}]"
    text = f"managed_policies:\n  - {{name: In, path: /remit/x/, {some}}}\n  - {{name: Out, {some}}}\n"
    words = "c.yaml:3: policy 'Out' is at /, outside of remit:ownedPath /remit/"
    owning = [str(each) for each in plan_of(text, stack=Stack("prod", owned_path="/remit/")).warnings]
    assert [words in each for each in owning if "ownedPath" in each] == [True]
    assert not [each for each in plan_of(text, stack=Stack("prod")).warnings if "ownedPath" in str(each)]


@pytest.mark.parametrize(
    ("stack", "warned"),
    [
        (Stack("prod"), False),
        (Stack("prod", kept_fan_out="aliases"), False),
        (Stack("prod", kept_fan_out="pooled"), True),
        (Stack("prod", kept_fan_out="pooled", fan_out="aliases"), False),
    ],
)
def test_a_stack_that_stays_with_the_way_that_it_has_is_told_how_to_go_over(stack: Stack, warned: bool):
    told = [str(each) for each in plan_of(CATALOG, stack=stack).warnings if "fanOut" in str(each)]
    assert len(told) == warned
    assert all("`remit switch --to aliases --stack prod` moves it over" in each for each in told)


@pytest.mark.parametrize(
    ("stack", "warning"),
    [
        (Stack("prod", unmanaged_policies="remove"), "removes nothing without remit:ownedPath"),
        (Stack("prod", owned_path="/remit/", unmanaged_policies="remove"), "/remit/ are told, never removed"),
        (Stack("prod", owned_path="/remit/"), ""),
        (Stack("prod", owned_path="/remit/", unmanaged_policies="remove", fan_out="pooled"), ""),
    ],
)
def test_a_setting_about_unmanaged_policies_that_no_run_heeds_is_a_warning(stack: Stack, warning: str):
    told = [str(each) for each in plan_of(CATALOG, stack=stack).warnings if "Pulumi.prod.yaml" in str(each)]
    assert [warning in each for each in told] == ([True] if warning else [])


def test_where_a_stack_owns_a_path_it_looks_at_all_its_accounts_but_the_management_account():
    owning = Stack("prod", owned_path="/remit/")
    everywhere = set(plan_of(CATALOG, stack=owning).scope)
    assert MANAGEMENT in everywhere
    assert plan_of(CATALOG, stack=owning).watched == everywhere - {MANAGEMENT}
    assert plan_of(CATALOG, stack=Stack("prod")).watched == set()
    shards = [plan_of(CATALOG, stack=replace(owning, shard=Shard(number, 2))).watched for number in (1, 2)]
    assert shards[0] | shards[1] == everywhere - {MANAGEMENT}
    assert not shards[0] & shards[1]
    assert plan_of(CATALOG, stack=replace(owning, shard="identity-center")).watched == set()
