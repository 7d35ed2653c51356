"""AWS as one value: clients made when they are first used, every call under its rate, every error translated."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from remit.aws.rates import rate_of
from remit.aws.refusals import refusal
from remit.aws.throttle import Throttle, TokenBucket

Item = TypeVar("Item")
Result = TypeVar("Result")
Answer = Mapping[str, Any]

_THREADS = 16  # more would only wait for the rates


def client_config(connections: int) -> Config:
    """Of every client of ours, with a pool of so many connections.

    The throttle repeats what is worth it, under the rate; boto3 repeating beneath it would go over. For its sake a
    connection that nobody answers is given up after ten seconds, not sixty. The user agent is given as a whole: boto3's
    own would be put together anew for each call, an eighth of what a call costs.
    """
    agent = f"Boto3/{boto3.__version__} remit"
    retries = {"total_max_attempts": 1}
    return Config(retries=retries, connect_timeout=10, max_pool_connections=connections, user_agent=agent)


class Aws:
    """The caller's AWS in one region. Safe to use from several threads.

    `session` makes the boto3 session, when the first call needs it; `clock` and `sleep` are in seconds.
    """

    def __init__(
        self,
        region: str,
        *,
        session: Callable[[], Any] = boto3.session.Session,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.region = region
        self._make_session = session
        self._clock, self._sleep = clock, sleep
        self._lock = Lock()
        self._session: Any = None
        self._clients: dict[str, Any] = {}
        self._throttles: dict[str, Throttle] = {}

    def client(self, service: str) -> Any:  # noqa: ANN401  boto3 makes its clients' classes at run time
        """boto3's client, which repeats nothing by itself. Raises AwsError."""
        with self._lock:
            if service not in self._clients:
                try:
                    config = client_config(2 * _THREADS)
                    self._session = self._session or self._make_session()
                    self._clients[service] = self._session.client(service, region_name=self.region, config=config)
                except BotoCoreError as error:
                    raise refusal(service, "*", error) from error
            return self._clients[service]

    def call(self, service: str, operation: str, **parameters: object) -> Answer:
        """One call by its API name: ListAccounts. Raises AwsError."""
        method = getattr(self.client(service), xform_name(operation))
        try:
            return self.throttle(service, operation).call(operation, lambda: method(**parameters))
        except (ClientError, BotoCoreError) as error:
            raise refusal(service, operation, error) from error

    def pages(self, service: str, operation: str, **parameters: object) -> Iterator[Answer]:
        """Every page of a list. A page may be empty and not be the last: the token alone says."""
        token: dict[str, object] = {}
        while True:
            page = self.call(service, operation, **parameters, **token)
            yield page
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def items(self, service: str, operation: str, key: str, **parameters: object) -> Iterator[Any]:
        """Every item under `key` on every page of a list."""
        for page in self.pages(service, operation, **parameters):
            yield from page.get(key, ())

    def pause(self, seconds: float) -> None:
        """Waits for something that only time brings about."""
        self._sleep(seconds)

    def throttle(self, service: str, operation: str) -> Throttle:
        """What holds the calls of an operation, and all that AWS counts with it, to their rate."""
        rate = rate_of(service, operation)
        with self._lock:
            if rate.key not in self._throttles:
                bucket = TokenBucket(rate.per_second, rate.burst, clock=self._clock, sleep=self._sleep)
                self._throttles[rate.key] = Throttle(bucket, sleep=self._sleep)
            return self._throttles[rate.key]


class SharedSession:
    """One boto3 session for several `Aws` at once: `Aws(region, session=shared)`. It makes one client after the other.

    A session of its own for each region would read credentials and service models as often as there are regions.
    """

    def __init__(self, make: Callable[[], Any] = boto3.session.Session) -> None:
        self._make, self._lock = make, Lock()
        self._session: Any = None

    def __call__(self) -> SharedSession:
        return self

    def client(self, service: str, **options: object) -> Any:  # noqa: ANN401  as boto3's own
        with self._lock:
            self._session = self._session or self._make()
            return self._session.client(service, **options)


def regions_of(service: str) -> list[str]:
    """Every region of the commercial partition that has the service, as boto3 knows them. Asks nobody."""
    return list(boto3.session.Session().get_available_regions(service))


def in_parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """The results in the order of the items. The first error ends it: what has not begun never does."""
    with ThreadPoolExecutor(_THREADS) as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
