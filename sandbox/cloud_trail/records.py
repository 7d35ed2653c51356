"""A call as CloudTrail records it. Fields and spellings are those of CloudTrail's record contents, version 1.11."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.wire import Call, JsonObject

SOURCES: Mapping[str, str] = {
    "organizations": "organizations.amazonaws.com",
    "sso-admin": "sso.amazonaws.com",
    "identitystore": "identitystore.amazonaws.com",
    "iam": "iam.amazonaws.com",
    "cloudcontrol": "cloudcontrolapi.amazonaws.com",
}
_GLOBAL = frozenset({"organizations", "iam"})  # these record in us-east-1, wherever they are called from
_VERSION = "1.11"
_ADDRESS = "192.0.2.1"  # of the documentation's network: the sandbox knows no caller's
_ROLE = re.compile(r"arn:aws:iam::(?P<account>\d{12}):role/(?P<path>.+/)?(?P<name>[^/]+)")


@dataclass(frozen=True, slots=True)
class Session:
    """A role that was assumed, and the name that the session was given."""

    role: str
    name: str

    @property
    def arn(self) -> str:
        found = _ROLE.fullmatch(self.role)
        return f"arn:aws:sts::{found['account']}:assumed-role/{found['name']}/{self.name}" if found else self.role


def record(call: Call, *, event_id: str, at: float, session: Session | None, answer: JsonObject | None) -> JsonObject:
    """The record of a call that succeeded. `at`: epoch seconds; `answer`: of a JSON call."""
    return {
        "eventVersion": _VERSION,
        "userIdentity": _identity(call, session),
        "eventTime": when(at),
        "eventSource": SOURCES[call.service],
        "eventName": call.operation,
        "awsRegion": "us-east-1" if call.service in _GLOBAL else call.region,
        "sourceIPAddress": _ADDRESS,
        "userAgent": "sandbox",
        "requestParameters": _lower(_parameters(call)) or None,
        "responseElements": _lower(answer) if answer else None,
        "requestID": event_id,
        "eventID": event_id,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.account,
        "eventCategory": "Management",
    }


def service_event(
    name: str, account: str, details: JsonObject, *, service: str = "organizations", event_id: str, at: float
) -> JsonObject:
    """What a service records that nobody called: CreateAccountResult. `details` are its serviceEventDetails."""
    return {
        "eventVersion": _VERSION,
        "userIdentity": {"accountId": account, "invokedBy": SOURCES[service]},
        "eventTime": when(at),
        "eventSource": SOURCES[service],
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": SOURCES[service],
        "userAgent": SOURCES[service],
        "requestParameters": None,
        "responseElements": None,
        "eventID": event_id,
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": account,
        "serviceEventDetails": details,
        "eventCategory": "Management",
    }


def when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user_name(call: Call) -> str:
    """A static key belongs to a user: `sandbox` to the administrator, any other to a user of the key's own name."""
    return "administrator" if call.access_key in {"", "sandbox"} else call.access_key.lower()


def _identity(call: Call, session: Session | None) -> JsonObject:
    if session is None:
        name = user_name(call)
        return {
            "type": "IAMUser",
            "principalId": f"AIDA{name.upper():0<16.16}",
            "arn": f"arn:aws:iam::{call.account}:user/{name}",
            "accountId": call.account,
            "accessKeyId": call.access_key,
            "userName": name,
        }
    return {
        "type": "AssumedRole",
        "principalId": f"AROASANDBOX:{session.name}",
        "arn": session.arn,
        "accountId": call.account,
        "accessKeyId": call.access_key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROASANDBOX",
                "arn": session.role,
                "accountId": call.account,
                "userName": session.role.rpartition("/")[2],
            },
            "attributes": {"mfaAuthenticated": "false"},
        },
    }


def _parameters(call: Call) -> JsonObject:
    return {key: value for key, value in call.params.items() if key not in {"Action", "Version"}}


def _lower(value: Any) -> Any:  # noqa: ANN401  JSON
    """CloudTrail writes every member's name with a small first letter."""
    if isinstance(value, Mapping):
        return {f"{key[:1].lower()}{key[1:]}": _lower(each) for key, each in value.items()}
    return [_lower(each) for each in value] if isinstance(value, list) else value
