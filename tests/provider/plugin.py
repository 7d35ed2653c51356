"""The plugin as the engine meets it: a gRPC channel to a servicer that works on a fake Identity Center."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from provider.account_assignments import AccountAssignments
from provider.engine_log import EngineLog
from provider.guard import Guard
from provider.servicer import Servicer
from provider.session import Session
from remit.aws.assignments import AssignmentReader
from remit.aws.scheduler import Scheduler
from remit.aws.sso_admin import SsoAdmin
from remit.aws.throttle import Throttle, TokenBucket
from remit.aws.under_way import let_finish
from remit.max_revoke import MaxRevoke
from remit.resource_types import ACCOUNT_ASSIGNMENTS, REVOCATION_GUARD
from remit.revocation import Limits
from tests.provider.fake_sso_admin import INSTANCE, PERMISSION_SET

URN = f"urn:pulumi:test::remit::{ACCOUNT_ASSIGNMENTS}::Engineer"
ALL = MaxRevoke(percent=100)
A, B, C = "111111111111", "222222222222", "333333333333"


class Hurry:
    """A clock that goes on by what is slept, at once: tests do not wait for AWS's clock."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def clock(self) -> float:
        return time.monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._ahead += seconds
        time.sleep(0)  # for the other threads


def key(account: str, principal: str, kind: str = "GROUP") -> str:
    return f"{account}/{kind}/{principal}"


def inputs(*keys: str, scope: tuple[str, ...] = (A, B, C), **more: object) -> dict[str, Any]:
    return {
        "instanceArn": INSTANCE,
        "permissionSetArn": PERMISSION_SET,
        "scope": list(scope),
        "assignments": dict.fromkeys(keys, "label"),
        "unmanaged": "remove",
        **more,
    }


def sso_admin(client: Any, hurry: Hurry, seed: int = 0) -> SsoAdmin:
    bucket = TokenBucket(1e6, clock=hurry.clock, sleep=hurry.sleep)
    return SsoAdmin(client, Throttle(bucket, sleep=hurry.sleep, dice=random.Random(seed)))  # noqa: S311


Departed = Callable[[str], str]


def session(client: Any, seed: int = 0, departed: Departed = lambda _: "", most: MaxRevoke = ALL) -> Session:
    sso = sso_admin(client, hurry := Hurry(), seed)

    @cache
    def reader_of(instance: str) -> AssignmentReader:
        waiting = partial(let_finish, sso, instance, clock=hurry.clock, sleep=hurry.sleep)
        return AssignmentReader(sso, instance, before=lambda stop: waiting(stop=stop))

    scheduler = Scheduler(sso, report_every=0.05, clock=hurry.clock, sleep=hurry.sleep)
    resource = AccountAssignments(reader_of, scheduler, departed=departed)
    return Session(resource, guard=Guard(Limits(most)))


class RefusedError(Exception):
    """A call that ended with an error: its text, and what a partial failure carries."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.code = error.code()
        self.failed: Any = None
        for name, value in error.trailing_metadata():
            if name == "grpc-status-details-bin":
                (detail,) = status_pb2.Status.FromString(value).details
                self.failed = provider_pb2.ErrorResourceInitFailed()
                assert detail.Unpack(self.failed)

    @property
    def properties(self) -> dict[str, Any]:
        return MessageToDict(self.failed.properties)


class Heard(EngineLog):
    """What a person before the engine reads."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def warning(self, message: str, urn: str) -> None:
        self.warnings.append(message)


