"""What the engine is told: progress now and then, warnings always, and nothing that could break a run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from provider.engine_log import EngineLog
from remit.aws.scheduler import Progress

URN = "urn:pulumi:test::remit::remit:index:AccountAssignments::Engineer"


class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def Log(self, request: Any, context: Any) -> Empty:  # noqa: N802
        self.heard.append(request)
        return Empty()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def channel(engine: Engine) -> Iterator[grpc.Channel]:
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    server.stop(0).wait()


def test_short_work_tells_nothing_and_long_work_now_and_then(engine: Engine, channel: grpc.Channel) -> None:
    clock = Clock()
    told = EngineLog(channel, clock=clock).told(URN)
    for second in range(63):
        clock.now = float(second)
        told.writing(Progress(second, 1000, 1000.0 - second))
    passing = [each.message for each in engine.heard if each.ephemeral]
    lasting = [each.message for each in engine.heard if not each.ephemeral]
    assert passing[0] == "3 of 1000 changes made, about 17 min left"
    assert len(passing) == 20
    assert lasting == ["60 of 1000 changes made, about 16 min left"]
    assert {each.urn for each in engine.heard} == {URN}


def test_reading_and_the_first_seconds_of_writing_have_words_too(engine: Engine, channel: grpc.Channel) -> None:
    clock = Clock()
    told = EngineLog(channel, clock=clock).told(URN)
    clock.now = 5.0
    told.reading(7, 400)
    clock.now = 10.0
    told.writing(Progress(0, 4, float("inf")))
    clock.now = 15.0
    told.writing(Progress(3, 4, 2.4))
    assert [each.message for each in engine.heard] == [
        "read 7 of 400 accounts",
        "0 of 4 changes made, no estimate yet",
        "3 of 4 changes made, about 2 s left",
    ]


def test_a_warning_is_a_warning(engine: Engine, channel: grpc.Channel) -> None:
    EngineLog(channel).warning("look", URN)
    assert (engine.heard[0].severity, engine.heard[0].message) == (engine_pb2.WARNING, "look")


def test_no_engine_is_no_reason_to_fail() -> None:
    EngineLog().warning("look", URN)
    with grpc.insecure_channel("127.0.0.1:1") as nowhere:
        EngineLog(nowhere).warning("look", URN)
