"""What people hear of runs: each run leaves a report, and its messages arrive at real local servers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from tests.e2e.roles import TOPIC
from tests.e2e.world import ADA, AUDIT, DEVELOPERS, MANAGEMENT, SHOP_DEV, World
from tests.unit.notify.chat import SECRET, Chat

CHANNELS = """
channels:
  - {kind: teams, url_env: TEAMS_URL}
  - {kind: slack, url_env: SLACK_URL, topics: [failed, drift]}
  - {kind: webhook, url_env: HOOK_URL, secret_env: HOOK_KEY}
"""


def test_a_run_that_fails_in_part_and_the_one_that_repairs_it_are_told(fresh: World) -> None:
    report = fresh.folder / "run.json"
    fresh.environment |= {"GITHUB_REPOSITORY": "shop/access", "GITHUB_RUN_ID": "7"}
    (fresh.folder / "notifications.yaml").write_text(CHANNELS)
    fresh.edit("access.yaml", "targets: ou:Workloads", "targets: [ou:Workloads, account:audit]")
    fresh.break_role(AUDIT)

    failed = fresh.run("up", "--yes", "--skip-preview", "--report", str(report))
    assert failed.code != 0
    told = json.loads(report.read_text())
    assert (told["result"], told["stack"], told["exit_code"]) == ("failed", "test", failed.code)
    assert told["run_url"] == "https://github.com/shop/access/actions/runs/7"
    (refused,) = told["assignments"]["failed"]
    assert (refused["permission_set"], refused["account_name"], refused["principal"]) == (
        "Developer",
        "audit",
        "developers@shop.example",
    )
    assert "Guardrail" in refused["reason"]
    assert {(each["kind"], each["name"], each["account_name"]) for each in told["failed"]} >= {
        ("policy", f"all in {AUDIT}", "audit")
    }
    given = {(each["permission_set"], each["account"], "GROUP", each["principal_id"]) for each in _created(told)}
    assert given == fresh.grants()

    with Chat(refusals=[503, 429]) as chat:
        fresh.environment |= chat.environment
        sent = _notify(fresh, report)
    assert sent.splitlines()[-3:] == ["teams was told", "slack was told", "webhook was told"]
    assert chat.secrets_in(sent) == []
    card = chat.received["/teams"][-1].json()["attachments"][0]["content"]
    assert "Assignments that failed (1)" in json.dumps(card)
    assert card["actions"][0]["url"] == told["run_url"]
    hook = chat.received["/hook"][-1]
    assert hook.headers["webhook-signature"] == f"v1,{_signature(hook.headers, hook.body)}"
    assert hook.json()["report"] == told

    fresh.mend_role(AUDIT)
    fresh.up()
    fresh.assign("Developer", SHOP_DEV, "USER", ADA)
    fresh.unassign("Developer", SHOP_DEV, "GROUP", DEVELOPERS)
    fresh.up("--refresh", "--report", str(report))
    told = json.loads(report.read_text())
    assert told["result"] == "succeeded"
    assert told["assignments"]["failed"] == []
    assert [each["principal_id"] for each in _created(told)] == [DEVELOPERS]
    assert [each["principal_id"] for each in told["assignments"]["deleted"]] == [ADA]
    (drift,) = (each for each in told["drift"] if each["what"] == "assignments of Developer")
    assert drift["repaired"]
    assert {change[0] for change in drift["changes"]} == {"+", "-"}

    report.unlink()
    fresh.edit("access.yaml", "[Developer]", "[Nobody]")
    refused_early = fresh.run("up", "--yes", "--report", str(report))
    assert refused_early.code == 2
    assert "Nobody" in json.loads(report.read_text())["errors"][0]


def test_a_topic_is_told_by_the_role_that_the_run_had(fresh: World) -> None:
    topic = fresh.client("sns").create_topic(Name="access")["TopicArn"]
    assert topic == TOPIC
    queue = fresh.client("sqs").create_queue(QueueName="people")["QueueUrl"]
    fresh.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{MANAGEMENT}:people")
    (fresh.folder / "notifications.yaml").write_text(f'channels:\n  - {{kind: sns, topic_arn: "{topic}"}}\n')
    report = fresh.folder / "run.json"
    fresh.up("--report", str(report))
    assert "was told" in _notify(fresh, report)
    (message,) = fresh.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert "Access given (8)" in json.loads(message["Body"])["Message"]


def _created(told: dict[str, Any]) -> list[dict[str, Any]]:
    created: list[dict[str, Any]] = told["assignments"]["created"]
    return created


def _notify(world: World, report: Path) -> str:
    run = world.command("notify", "--report", str(report))
    assert run.code == 0, run.text
    return run.text


def _signature(headers: dict[str, str], body: bytes) -> str:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
