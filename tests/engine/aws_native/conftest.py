"""A Cloud Control API in memory, and the provider in front of it over a real gRPC channel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import grpc
import jsonpatch
import pytest
from botocore.exceptions import ClientError
from pulumi.runtime.proto import provider_pb2_grpc

from engine.aws_native.configuration import Configuration
from engine.aws_native.provider import AwsNativeProvider
from engine.aws_native.server import make_server

Event = dict[str, Any]


class FakeCloudControl:
    """Cloud Control in memory. Each operation takes `polls` looks to finish; `failures` come first, in order."""

    def __init__(self) -> None:
        self.models: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.polls = 1
        self.failures: list[Event] = []
        self.hidden_reads = 0
        self._running: dict[str, tuple[int, Event]] = {}

    def create_resource(self, **arguments: Any) -> dict[str, Any]:
        model = json.loads(arguments["DesiredState"])
        name = model.get("ManagedPolicyName") or model.get("Name") or "resource"
        identifier = f"arn:{name}"

        def apply() -> Event:
            if identifier in self.models:
                return _failed("CREATE", "AlreadyExists", f"{name} already exists", Identifier=identifier)
            self.models[identifier] = {**model, "PolicyArn": identifier}
            return {"Identifier": identifier}

        return self._start("create", arguments, apply)

    def update_resource(self, **arguments: Any) -> dict[str, Any]:
        identifier = arguments["Identifier"]

        def apply() -> Event:
            patch = json.loads(arguments["PatchDocument"])
            self.models[identifier] = jsonpatch.apply_patch(self.models[identifier], patch)
            return {"Identifier": identifier}

        return self._start("update", arguments, apply)

    def delete_resource(self, **arguments: Any) -> dict[str, Any]:
        identifier = arguments["Identifier"]

        def apply() -> Event:
            if identifier not in self.models:
                return _failed("DELETE", "NotFound", f"{identifier} was not found")
            del self.models[identifier]
            return {"Identifier": identifier}

        return self._start("delete", arguments, apply)

    def get_resource(self, **arguments: Any) -> dict[str, Any]:
        self.calls.append(("get", arguments))
        if self.hidden_reads:
            self.hidden_reads -= 1
            raise _not_found()
        if arguments["Identifier"] not in self.models:
            raise _not_found()
        return {"ResourceDescription": {"Properties": json.dumps(self.models[arguments["Identifier"]])}}

    def get_resource_request_status(self, **arguments: Any) -> dict[str, Any]:
        self.calls.append(("status", arguments))
        left, event = self._running[arguments["RequestToken"]]
        self._running[arguments["RequestToken"]] = (left - 1, event)
        return {"ProgressEvent": event if left <= 1 else _in_progress(arguments["RequestToken"])}

    def _start(self, name: str, arguments: dict[str, Any], apply: Any) -> dict[str, Any]:
        self.calls.append((name, arguments))
        token = f"request-{len(self.calls)}"
        outcome = self.failures.pop(0) if self.failures else apply()
        event = {"OperationStatus": "SUCCESS", "Operation": name.upper(), "RequestToken": token, **outcome}
        self._running[token] = (self.polls, event)
        return {"ProgressEvent": event if self.polls == 0 else _in_progress(token)}


def _in_progress(token: str) -> Event:
    return {"OperationStatus": "IN_PROGRESS", "RequestToken": token}


def _failed(operation: str, code: str, message: str, **more: Any) -> Event:
    return {
        "OperationStatus": "FAILED",
        "Operation": operation,
        "ErrorCode": code,
        "StatusMessage": message,
        **more,
    }


def _not_found() -> ClientError:
    error = {"Error": {"Code": "ResourceNotFoundException", "Message": "not found"}}
    return ClientError(error, "GetResource")


@pytest.fixture
def cloud() -> FakeCloudControl:
    return FakeCloudControl()


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def clouds(cloud: FakeCloudControl) -> dict[str, FakeCloudControl]:
    """Cloud Control by account, as a role's ARN names it; `""` without a role."""
    return {"": cloud}


@pytest.fixture
def provider(
    clouds: dict[str, FakeCloudControl], sleeps: list[float]
) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """A client of the provider, not configured yet."""

    def connect(configuration: Configuration) -> FakeCloudControl:
        role = configuration.assume_role
        return clouds[role.account if role else ""]

    server, port = make_server(AwsNativeProvider(connect, sleep=sleeps.append))
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(grace=None).wait()
