"""The default event bus of every account and region: what CloudTrail records, matched by rules.

Events wait in `outbox` until the call that made them is answered; then they are delivered, without the world's lock.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import Any

from moto.events.models import EventPattern

from sandbox.events.delivery import Request, deliver
from sandbox.events.transform import transformed
from sandbox.events.types import ApiDestinationType, ConnectionType, QueuePolicyType, QueueType, RuleType
from sandbox.wire import JsonObject
from sandbox.world import World

_DETAIL_TYPES = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one event at one target. `status`: of the last try, 0 without an answer."""

    event: str
    rule: str
    url: str
    status: int
    tries: int


class Bus:
    """Rules, connections and destinations are kept by the types that Cloud Control makes them with."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rules = RuleType(world)
        self.connections = ConnectionType(world)
        self.destinations = ApiDestinationType(world)
        self.queues = QueueType(world)
        self.queue_policies = QueuePolicyType(world)
        self.deliveries: list[Delivery] = []
        self._outbox: deque[tuple[str, str, Request]] = deque()
        world.trail.listeners.append(self._heard)

    def deliver(self) -> None:
        """Sends what waits. Not under the world's lock: whoever gets it may call AWS."""
        while True:
            with self._world.lock:
                if not self._outbox:
                    return
                name, rule, request = self._outbox.popleft()
            answer = deliver(request)
            with self._world.lock:
                self.deliveries.append(Delivery(name, rule, request.url, answer.status, answer.tries))

    def _heard(self, record: JsonObject) -> None:
        account, region = record["recipientAccountId"], record["awsRegion"]
        event = _event(record)
        for rule in self.rules.everything(account, region):
            if rule["State"] != "ENABLED" or "EventPattern" not in rule:
                continue
            if EventPattern.load(json.dumps(rule["EventPattern"])).matches_event(event):
                for target in rule.get("Targets", []):
                    self._queue(rule, target, event)

    def _queue(self, rule: JsonObject, target: JsonObject, event: Any) -> None:  # noqa: ANN401
        account, region = event["account"], event["region"]
        destination = _with_arn(self.destinations.everything(account, region), target["Arn"])
        connection = destination and _with_arn(
            self.connections.everything(account, region), destination["ConnectionArn"]
        )
        if destination is None or connection is None:
            return  # another kind of target, which is not simulated
        retries = target.get("RetryPolicy", {}).get("MaximumRetryAttempts", 185)
        request = Request(
            url=destination["InvocationEndpoint"],
            method=destination["HttpMethod"],
            body=transformed(target, event),
            authorization=connection.get("AuthParameters", {}),
            retries=retries,
            dead_letters=target.get("DeadLetterConfig", {}).get("Arn", ""),
            event=event,
            rule=rule["Arn"],
            target=target["Arn"],
        )
        self._outbox.append((event["detail"]["eventName"], rule["Name"], request))


def _event(record: JsonObject) -> Any:  # noqa: ANN401  moto's own kind of dictionary
    service = record["eventSource"].partition(".")[0]
    return {
        "version": "0",
        "id": record["eventID"],
        "detail-type": _DETAIL_TYPES[record["eventType"]],
        "source": f"aws.{service}",
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


def _with_arn(models: list[JsonObject], arn: str) -> JsonObject | None:
    return next((model for model in models if model["Arn"] == arn), None)
