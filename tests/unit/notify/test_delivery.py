"""Messages arrive, are repeated where that may help, and give no secret away, whatever happens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from remit.cli.expiring import expiring
from remit.cli.notify import notify
from remit.delivery.deliver import Courier, Outcome
from remit.delivery.http import RETRIES
from remit.errors import CatalogError, RemitError
from remit.notify.channels import FILE, Channels, read_channels
from remit.notify.digest import digest
from remit.notify.inputs import Expiring
from tests.unit.notify.chat import SECRET, Chat
from tests.unit.notify.news import EVERYTHING, report

TOPIC = "arn:aws:sns:eu-central-1:100000000001:access"
ALL = Channels.model_validate(
    {
        "channels": [
            {"kind": "teams", "url_env": "TEAMS_URL"},
            {"kind": "slack", "url_env": "SLACK_URL"},
            {"kind": "webhook", "name": "audit log", "url_env": "HOOK_URL", "secret_env": "HOOK_KEY"},
            {"kind": "sns", "topic_arn": TOPIC},
        ]
    }
).channels
AT_ONCE = RETRIES.new(backoff_factor=0, backoff_jitter=0)


def _deliver(environment: Mapping[str, str], published: list[str] | None = None) -> list[Outcome]:
    def publish(topic: str, parameters: Mapping[str, Any]) -> None:
        if published is None:
            raise RemitError("sns: AuthorizationError")
        published.append(f"{topic} {parameters['Subject']}")

    courier = Courier(environment, publish, clock=lambda: 1_700_000_000, new_id=lambda: "msg_1", retries=AT_ONCE)
    return courier.deliver(digest(EVERYTHING), EVERYTHING, ALL)


def test_every_channel_is_told_and_a_busy_one_is_told_again() -> None:
    published: list[str] = []
    with Chat(refusals=[429, 503, 500]) as chat:
        outcomes = _deliver(chat.environment, published)
    assert outcomes == [Outcome(name) for name in ("teams", "slack", "audit log", "sns")]
    assert {path: len(posts) for path, posts in chat.received.items()} == {"/teams": 4, "/slack": 1, "/hook": 1}
    assert len({post.body for post in chat.received["/teams"]}) == 1
    assert published == [f"{TOPIC} Remit prod: up failed"]


def test_a_webhook_can_be_verified_by_what_the_standard_says() -> None:
    with Chat() as chat:
        _deliver(chat.environment)
    (post,) = chat.received["/hook"]
    assert (post.headers["webhook-id"], post.headers["webhook-timestamp"]) == ("msg_1", "1700000000")
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = hmac.new(key, b"msg_1.1700000000." + post.body, hashlib.sha256).digest()
    assert post.headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
    assert post.json()["report"] == EVERYTHING.report.model_dump(mode="json") if EVERYTHING.report else False


@pytest.mark.parametrize("status", [302, 400, 403, 404, 410])
def test_a_refusal_is_told_without_the_address_and_the_others_are_served(status: int) -> None:
    with Chat(refusals=[status]) as chat:
        outcomes = _deliver(chat.environment, [])
    assert outcomes[0].failure.startswith(f"answered {status}")
    assert [each.failure for each in outcomes[1:]] == ["", "", ""]
    assert Chat.secrets_in(repr(outcomes)) == []


def test_nobody_there_wrong_addresses_and_wrong_keys_are_told_without_them() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcomes = _deliver(
        {
            "TEAMS_URL": f"http://127.0.0.1:{port}/sig-3f1c9d",
            "SLACK_URL": "http://hooks.slack.example/sig-3f1c9d",
            "HOOK_URL": "https://[sig-3f1c9d",
            "HOOK_KEY": "sig-3f1c9d",
        }
    )
    assert [each.failure for each in outcomes] == [
        "could not be reached (NewConnectionError)",
        "SLACK_URL does not hold an https:// address",
        "HOOK_URL does not hold an address",
        "sns: AuthorizationError",
    ]
    with Chat() as chat:
        wrong_key = _deliver(chat.environment | {"HOOK_KEY": "sig-3f1c9d"})[2]
    assert wrong_key.failure.startswith("the webhook's secret is not of the form whsec_BASE64")
    assert Chat.secrets_in(repr([*outcomes, wrong_key])) == []


def test_the_verb_never_fails_a_job(tmp_path: Path) -> None:
    channels, told = tmp_path / FILE, tmp_path / "run.json"
    told.write_text(report(errors=("it broke",)).model_dump_json())
    broken = tmp_path / "broken.json"
    broken.write_text('{"verb": 7')
    channels.write_text("channels: [{kind: slack, url_env: NOT_SET_ANYWHERE}]")
    absent = str(tmp_path / "absent.json")

    def run(*arguments: str, at: Path = channels) -> str:
        done = CliRunner().invoke(notify, [*arguments, "--channels", str(at)])
        assert done.exit_code == 0, done.output
        return done.output

    assert "slack was not told: NOT_SET_ANYWHERE is not set" in run("--report", str(told))
    assert "slack was not told" in run("--report", absent)
    assert "broken.json is not what it should be" in run("--report", str(broken))
    assert "cannot be read" in run("--report", str(told), at=tmp_path / "nowhere.yaml")
    assert "the run left no report in absent.json" in run("--report", absent, "--print")
    assert "the run left no report in absent.json" in run("--drift", absent, "--print")


def test_what_is_wrong_with_the_channels_is_told_by_line_and_all_at_once(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_text(
        "channels:\n"
        "  - {kind: teams, url_env: https://prod.example/sig-3f1c9d}\n"
        "  - {kind: pager}\n"
        "  - {kind: webhook, url_env: A}\n"
        "  - {kind: sns, topic_arn: access}\n"
        "  - {kind: slack, url_env: A, topics: [gossip]}\n"
        "  - {kind: slack, url: A}\n"
    )
    with pytest.raises(CatalogError) as refused:
        read_channels(file)
    lines = [problem.source.line for problem in refused.value.problems if problem.source]
    assert sorted(set(lines)) == [2, 3, 4, 5, 6, 7]
    words = str(refused.value)
    assert Chat.secrets_in(words) == []
    assert "a webhook channel needs secret_env" in words
    assert "unknown key 'url' (there are kind" in words


def test_a_check_names_every_variable_that_is_not_set(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_text("channels: [{kind: webhook, name: log, url_env: NOT_SET_1, secret_env: NOT_SET_2}]")
    done = CliRunner().invoke(notify, ["--check", "--channels", str(file)])
    assert isinstance(done.exception, RemitError)
    assert "log: NOT_SET_1 is not set" in str(done.exception)
    assert "log: NOT_SET_2 is not set" in str(done.exception)


def test_what_remit_expiring_prints_is_what_is_read() -> None:
    printed = CliRunner().invoke(expiring, ["--catalog", "policies", "--within", "500w", "--json"])
    assert printed.exit_code == 0, printed.output
    read = Expiring.model_validate_json(printed.output)
    assert [each.expires for each in read.ending] == [each["expires"] for each in json.loads(printed.output)["ending"]]
    assert read.ending
