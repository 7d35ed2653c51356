"""What an end would break: a preview refuses it before it comes, a run that nobody looks at goes on until then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.e2e.world import World

SOON = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"


def test_a_preview_refuses_today_what_no_run_could_do_then(fresh: World) -> None:
    fresh.edit("managed.yaml", "  - name: Guardrail\n", f"  - name: Guardrail\n    expires: {SOON}\n")
    fresh.edit(
        "permission-sets.yaml",
        "customer_managed_policies: [Guardrail]",
        "permissions_boundary: {customer_managed: Guardrail}",
    )
    refused = fresh.run("preview")
    assert refused.code != 0
    assert "on every run would refuse this: permissions boundary 'Guardrail' does not reach" in refused.text
    gone_on = fresh.run("up", "--yes", "--skip-preview")
    assert gone_on.code == 0, gone_on.text
    assert "on every run would refuse this" in gone_on.text
    assert fresh.grants()
