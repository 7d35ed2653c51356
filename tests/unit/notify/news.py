"""News to tell in tests: a run with something of everything, and one with far too much."""

from __future__ import annotations

from remit.notify.inputs import Difference, Drift, Ending, Expiring, News
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
    drift=Drift(
        stack="prod",
        differences=(
            Difference(
                what="policy Guardrail", account="200000000001", account_name="shop-prod", who="ada", when="02:00"
            ),
        ),
    ),
    expiring=Expiring(
        entries=(
            Ending(what="contractors: Developer", expires="2026-12-31", source="access.yaml:12", reason="T-42"),
            Ending(what="policy Old", expires="2026-11-01", expired=True),
        )
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
