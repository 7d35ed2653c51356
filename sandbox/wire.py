"""The two protocols of AWS that matter here: JSON with an X-Amz-Target header, and the query protocol with XML.

A `Call` is a request read that far; `json_answer` and `error_answer` write what goes back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response

from sandbox.errors import AwsError

JsonObject = dict[str, Any]

TARGETS: Mapping[str, str] = {
    "AWSOrganizationsV20161128": "organizations",
    "AWSIdentityStore": "identitystore",
    "SWBExternalService": "sso-admin",
    "CloudApiService": "cloudcontrol",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail",
}
_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/[^/]+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to AWS. `account` is the caller's; `params` are those of a JSON call."""

    service: str
    operation: str
    account: str
    access_key: str
    region: str
    body: bytes
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return not self.operation.startswith(("List", "Get", "Describe", "Is", "Lookup"))


@dataclass(frozen=True, slots=True)
class Credential:
    """What an Authorization header says of who calls which service where. Signatures are not checked."""

    access_key: str = ""
    region: str = "us-east-1"
    service: str = ""


def credential_of(request: Request) -> Credential:
    found = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    if not found:
        return Credential()
    return Credential(found["key"], found["region"], found["service"].lower())


def read_call(request: Request, account: str, credential: Credential) -> Call:
    """Names service and operation as boto3 does; raises AwsError for a body that is not JSON where it must be."""
    body = request.get_data()
    target, _, operation = request.headers.get("X-Amz-Target", "").rpartition(".")
    service = TARGETS.get(target)
    if service is None:
        form = _form(request, body)
        action = operation or form.get("Action", "") or request.method
        name = credential.service or ("sts" if action.startswith("AssumeRole") else "s3")
        return Call(name, action, account, credential.access_key, credential.region, body, form)
    return Call(service, operation, account, credential.access_key, credential.region, body, _json_object(body))


def _form(request: Request, body: bytes) -> dict[str, str]:
    if not request.content_type or "x-www-form-urlencoded" not in request.content_type:
        return {}
    return {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


def _json_object(body: bytes) -> JsonObject:
    try:
        params = json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", "The request body is not JSON") from error
    if not isinstance(params, dict):
        raise AwsError("SerializationException", "The request body is not a JSON object")
    return params


def json_answer(payload: Mapping[str, Any], status: int = 200, **headers: str) -> Response:
    body = json.dumps(payload, separators=(",", ":"))
    answer = Response(body, status, content_type="application/x-amz-json-1.1")
    answer.headers["x-amzn-RequestId"] = str(uuid4())
    for name, value in headers.items():
        answer.headers[name.replace("_", "-")] = value
    return answer


def error_answer(error: AwsError, service: str) -> Response:
    """The error in the protocol of its service."""
    if service in {"iam", "sts"}:
        return _xml_error(error)
    return json_answer(
        {"__type": error.code, "message": error.message, "Message": error.message},
        error.status,
        x_amzn_ErrorType=error.code,
    )


def _xml_error(error: AwsError) -> Response:
    kind = "Sender" if error.status < 500 else "Receiver"
    body = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{uuid4()}</RequestId></ErrorResponse>"
    )
    return Response(body, error.status, content_type="text/xml")
