"""News to tell in tests: a run with something of everything, and one with far too much."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from remit.drift import values as found
from remit.drift.values import as_json
from remit.notify.inputs import Drift, Ending, Expiring, News
from remit.reporting.report import (
    AssignmentChange,
    Assignments,
    Found,
    Kind,
    Operation,
    ResourceChange,
    Result,
    RunReport,
)

RUN_URL = "https://github.com/northwind/access/actions/runs/7"


def assigned(account: str, *, group: str = "developers", reason: str = "") -> AssignmentChange:
    return AssignmentChange(
        permission_set="Developer",
        account=f"{abs(hash(account)) % 10**12:012}",
        account_name=account,
        principal_type="GROUP",
        principal_id="10000000-0000-4000-8000-000000000001",
        principal=group,
        reason=reason,
    )


def changed(account: str = "", *, reason: str = "") -> ResourceChange:
    if not account:
        return ResourceChange(kind=Kind.PERMISSION_SET, name="Developer", operation=Operation.CREATE, reason=reason)
    return ResourceChange(
        kind=Kind.POLICY,
        name="Guardrail",
        operation=Operation.UPDATE,
        account="200000000001",
        account_name=account,
        fields=("policy document",),
        reason=reason,
    )


def report(**more: object) -> RunReport:
    told: dict[str, object] = {
        "verb": "up",
        "stack": "prod",
        "result": Result.SUCCEEDED,
        "exit_code": 0,
        "started": "2026-11-24T02:00:00+00:00",
        "finished": "2026-11-24T02:01:00+00:00",
        "run_url": RUN_URL,
    }
    return RunReport.model_validate(told | more)


AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
FOUND = found.Drift(
    "prod",
    AT,
    "policies",
    (
        found.Finding(
            "permission_set",
            "changed",
            "enforce",
            "Auditor",
            differences=(found.Difference("session_duration", "PT1H", "PT12H"),),
            deeds=(found.Deed(AT, "UpdatePermissionSet", "ada", "192.0.2.7", "1"),),
        ),
    ),
    (found.Unread("200000000009", "old", "the role RemitSpoke cannot be assumed"),),
)
"""Drift as `remit drift` finds it: what it prints is what is read here."""
EVERYTHING = News(
    report=report(
        result=Result.FAILED,
        exit_code=1,
        assignments=Assignments(
            created=tuple(assigned(name) for name in ("shop-prod", "shop-dev")),
            deleted=(assigned("audit", group="contractors"),),
            failed=(assigned("pay-prod", reason="create: the role AWSReservedSSO_Developer could not be provisioned"),),
            unlisted=2,
        ),
        changed=(changed("shop-prod"), changed("shop-dev"), changed()),
        failed=(changed("pay-prod", reason="the role RemitSpoke cannot be assumed"),),
        drift=(
            Found(what="assignments of Auditor", changes=("+ ada@shop.example in shop-prod",), repaired=True),
            Found(what="permission set Legacy", changes=("~ sessionDuration",)),
        ),
    ),
    drift=Drift.model_validate_json(json.dumps(as_json(FOUND))),
    expiring=Expiring(
        ending=(
            Ending(
                kind="access rule",
                subject="contractors: Developer",
                expires="2026-12-31",
                file="access.yaml",
                line=12,
                reason="T-42",
            ),
        ),
        ended=(Ending(kind="managed policy", subject="Old", expires="2026-11-01"),),
    ),
)
FAR_TOO_MUCH = News(
    report=report(
        result=Result.FAILED,
        exit_code=1,
        run_url=RUN_URL,
        assignments=Assignments(
            created=tuple(assigned(f"account-{i}", group=f"group-{i} ñandú") for i in range(4000)),
            failed=tuple(assigned(f"account-{i}", group=f"g{i}", reason="x" * 900) for i in range(400)),
        ),
        errors=tuple(f"error {i}: " + "y" * 5000 for i in range(200)),
    )
)
