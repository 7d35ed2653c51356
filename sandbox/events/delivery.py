"""One event to one API destination: the request, its repetitions, and the dead-letter queue.

Differs from AWS: it is delivered before the call that made the event is answered, so that a test need not wait; what
failed is tried again at once and at most five times, instead of for a day; and nothing leaves this machine: an address
that is not a loopback one gets nothing, and the event goes to the dead-letter queue.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from moto.sqs.models import sqs_backends

from sandbox.wire import JsonObject

_TIMEOUT = 5.0  # seconds: EventBridge's own
_MOST_TRIES = 6
_TRY_AGAIN = frozenset({0, 409, 429, *range(500, 600)})
_USER_AGENT = "Amazon/EventBridge/ApiDestinations"


@dataclass(frozen=True, slots=True)
class Request:
    """`authorization` is the connection's AuthParameters; `dead_letters` a queue's ARN, or empty."""

    url: str
    method: str
    body: str
    authorization: Mapping[str, Any]
    retries: int
    dead_letters: str
    event: JsonObject
    rule: str
    target: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The last try's status, 0 when nobody answered."""

    status: int
    tries: int


def deliver(request: Request) -> Answer:
    """Sends until it is taken, or given up."""
    if not _is_loopback(request.url):
        return _given_up(request, Answer(0, 0), "the sandbox sends nothing beyond this machine")
    answer = Answer(_send(request), 1)
    while answer.status in _TRY_AGAIN and answer.tries < min(request.retries + 1, _MOST_TRIES):
        answer = Answer(_send(request), answer.tries + 1)
    return answer if 200 <= answer.status < 300 else _given_up(request, answer, f"status {answer.status}")


def _send(request: Request) -> int:
    parameters = request.authorization.get("InvocationHttpParameters", {})
    key = request.authorization.get("ApiKeyAuthParameters", {})
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": _USER_AGENT,
        **({key["ApiKeyName"]: key["ApiKeyValue"]} if key else {}),
        **_pairs(parameters.get("HeaderParameters", [])),
    }
    query = urlencode(_pairs(parameters.get("QueryStringParameters", [])))
    url = f"{request.url}?{query}" if query else request.url
    sent = urllib.request.Request(url, request.body.encode(), headers, method=request.method)  # noqa: S310  loopback
    try:
        with urllib.request.urlopen(sent, timeout=_TIMEOUT) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def _pairs(parameters: list[JsonObject]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in parameters}


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _given_up(request: Request, answer: Answer, reason: str) -> Answer:
    if request.dead_letters:
        *_, region, account, queue = request.dead_letters.split(":")
        told = {
            "RULE_ARN": request.rule,
            "TARGET_ARN": request.target,
            "ERROR_CODE": "SDK_CLIENT_ERROR",
            "ERROR_MESSAGE": reason,
            "RETRY_ATTEMPTS": str(max(answer.tries - 1, 0)),
        }
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
        sqs_backends[account][region].send_message(queue, json.dumps(request.event), attributes)
    return answer
