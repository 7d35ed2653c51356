"""`python provider [ENGINE-ADDRESS]`: serves the plugin, and prints its port, as the engine expects.

Composition only. It ends when the engine is gone, whether the engine said so or was killed: nothing is
submitted to AWS any more then, and what is running is waited for.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[0] = str(Path(__file__).resolve().parents[1])  # the project, in place of this folder

import grpc  # noqa: E402
from pulumi.runtime.proto import provider_pb2_grpc  # noqa: E402

from provider.account_assignments import AccountAssignments  # noqa: E402
from provider.engine_log import EngineLog  # noqa: E402
from provider.guard import Guard  # noqa: E402
from provider.served import served_policies  # noqa: E402
from provider.servicer import Servicer  # noqa: E402
from provider.session import Session  # noqa: E402
from remit.aws.assignments import AssignmentReader  # noqa: E402
from remit.aws.caller import find_caller  # noqa: E402
from remit.aws.departures import Departures  # noqa: E402
from remit.aws.iam import Iam  # noqa: E402
from remit.aws.member_calls import MemberCalls, member_client  # noqa: E402
from remit.aws.member_sessions import MemberSessions  # noqa: E402
from remit.aws.principal_names import PrincipalNames  # noqa: E402
from remit.aws.scheduler import Scheduler  # noqa: E402
from remit.aws.session import Aws  # noqa: E402
from remit.aws.sso_admin import SsoAdmin  # noqa: E402
from remit.aws.throttle import Throttle, TokenBucket  # noqa: E402
from remit.aws.under_way import let_finish  # noqa: E402
from remit.errors import RemitError  # noqa: E402

if TYPE_CHECKING:
    from provider.configuration import Configuration

CALLS_AT_ONCE = 256  # resources that the engine may have in flight; --parallel is far below
LAST_WORDS = 600.0  # seconds for running calls to end
_ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def connect(configuration: Configuration) -> Session:
    throttle = Throttle(TokenBucket(configuration.request_rate))
    region = configuration.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise RemitError("no region: set `region` of the remit provider, or AWS_REGION")
    aws = Aws(region)
    sso = SsoAdmin(aws.client("sso-admin"), throttle)

    @cache
    def reader_of(instance: str) -> AssignmentReader:
        return AssignmentReader(sso, instance, before=lambda stop: let_finish(sso, instance, stop=stop))

    departures = Departures(aws)
    resource = AccountAssignments(reader_of, Scheduler(sso), PrincipalNames(aws).name, departures.how)
    guard = Guard(configuration.limits, lambda: find_caller(aws))
    member_calls = MemberCalls(MemberSessions(aws), lambda: member_client(region))
    return Session(
        resource,
        lambda: ", ".join(f"{name} {count}" for name, count in throttle.calls.most_common()),
        guard,
        served_policies(Iam(member_calls), departures, member_calls.cancelled),
        member_calls.cancelled,
    )


def serve(engine: str | None) -> None:
    server = grpc.server(ThreadPoolExecutor(CALLS_AT_ONCE), options=_ANY_SIZE)
    servicer = Servicer(connect, lambda address: EngineLog(grpc.insecure_channel(address)))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def end(*_: object) -> None:
        servicer.cancel()
        threading.Thread(target=server.stop, args=(LAST_WORDS,)).start()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    if engine:
        _when_lost(engine, end)
    print(port, flush=True)  # noqa: T201 - the protocol
    server.wait_for_termination()


def _when_lost(engine: str, end: Callable[[], None]) -> None:
    """Calls `end` when the connection to the engine, once made, breaks and can't be made again.

    Returns when it is made, so that an engine that dies early is missed too; or after a second without.
    """
    channel = grpc.insecure_channel(engine)
    met = threading.Event()

    def changed(state: grpc.ChannelConnectivity) -> None:
        if state is grpc.ChannelConnectivity.READY:
            met.set()
        elif state is grpc.ChannelConnectivity.IDLE and met.is_set():
            channel.subscribe(lambda _: None, try_to_connect=True)
        elif state is grpc.ChannelConnectivity.TRANSIENT_FAILURE and met.is_set():
            end()

    channel.subscribe(changed, try_to_connect=True)
    met.wait(1.0)


if __name__ == "__main__":
    serve(sys.argv[1] if len(sys.argv) > 1 else None)
