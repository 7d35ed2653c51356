"""Why somebody has it, or has not."""

from __future__ import annotations

import pytest

from remit.errors import CatalogError
from remit.explain import Verdict, explain
from remit.plan import make_plan
from remit.stack import Stack
from tests.unit.small_world import AT, ORGANIZATION, STACK, catalog_of

CATALOG = """\
managed_policies:
  - name: Guard
    targets: ou:Workloads
    statements:
      - {Sid: All, Effect: Deny, Action: "iam:*", Resource: "*"}
      - {Sid: Prod, Effect: Deny, Action: "s3:*", Resource: "*", targets: "tag:stage=prod", except: "account:shop"}
      - {Effect: Deny, Action: "ec2:*", Resource: "*", expires: 2026-01-01}
  - {name: Nothing, targets: "*", statements: [{Effect: Deny, Action: "*", Resource: "*", targets: account:lab}]}
permission_sets:
  - {name: Engineer, customer_managed_policies: [Guard]}
  - {name: Reader, expires: 2026-01-01}
access:
  - {groups: engineers, permission_sets: Engineer, targets: ["*", "ou:Workloads"], except: [ou:Sandbox]}
  - {groups: sre, permission_sets: [Engineer, Reader], targets: [ou:Workloads/Dev, account:shop], expires: 2026-12-31}
  - {groups: sre, permission_sets: Engineer, targets: "*", except: [ou:Sandbox], expires: 2026-05-31T10:00Z}
  - {users: ann, permission_sets: Engineer, targets: ou:Workloads}
"""
LOADED = catalog_of(CATALOG)


def why(account: str, *, stack: Stack = STACK, **narrowed: str) -> list[Verdict]:
    return explain(LOADED, ORGANIZATION, at=AT, stack=stack, account=account, **narrowed)


def test_each_rule_says_which_selector_decided():
    told = [(v.gives, v.permission_set, v.principal, v.reason, v.source.line) for v in why("shop") if v.principal]
    assert told == [
        (True, "Engineer", "engineers", "selected by *", 13),
        (True, "Engineer", "sre", "selected by account:shop, until 2026-12-31", 14),
        (False, "Reader", "sre", told[2][3], 14),
        (False, "Engineer", "sre", "expired on 2026-05-31T10:00Z", 15),
        (True, "Engineer", "ann", "selected by ou:Workloads", 16),
    ]
    assert told[2][3].startswith("the permission set expired on 2026-01-01")


def test_an_except_is_named():
    assert why("lab", group="engineers")[0].reason == "left out by except ou:Sandbox"


def test_a_rule_whose_except_is_wrong_gives_nothing():
    rule = "permission_sets: [name: A]\naccess: [{groups: sre, permission_sets: A, targets: '*', except: 'ou:Nowhere'}]"
    (verdict,) = explain(catalog_of(rule), ORGANIZATION, at=AT, stack=STACK, account="lab")
    assert not verdict.gives
    assert "no organizational unit 'Nowhere'" in verdict.reason


def test_targets_that_do_not_fit_are_listed():
    assert why("payments", group="sre")[0].reason == "no target selects the account (ou:Workloads/Dev, account:shop)"


def test_an_account_that_is_not_active_gets_nothing_and_it_says_so():
    verdicts = why("old")
    assert not any(verdict.gives for verdict in verdicts)
    assert verdicts[0].reason == "account old (444444444444) is SUSPENDED"


def test_the_scope_of_the_stack_is_a_reason():
    (verdict,) = why("shop", stack=Stack("dev", scope=("ou:Sandbox",)), group="engineers")
    assert verdict.reason == "outside the scope of stack dev (ou:Sandbox)"


def test_policies_are_told_statement_by_statement():
    told = [(v.kind, v.gives, v.policy, v.sid, v.reason) for v in why("Shop") if v.policy]
    assert told == [
        ("managed_policy", True, "Guard", "", "selected by ou:Workloads"),
        ("statement", True, "Guard", "All", "applies wherever its policy goes"),
        ("statement", False, "Guard", "Prod", "left out by except account:shop"),
        ("statement", False, "Guard", "", "expired on 2026-01-01"),
        ("managed_policy", False, "Nothing", "", "no statement of it applies here"),
        ("statement", False, "Nothing", "", "no target selects the account (account:lab)"),
    ]


def test_a_permission_set_narrows_it_to_its_rules_and_policies():
    assert {(v.permission_set, v.policy) for v in why("shop", permission_set="Engineer")} == {
        ("Engineer", ""),
        ("", "Guard"),
    }
    assert {v.permission_set for v in why("shop", permission_set="Reader")} == {"Reader"}
    with pytest.raises(CatalogError, match=r"no permission set 'Enginer' .*did you mean 'Engineer'"):
        why("shop", permission_set="Enginer")


def test_a_group_is_known_with_and_without_its_suffix():
    rule = "permission_sets: [name: A]\naccess: [{groups: engineers, permission_sets: A, targets: '*'}]"
    catalog = catalog_of(rule, 'group_suffix: "@corp.example.com"')
    for group in ("engineers", "engineers@corp.example.com"):
        (verdict,) = explain(catalog, ORGANIZATION, at=AT, stack=STACK, account="lab", group=group)
        assert verdict.gives


def test_a_broken_rule_is_explained_and_does_not_stop_the_rest():
    rule = "permission_sets: [name: A]\naccess: [{groups: [sre, gone], permission_sets: A, targets: [ou:None, '*']}]"
    sre, gone = explain(catalog_of(rule), ORGANIZATION, at=AT, stack=STACK, account="lab")
    assert sre.gives
    assert (gone.gives, gone.reason) == (False, "there is no such group in the identity store")
    lost = "permission_sets: [name: A]\naccess: [{groups: sre, permission_sets: A, targets: ou:None}]"
    (verdict,) = explain(catalog_of(lost), ORGANIZATION, at=AT, stack=STACK, account="lab")
    assert "no organizational unit 'None'" in verdict.reason


def test_an_unknown_account_is_an_error_with_a_remedy():
    with pytest.raises(CatalogError, match="did you mean 'payments'"):
        why("paymets")


def test_a_verdict_reads_as_a_sentence():
    assert str(why("shop", group="engineers")[0]).startswith("gives Engineer to group engineers: selected by * [")


@pytest.mark.parametrize("account", ORGANIZATION.accounts, ids=lambda account: account.name)
def test_explain_and_plan_agree(account):  # noqa: ANN001
    plan = make_plan(LOADED, ORGANIZATION, at=AT, stack=STACK)
    verdicts = why(account.id)
    given = {(v.permission_set, v.principal_type, v.principal) for v in verdicts if v.kind == "assignment" and v.gives}
    assert given == {
        (a.permission_set, a.principal_type, a.principal) for a in plan.assignments if a.account == account.id
    }
    made = {v.policy for v in verdicts if v.kind == "managed_policy" and v.gives}
    assert made == {p.name for p in plan.managed_policies if p.account == account.id}
