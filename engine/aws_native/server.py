"""Serves the provider over gRPC, the way Pulumi starts a plugin: the port is the first line on stdout."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from engine.aws_native.connection import connect
from engine.aws_native.provider import AwsNativeProvider

_MESSAGE_BYTES = 400 * 1024 * 1024  # Pulumi's own limit
_THREADS = 64  # one process may serve every account; its threads mostly wait


def make_server(provider: AwsNativeProvider) -> tuple[grpc.Server, int]:
    """A server for the provider on a free port of the loopback interface, not started yet, and the port."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_THREADS),
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_BYTES),
            ("grpc.max_send_message_length", _MESSAGE_BYTES),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    return server, server.add_insecure_port("127.0.0.1:0")


def serve() -> None:
    """Serves until the process is ended."""
    server, port = make_server(AwsNativeProvider(connect))
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