class Plugin:
    """Calls as the engine makes them, with dictionaries for structs. `warnings`: what it said meanwhile."""

    def __init__(self, stub: Any, warnings: list[str]) -> None:
        self.stub, self.warnings = stub, warnings

    def call(self, name: str, request: object) -> Any:
        try:
            return getattr(self.stub, name)(request, timeout=60)
        except grpc.RpcError as error:
            raise RefusedError(error) from error

    def check(self, news: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        answer = self.call("Check", provider_pb2.CheckRequest(urn=URN, type=ACCOUNT_ASSIGNMENTS, news=struct(news)))
        return MessageToDict(answer.inputs), {each.property: each.reason for each in answer.failures}

    def guard(self, news: dict[str, Any], olds: dict[str, Any] | None = None) -> tuple[dict[str, Any], str]:
        """The check of the whole stack, which comes first in a run: what it keeps, and the refusal or ""."""
        request = provider_pb2.CheckRequest(
            urn=f"urn:pulumi:test::remit::{REVOCATION_GUARD}::revocation-guard",
            type=REVOCATION_GUARD,
            olds=struct(olds or {}),
            news=struct(news),
        )
        answer = self.call("Check", request)
        return MessageToDict(answer.inputs), "".join(each.reason for each in answer.failures)

    def diff(self, old: dict[str, Any], new: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, str]:
        """{path: kind}; the invariants of a detailed diff are checked on the way."""
        request = provider_pb2.DiffRequest(
            id="id",
            urn=URN,
            type=ACCOUNT_ASSIGNMENTS,
            old_inputs=struct(old),
            olds=struct(olds or {}),
            news=struct(new),
        )
        answer = self.call("Diff", request)
        kinds = {path: provider_pb2.PropertyDiff.Kind.Name(each.kind) for path, each in answer.detailedDiff.items()}
        assert answer.hasDetailedDiff
        assert (answer.changes == provider_pb2.DiffResponse.DIFF_SOME) == bool(kinds)
        assert set(answer.diffs) == {path.partition("[")[0] for path in kinds}
        return kinds

    def create(self, properties: dict[str, Any], *, preview: bool = False) -> tuple[str, dict[str, Any]]:
        request = provider_pb2.CreateRequest(
            urn=URN, type=ACCOUNT_ASSIGNMENTS, properties=struct(properties), preview=preview
        )
        answer = self.call("Create", request)
        return answer.id, MessageToDict(answer.properties)

    def update(
        self,
        old: dict[str, Any],
        new: dict[str, Any],
        olds: dict[str, Any] | None = None,
        *,
        preview: bool = False,
    ) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(
            urn=URN,
            type=ACCOUNT_ASSIGNMENTS,
            olds=struct(olds or {}),
            old_inputs=struct(old),
            news=struct(new),
            preview=preview,
        )
        return MessageToDict(self.call("Update", request).properties)

    def read(
        self, id_: str, old: dict[str, Any] | None = None, olds: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        request = provider_pb2.ReadRequest(id=id_, urn=URN, type=ACCOUNT_ASSIGNMENTS)
        if old is not None:
            request.inputs.CopyFrom(struct(old))
            request.properties.CopyFrom(struct(olds or {}))
        answer = self.call("Read", request)
        return answer.id, MessageToDict(answer.inputs), MessageToDict(answer.properties)

    def delete(self, old: dict[str, Any], olds: dict[str, Any] | None = None) -> None:
        request = provider_pb2.DeleteRequest(
            urn=URN, type=ACCOUNT_ASSIGNMENTS, properties=struct(olds or {}), old_inputs=struct(old)
        )
        self.call("Delete", request)


def struct(properties: dict[str, Any]) -> Struct:
    return ParseDict(properties, Struct())


@contextmanager
def plugin(client: object, seed: int = 0, departed: Departed = lambda _: "", most: MaxRevoke = ALL) -> Iterator[Plugin]:
    """A configured plugin on a real channel."""
    server = grpc.server(ThreadPoolExecutor(32))
    heard = Heard()
    servicer = Servicer(lambda _: session(client, seed, departed, most), lambda _: heard)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            served = Plugin(provider_pb2_grpc.ResourceProviderStub(channel), heard.warnings)
            served.call("Attach", plugin_pb2.PluginAttach(address="the engine"))
            served.call("Configure", provider_pb2.ConfigureRequest(args=struct({"region": "us-east-1"})))
            yield served
    finally:
        server.stop(0).wait()
