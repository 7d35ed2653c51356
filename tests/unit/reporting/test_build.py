"""A run's report, from event logs as both engines write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from remit.reporting.build import Run, build_report
from remit.reporting.events import read_events
from remit.reporting.report import Kind, Operation, Result, RunReport

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
SHOP, PAY = "200000000001", "200000000002"
DEVELOPERS, ADA = f"{SHOP}/GROUP/g-1", f"{SHOP}/USER/u-1"
PAYERS = f"{PAY}/GROUP/g-1"
LABELS = {DEVELOPERS: "developers", ADA: "ada, not in the catalog", PAYERS: "developers"}
Event = dict[str, Any]


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:prod::remit::{type_}::{name}"


ASSIGNMENTS = "remit:index:AccountAssignments"
POLICY = "aws-native:iam:ManagedPolicy"
GUARD: Event = {
    "resOutputsEvent": {
        "metadata": {
            "op": "same",
            "urn": urn("remit:index:RevocationGuard", "revocation-guard"),
            "type": "remit:index:RevocationGuard",
            "old": None,
            "new": {"inputs": {"accountNames": {SHOP: "shop-prod", PAY: "pay-prod"}}, "outputs": {}},
        }
    }
}


def held(*keys: str, **outputs: Any) -> Event:
    return {"inputs": {"assignments": {key: LABELS[key] for key in keys}}, "outputs": outputs}


def step(op: str, type_: str, name: str, old: Event | None, new: Event | None, *, failed: bool = False) -> list[Event]:
    metadata = {"op": op, "urn": urn(type_, name), "type": type_, "old": old, "new": new, "detailedDiff": None}
    end = "resOpFailedEvent" if failed else "resOutputsEvent"
    return [{"resourcePreEvent": {"metadata": metadata}}, {end: {"metadata": metadata}}]


def error(message: str, type_: str = "", name: str = "") -> Event:
    where = urn(type_, name) if type_ else ""
    return {"diagnosticEvent": {"urn": where, "message": f"<{{%fg 1%}}>{message}<{{%reset%}}>\n", "severity": "error"}}


def told(events: list[Event], *, code: int = 0, ended: bool = True) -> RunReport:
    lines = [json.dumps(event) for event in [GUARD, *events, *([{"summaryEvent": {}}] if ended else [])]]
    return build_report(Run("up", "", code, AT, AT, "https://ci.example/7"), read_events("\n".join(lines)))


def test_assignments_are_told_by_name_as_they_came_and_went() -> None:
    report = told(step("update", ASSIGNMENTS, "Developer", held(ADA), held(DEVELOPERS, created=1, deleted=3)))
    (created,), (deleted,) = report.assignments.created, report.assignments.deleted
    assert (created.permission_set, created.account_name, created.principal) == ("Developer", "shop-prod", "developers")
    assert (deleted.principal_type, deleted.principal) == ("USER", "ada")
    assert report.assignments.unlisted == 2
    assert report.stack == "prod"


@pytest.mark.parametrize(("setting", "value"), [("scope", [PAY]), ("unmanaged", "report")])
def test_what_the_run_let_go_of_is_not_told_as_taken_away(setting: str, value: object) -> None:
    """An account left the scope, or what somebody made by hand is only reported from now on."""
    old, new = held(ADA), held(PAYERS, created=1)
    new["inputs"][setting] = value
    report = told(step("update", ASSIGNMENTS, "Developer", old, new))
    assert [each.account for each in report.assignments.created] == [PAY]
    assert (report.assignments.deleted, report.assignments.unlisted) == ((), 0)


def test_what_failed_is_told_with_its_reason_and_is_not_told_as_done() -> None:
    there = {DEVELOPERS: "developers"}
    new = held(DEVELOPERS, PAYERS, created=1, assignments=there, failed={PAYERS: "create: no such role"})
    report = told(step("create", ASSIGNMENTS, "Developer", None, new, failed=True), code=1)
    assert [each.account for each in report.assignments.created] == [SHOP]
    (failed,) = report.assignments.failed
    assert (failed.account_name, failed.principal, failed.reason) == ("pay-prod", "developers", "create: no such role")
    assert (report.result, report.failed) == (Result.FAILED, ())


@pytest.mark.parametrize("op", ["same", "refresh"])
def test_outputs_of_an_older_run_are_not_told_again(op: str) -> None:
    old = held(DEVELOPERS, created=5, deleted=4, failed={PAYERS: "create: long ago"})
    report = told(step(op, ASSIGNMENTS, "Developer", old, old))
    assert not report.changes_anything
    assert report.assignments.failed == ()


def test_a_step_that_did_nothing_has_neither_changes_nor_the_failures_of_before() -> None:
    old = held(ADA, failed={PAYERS: "create: long ago"})
    new = {**held(DEVELOPERS), "outputs": old["outputs"]}
    events = [error("throttled", ASSIGNMENTS, "Developer")]
    report = told([*events, *step("update", ASSIGNMENTS, "Developer", old, new, failed=True)], code=1)
    assert report.assignments.failed == ()
    assert not report.changes_anything
    assert [(each.name, each.reason) for each in report.failed] == [("Developer", "throttled")]


def test_policies_are_told_by_account_with_the_engines_reason() -> None:
    good = step("update", POLICY, f"{SHOP}/Guardrail", {}, {})
    good[1]["resOutputsEvent"]["metadata"]["detailedDiff"] = {
        "policyDocument.Statement[0].Action": {},
        "policyDocument": {},
    }
    bad = step("create", POLICY, f"{PAY}/Guardrail", None, {}, failed=True)
    report = told([*good, error("no role", POLICY, f"{PAY}/Guardrail"), *bad, error("the program failed")], code=1)
    (done,), (failed,) = report.changed, report.failed
    assert (done.kind, done.name, done.account_name, done.fields) == (
        Kind.POLICY,
        "Guardrail",
        "shop-prod",
        ("policy document",),
    )
    assert (failed.account, failed.operation, failed.reason) == (PAY, Operation.CREATE, "no role")
    assert report.errors == ("the program failed",)


def test_a_replacement_is_one_change() -> None:
    name = f"{SHOP}/Guardrail"
    halves = [*step("delete-replaced", POLICY, name, {}, None), *step("create-replacement", POLICY, name, {}, {})]
    report = told([*halves, *step("replace", POLICY, name, {}, {})])
    assert [each.operation for each in report.changed] == [Operation.REPLACE]


def test_pooled_policies_are_told_one_by_one() -> None:
    old = {"inputs": {"policies": {"A": {"v": 1}, "B": {"v": 1}, "C": {"v": 1}}}, "outputs": {}}
    new = {"inputs": {"policies": {"A": {"v": 2}, "B": {"v": 1}, "D": {"v": 1}}}, "outputs": {}}
    report = told(step("update", "remit:index:ManagedPolicies", SHOP, old, new))
    assert [(each.name, each.operation, each.account_name) for each in report.changed] == [
        ("A", Operation.UPDATE, "shop-prod"),
        ("C", Operation.DELETE, "shop-prod"),
        ("D", Operation.CREATE, "shop-prod"),
    ]


def test_drift_is_what_the_runs_own_refresh_found_and_repaired_if_a_later_step_changed_it() -> None:
    name = "Developer"
    found = step("refresh", ASSIGNMENTS, name, held(DEVELOPERS), held(ADA))
    legacy = step("refresh", "aws-native:sso:PermissionSet", "Legacy", {"inputs": {"d": 1}}, {"inputs": {"d": 2}})
    repaired = step("update", ASSIGNMENTS, name, held(ADA), held(DEVELOPERS, deleted=1))
    drift = told([*found, *legacy, *repaired]).drift
    assert [(each.what, each.changes, each.repaired) for each in drift] == [
        ("assignments of Developer", ("+ ada in shop-prod", "- developers in shop-prod"), True),
        ("permission set Legacy", ("~ d",), False),
    ]


@pytest.mark.parametrize(("code", "ended"), [(-9, False), (137, False), (255, False)])
def test_a_killed_run_tells_what_it_did_until_then(code: int, ended: bool) -> None:
    events = step("create", ASSIGNMENTS, "Developer", None, held(DEVELOPERS))
    report = told(events, code=code, ended=ended)
    assert report.result is Result.INTERRUPTED
    assert len(report.assignments.created) == 1


def test_a_log_that_is_cut_off_in_a_line_or_empty_is_read_as_far_as_it_goes() -> None:
    whole = "\n".join(json.dumps(event) for event in step("create", POLICY, f"{SHOP}/A", None, {}))
    assert len(read_events(whole + '\n{"resOutputsEvent": {"meta').steps) == 1
    assert build_report(Run("up", "prod", 255, AT, AT), read_events("")).result is Result.FAILED


def test_a_report_reads_back_as_it_was_written() -> None:
    report = told(step("update", ASSIGNMENTS, "Developer", held(ADA), held(DEVELOPERS)))
    assert RunReport.model_validate_json(report.model_dump_json()) == report
