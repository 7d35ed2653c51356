"""`python provider`, as the engine starts it: a port on stdout, a log to the engine, an end when it is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from remit.resource_types import ACCOUNT_ASSIGNMENTS
from tests.provider.plugin import struct

ROOT = Path(__file__).parents[2]


@pytest.fixture
def engine() -> Iterator[tuple[grpc.Server, str]]:
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine_pb2_grpc.EngineServicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield server, f"127.0.0.1:{port}"
    server.stop(0).wait()


@pytest.fixture
def process(engine: tuple[grpc.Server, str], tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The plugin, and its address. Started elsewhere than in the project, and without its PYTHONPATH."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(
        [sys.executable, str(ROOT / "provider"), engine[1]],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**environment, "AWS_REGION": "us-east-1"},
    ) as plugin:
        assert plugin.stdout is not None
        yield plugin, f"127.0.0.1:{int(plugin.stdout.readline())}"
        plugin.kill()


def test_it_shakes_hands_and_serves_its_schema(process: tuple[subprocess.Popen[str], str]) -> None:
    with grpc.insecure_channel(process[1]) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"), timeout=30)
        assert stub.GetPluginInfo(Empty(), timeout=30).version
        assert ACCOUNT_ASSIGNMENTS in stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=30).schema


def test_it_is_configured_without_credentials(process: tuple[subprocess.Popen[str], str]) -> None:
    news = struct({"region": "eu-west-1", "requestRate": "50"})
    with grpc.insecure_channel(process[1]) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        assert not stub.CheckConfig(provider_pb2.CheckRequest(news=news), timeout=30).failures
        answer = stub.Configure(provider_pb2.ConfigureRequest(args=news), timeout=30)
    assert answer.supportsPreview


def test_wrong_configuration_is_named(process: tuple[subprocess.Popen[str], str]) -> None:
    news = struct({"region": "Virginia", "requestRate": "fast"})
    with grpc.insecure_channel(process[1]) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        failures = stub.CheckConfig(provider_pb2.CheckRequest(news=news), timeout=30).failures
    assert {each.property for each in failures} == {"region", "requestRate"}
    assert "'Virginia'" in failures[0].reason


def test_it_ends_when_the_engine_is_gone(
    engine: tuple[grpc.Server, str], process: tuple[subprocess.Popen[str], str]
) -> None:
    with grpc.insecure_channel(process[1]) as channel:
        handshake = provider_pb2.ProviderHandshakeRequest(engine_address=engine[1])
        provider_pb2_grpc.ResourceProviderStub(channel).Handshake(handshake, timeout=30)
    engine[0].stop(0).wait()
    assert process[0].wait(timeout=60) == 0


def test_it_ends_on_ctrl_c_without_a_stack_trace(process: tuple[subprocess.Popen[str], str]) -> None:
    process[0].send_signal(signal.SIGINT)
    assert process[0].wait(timeout=60) == 0
