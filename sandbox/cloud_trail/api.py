"""LookupEvents: the changes of the last 90 days in the caller's account and region, newest first.

As in AWS, one attribute at a time, and two requests a second for each account and region (with limits on).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from sandbox.json_api import JsonApi
from sandbox.paging import Page
from sandbox.wire import Call, JsonObject
from sandbox.world import World

_PAGE = Page(50, 50)


class CloudTrailApi(JsonApi):
    service: ClassVar[str] = "cloudtrail"

    def __init__(self, world: World) -> None:
        self._world = world

    def lookup_events(self, call: Call) -> JsonObject:
        attributes = call.params.get("LookupAttributes") or []
        wanted = [(each["AttributeKey"], each["AttributeValue"]) for each in attributes[:1]]
        found = [
            _event(record)
            for record in reversed(self._world.trail.records)
            if record["recipientAccountId"] == call.account and record["awsRegion"] == call.region
            if _within(record, call) and all(value in _attribute(record, key) for key, value in wanted)
        ]
        page, more = _PAGE.cut(found, call.params)
        return {"Events": page, **more}


def _within(record: JsonObject, call: Call) -> bool:
    time = _seconds(record)
    return float(call.params.get("StartTime", 0)) <= time <= float(call.params.get("EndTime", "inf"))


def _seconds(record: JsonObject) -> float:
    return datetime.fromisoformat(record["eventTime"]).timestamp()


def _attribute(record: JsonObject, key: str) -> tuple[str, ...]:
    if key == "ResourceName":
        return tuple(each["ResourceName"] for each in _resources(record))
    plain = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "EventSource": record["eventSource"],
        "ReadOnly": "false",
        "Username": _user(record),
        "AccessKeyId": record["userIdentity"].get("accessKeyId", ""),
    }
    return (str(plain.get(key, "")),)


def _event(record: JsonObject) -> JsonObject:
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "false",
        "AccessKeyId": record["userIdentity"].get("accessKeyId", ""),
        "EventTime": _seconds(record),
        "EventSource": record["eventSource"],
        "Username": _user(record),
        "Resources": list(_resources(record)),
        "CloudTrailEvent": json.dumps(record),
    }


def _user(record: JsonObject) -> str:
    """As AWS shows it: a user's name, a session's name."""
    identity: dict[str, Any] = record["userIdentity"]
    return str(identity.get("userName") or identity.get("arn", "").rpartition("/")[2])


def _resources(record: JsonObject) -> Iterator[JsonObject]:
    """Of IAM alone, as far as it is asked for: policies by ARN and by name."""
    parameters = record.get("requestParameters") or {}
    if record["eventSource"] != "iam.amazonaws.com":
        return
    arn, name = parameters.get("policyArn"), parameters.get("policyName")
    if record["eventName"] == "CreatePolicy" and name:
        arn = f"arn:aws:iam::{record['recipientAccountId']}:policy{parameters.get('path', '/')}{name}"
    for each in (arn, name):
        if each:
            yield {"ResourceType": "AWS::IAM::Policy", "ResourceName": each}
