"""Pulumi's own mocks: components run for real, and every registration is recorded as the engine would get it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime import mocks, rpc


class Answers(mocks.Mocks):
    """Answers a registration as AWS would: with the ARN."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = dict(args.inputs)
        if args.typ == "aws-native:iam:ManagedPolicy":
            account, name = args.name.split("/")
            outputs["policyArn"] = f"arn:aws:iam::{account}:policy/{name}"
        if args.typ == "aws-native:sso:PermissionSet":
            outputs["permissionSetArn"] = f"arn:aws:sso:::permissionSet/ssoins-1/ps-{args.name}"
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"a component called {args.token}")


class Recorder(mocks.MockMonitor):
    """A monitor that keeps each RegisterResource request."""

    def __init__(self) -> None:
        super().__init__(Answers())
        self.requests: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        self.requests.append(request)
        return super().RegisterResource(request)

    def of(self, type_token: str) -> dict[str, Any]:
        """{logical name: request} of a type."""
        return {request.name: request for request in self.requests if request.type == type_token}

    def inputs(self, type_token: str, name: str) -> dict[str, Any]:
        return rpc.deserialize_properties(self.of(type_token)[name].object)

    def tokens(self) -> set[str]:
        return {request.type for request in self.requests}


@pytest.fixture
def run() -> Callable[[Callable[[], object]], Recorder]:
    """run(program) → what the program registered."""

    def run_program(program: Callable[[], object]) -> Recorder:
        recorder = Recorder()
        mocks.set_mocks(Answers(), project="remit", stack="test", preview=False, monitor=recorder)
        mocks.test(program)()
        return recorder

    return run_program
