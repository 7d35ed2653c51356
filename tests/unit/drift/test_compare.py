"""What differs is found, to the field and the single assignment, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from remit.documents import Document
from remit.drift.recorded import Recorded
from remit.drift.statements import document_differences
from remit.drift.values import Difference, Drift, Finding, Unread, as_json
from remit.managed_policy import LivePolicy, Policy
from remit.stack import Stack
from tests.unit.drift.world import STACK, findings, live_of, plan, with_assignments, with_policies, with_set
from tests.unit.small_world import LAB, PAYMENTS, PAYMENTS_DEV, SHOP

NOTHING: Document = {"Version": "2012-10-17", "Statement": []}


def told(found: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(each.change, each.mode, each.title) for each in found]


def test_what_is_as_planned_is_no_drift() -> None:
    assert findings(live_of(plan())) == ()


def test_a_duration_a_list_and_a_document_are_compared_by_meaning() -> None:
    live = with_set(live_of(plan()), "Strict", session_duration="PT60M")
    guard = live.policies[SHOP][0]
    document: Document = {
        "Statement": [{"Sid": "A", "Effect": "Allow", "Resource": ["*"], "Action": ["S3:get*"]}],
        "Version": "2012-10-17",
    }
    live = with_policies(live, SHOP, replace(guard, policy=replace(guard.policy, document=document)))
    assert findings(live) == ()


def test_a_permission_set_differs_field_by_field() -> None:
    live = with_set(
        live_of(plan()), "Strict", aws_managed_policies=("arn:x",), tags={"team": "b"}, session_duration="PT2H"
    )
    (found,) = findings(live)
    assert (found.change, found.mode, found.id) == ("changed", "enforce", "permission_set/Strict")
    assert found.differences == (
        Difference("session_duration", "PT1H", "PT2H"),
        Difference("aws_managed_policies", "arn:aws:iam::aws:policy/ReadOnlyAccess", None),
        Difference("aws_managed_policies", None, "arn:x"),
        Difference("tag team", "a", "b"),
    )
    (loose,) = findings(with_set(live_of(plan()), "Loose", relay_state="https://x"))
    assert loose.mode == "report"


@pytest.mark.parametrize(
    ("name", "key", "mode"),
    [
        ("Strict", f"{LAB}/GROUP/g-eng", "enforce"),
        ("Strict", f"{PAYMENTS_DEV}/GROUP/g-eng", "report"),
        ("Strict", f"{PAYMENTS}/GROUP/g-eng", "enforce"),  # two rules give it, and one of them enforces
        ("Loose", f"{LAB}/GROUP/g-eng", "enforce"),
    ],
)
def test_a_missing_assignment_is_enforced_as_soon_as_one_of_its_rules_is(name: str, key: str, mode: str) -> None:
    (found,) = findings(with_assignments(live_of(plan()), name, without=key))
    assert (found.change, found.mode, f"{found.account}/GROUP/g-eng") == ("missing", mode, key)
    assert found.source is not None


def test_an_assignment_made_by_hand_belongs_to_its_permission_set() -> None:
    also = f"{SHOP}/USER/u-ann"
    strict = findings(with_assignments(live_of(plan()), "Strict", also=also))
    assert told(strict) == [("unmanaged", "enforce", f"Strict in Shop ({SHOP}): user u-ann")]
    assert findings(with_assignments(live_of(plan()), "Loose", also=also))[0].mode == "report"
    stack = replace(STACK, unmanaged="report")
    assert findings(with_assignments(live_of(plan()), "Strict", also=also), stack)[0].mode == "report"


def test_a_permission_set_that_no_catalog_knows_is_told_with_its_assignments_and_never_reverted() -> None:
    live = live_of(plan())
    live = replace(live, arns={**live.arns, "ByHand": "arn:ByHand"})
    live = with_assignments(live, "ByHand", also=f"{LAB}/USER/u-ann")
    assert told(findings(live)) == [
        ("unmanaged", "report", "permission set ByHand"),
        ("unmanaged", "report", f"ByHand in lab ({LAB}): user u-ann"),
    ]


def without_set(name: str) -> tuple[Finding, ...]:
    live = live_of(plan())
    return findings(
        replace(
            live,
            arns={key: arn for key, arn in live.arns.items() if key != name},
            permission_sets={key: each for key, each in live.permission_sets.items() if key != name},
            assignments={key: each for key, each in live.assignments.items() if key != name},
        )
    )


def test_a_permission_set_that_is_gone_takes_its_mode_to_its_assignments() -> None:
    assert told(without_set("Strict"))[0] == ("missing", "enforce", "permission set Strict")
    assert {mode for _, mode, _ in told(without_set("Loose"))} == {"report"}


def test_a_stack_that_refers_misses_nothing_of_a_permission_set_that_its_owner_has_not_made() -> None:
    stack = replace(STACK, permission_sets="refer")
    live = replace(live_of(plan()), arns={}, permission_sets={}, assignments={})
    assert findings(live, stack) == ()


def test_policies_are_missing_changed_and_unmanaged_under_the_owned_path_alone() -> None:
    stranger = LivePolicy("arn:S", Policy("Stranger", "/remit/team/", "", NOTHING))
    elsewhere = LivePolicy("arn:E", Policy("Elsewhere", "/", "", NOTHING))
    live = with_policies(live_of(plan()), LAB, stranger, elsewhere)
    assert told(findings(live)) == [
        ("missing", "enforce", f"policy /remit/Guard in lab ({LAB})"),
        ("missing", "report", f"policy /remit/Quiet in lab ({LAB})"),
        ("unmanaged", "report", f"policy /remit/team/Stranger in lab ({LAB})"),
    ]
    assert findings(live, replace(STACK, unmanaged_policies="remove", fan_out="pooled"))[-1].mode == "enforce"
    assert findings(live, replace(STACK, unmanaged_policies="remove", fan_out="aliases"))[-1].mode == "report"
    assert "unmanaged" not in {each.change for each in findings(live, Stack("test"))}


def test_an_account_that_could_not_be_read_misses_nothing() -> None:
    live = live_of(plan())
    unread = replace(live, policies={account: each for account, each in live.policies.items() if account != LAB})
    assert findings(unread) == ()


def test_the_stack_decides_where_an_entry_does_not_say() -> None:
    live = with_set(live_of(plan()), "Strict", relay_state="https://x")
    assert findings(live, replace(STACK, drift="report"))[0].mode == "report"


def statement(sid: str = "", action: str = "s3:Get*") -> dict[str, Any]:
    return {**({"Sid": sid} if sid else {}), "Effect": "Allow", "Action": action, "Resource": "*"}


@pytest.mark.parametrize(
    ("catalog", "live", "fields"),
    [
        ([statement("A"), statement("B")], [statement("B"), statement("A")], []),
        ([statement("A")], [statement("A", "s3:*")], [("statement A", True, True)]),
        ([statement("A")], [statement("B")], [("statement A", True, False), ("statement B", False, True)]),
        ([statement()], [statement(), statement(action="*")], [("statement 2", False, True)]),
        ([statement(), statement()], [statement()], []),
        ([statement("A"), statement("B")], [], [("statement A", True, False), ("statement B", True, False)]),
    ],
)
def test_documents_differ_statement_by_statement(
    catalog: list[Any], live: list[Any], fields: list[tuple[str, bool, bool]]
) -> None:
    version = {"Version": "2012-10-17"}
    found = document_differences({**version, "Statement": catalog}, {**version, "Statement": live})
    assert [(each.field, each.catalog is not None, each.live is not None) for each in found] == fields


def test_the_language_of_a_document_counts_too() -> None:
    found = document_differences({"Version": "2012-10-17", "Statement": []}, {"Version": "2008-10-17", "Statement": []})
    assert list(found) == [Difference("Version", "2012-10-17", "2008-10-17")]


def test_the_json_counts_and_names_everything() -> None:
    found = findings(with_assignments(live_of(plan()), "Loose", also=f"{SHOP}/USER/u-ann"))
    at = datetime(2026, 6, 1, tzinfo=UTC)
    said = as_json(Drift("prod", at, "policies", found, (Unread(LAB, "lab", "no role"),), "abc", applied=True))
    assert said["catalog"] == {"folder": "policies", "commit": "abc", "applied": True}
    assert said["summary"] == {
        "missing": 0,
        "changed": 0,
        "unmanaged": 1,
        "enforce": 0,
        "report": 1,
        "adopt": 0,
        "unread": 1,
    }
    assert said["drift"][0] | {"title": ""} == {
        "id": f"assignment/Loose/{SHOP}/USER/u-ann",
        "kind": "assignment",
        "change": "unmanaged",
        "mode": "report",
        "title": "",
        "name": "Loose",
        "path": "",
        "account": {"id": SHOP, "name": "Shop"},
        "principal": {"type": "USER", "id": "u-ann", "name": ""},
        "differences": [],
        "source": None,
        "who": None,
    }
    assert said["unread"] == [{"account": {"id": LAB, "name": "lab"}, "reason": "no role"}]


@pytest.mark.parametrize("given", [None, "/remit/"])
def test_a_policy_of_our_name_that_the_state_does_not_know_is_somebody_elses(given: str | None) -> None:
    live, theirs = live_of(plan()), LivePolicy("arn:Theirs", Policy("guard", "/team/", "theirs", NOTHING))
    live = with_policies(live, SHOP, theirs)
    policies = {(SHOP, "Guard"): Policy("Guard", given, "", NOTHING)} if given else {}
    (found,) = findings(live, recorded=Recorded(frozenset(), {}, policies))
    assert (found.change, found.mode, found.title) == ("missing", "report", f"policy /remit/Guard in Shop ({SHOP})")
    assert found.differences == (Difference("its name is taken", None, "arn:Theirs"),)
    adopting = replace(STACK, drift="adopt")
    assert findings(live, adopting, recorded=Recorded(frozenset(), {}, policies))[-1].mode == "adopt"


def test_a_policy_that_the_state_knows_where_it_is_is_ours_changed() -> None:
    """As a catalog with another path finds it, until it is made anew; and as a refresh leaves its name."""
    live = with_policies(live_of(plan()), SHOP, LivePolicy("arn:Guard", Policy("guard", "/old/", "", NOTHING)))
    recorded = Recorded(frozenset(), {}, {(SHOP, "guard"): Policy("guard", "/old/", "", NOTHING)})
    (found,) = findings(live, recorded=recorded)
    assert (found.change, found.mode) == ("changed", "enforce")
    (unknown,) = findings(live)
    assert unknown.change == "changed"
    (taken_over,) = findings(live, replace(STACK, adopt=True), recorded=Recorded(frozenset(), {}, {}))
    assert (taken_over.change, taken_over.mode) == ("changed", "report")


def test_a_repair_is_not_said_to_delete_what_left_the_catalog() -> None:
    own = replace(STACK, unmanaged_policies="remove", fan_out="pooled")
    names = ("Ended", "Gone", "Stray")
    there = [LivePolicy(f"arn:{name}", Policy(name, "/remit/", "", NOTHING)) for name in names]
    live = live_of(plan())
    live = with_policies(live, SHOP, *live.policies[SHOP], *there)
    state = Recorded(frozenset(), {}, {(SHOP, "Ended"): there[0].policy}, leaving=frozenset({(SHOP, "Gone")}))
    assert [each.mode for each in findings(live, own, recorded=state)] == ["report", "report", "enforce"]
