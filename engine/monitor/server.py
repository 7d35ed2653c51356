"""gRPC servers on a loopback port."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
# Registrations wait in their threads for their steps; the SDK sends four at once for each step that may run.
_THREADS = 128


@contextlib.contextmanager
def serving(add: Callable[[Any], None]) -> Iterator[str]:
    """Serve what `add` adds to the server, for as long as the `with` lasts; gives the address."""
    server = grpc.server(ThreadPoolExecutor(_THREADS, thread_name_prefix="grpc"), options=_OPTIONS)
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None)
