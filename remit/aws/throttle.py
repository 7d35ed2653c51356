"""One rate for all calls of a process: a token bucket that slows down when AWS says so, and recovers.

AWS allows 20 requests a second over all of sso-admin, and says ThrottlingException beyond. `Throttle.call` is
the door that every call goes through: it waits for a token, calls, and tries again what is worth it. What an
error means is decided in `fault_of`: ConflictException has three meanings, and only one of them passes.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from enum import Enum, auto
from typing import TypeAlias, TypeVar

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
)

from remit.errors import AwsError

DEFAULT_RATE = 20.0

Result = TypeVar("Result")


class Fault(Enum):
    """What an error of a call means for the next step."""

    THROTTLED = auto()  # over the request rate: slow down, try again
    BUSY = auto()  # too many operations outstanding: wait, try again
    CONFLICT = auto()  # another operation on the same target is running: wait, try again
    TRANSIENT = auto()  # 5xx or a broken connection: try again, a few times
    UNREACHED = auto()  # no connection, so nothing was sent: try again, for some seconds
    GONE = auto()  # what the call names does not exist
    DENIED = auto()  # a permission is missing
    REFUSED = auto()  # anything else: trying again would not help


PATIENCE = {Fault.THROTTLED: 60, Fault.BUSY: 60, Fault.CONFLICT: 40, Fault.TRANSIENT: 8, Fault.UNREACHED: 4}

_THROTTLES = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
_DENIALS = {"AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "ExpiredTokenException"}
_OUTSTANDING = re.compile(r"too many requests processing", re.IGNORECASE)
# A name that is taken, and a permission set that still has assignments: waiting changes neither.
_LASTING_CONFLICT = re.compile(r"already exists|has assignments|associated|can(?:'t|not) be deleted", re.IGNORECASE)


_NO_CONNECTION = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)  # none is an HTTPClientError
Failed: TypeAlias = ClientError | HTTPClientError | EndpointConnectionError | ConnectTimeoutError | ProxyConnectionError


def fault_of(error: Failed) -> Fault:
    if not isinstance(error, ClientError):
        return Fault.UNREACHED if isinstance(error, _NO_CONNECTION) else Fault.TRANSIENT
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "")
    if code in _THROTTLES:
        return Fault.BUSY if _OUTSTANDING.search(message) else Fault.THROTTLED
    if code == "ConflictException":
        return Fault.REFUSED if _LASTING_CONFLICT.search(message) else Fault.CONFLICT
    if code == "ResourceNotFoundException":
        return Fault.GONE
    if code in _DENIALS:
        return Fault.DENIED
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return Fault.TRANSIENT if status >= 500 or code == "InternalServerException" else Fault.REFUSED


class TokenBucket:
    """At most `burst` calls at once and `rate` a second after that; thread-safe, first come, first served.

    `slow_down` cuts the rate by 30 %, once in the time of 20 calls whatever the number of complaints;
    every `recover` gives 1 % back.
    """

    def __init__(
        self,
        rate: float = DEFAULT_RATE,
        burst: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.full_rate = self.rate = rate
        self.burst = self._tokens = burst if burst is not None else max(1.0, rate * 3 / 4)
        self._clock, self._sleep = clock, sleep
        self._refilled = self._cut = clock()
        self._lock = threading.Lock()

    @property
    def tokens(self) -> float:
        """Calls that could be made at once; below zero while callers wait."""
        with self._lock:
            return min(self.burst, self._tokens + (self._clock() - self._refilled) * self.rate)

    def take(self) -> None:
        """Returns when the caller may make one call."""
        wait = self._reserve()
        if wait > 0:
            self._sleep(wait)

    def slow_down(self) -> None:
        with self._lock:
            if self._clock() - self._cut >= 20 / self.full_rate:
                self._cut = self._clock()
                self.rate = max(self.full_rate / 20, self.rate * 0.7)

    def recover(self) -> None:
        with self._lock:
            self.rate = min(self.full_rate, self.rate + self.full_rate / 100)

    def _reserve(self) -> float:
        """Takes a token, on credit if need be; returns the seconds to wait for it."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self.burst, self._tokens + (now - self._refilled) * self.rate)
            self._refilled = now
            self._tokens -= 1
            return max(0.0, -self._tokens / self.rate)


class StoppedError(AwsError):
    """Reading was stopped before it was complete."""


class StoppableSleep:
    """A `sleep` for token buckets and throttles: once it is stopped, whoever sleeps or wants to gets StoppedError."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def __call__(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise StoppedError("stopped before everything was read")

    def stop(self) -> None:
        self._stopped.set()


class Throttle:
    """Makes calls under a token bucket, repeats those that met a passing fault, and counts them all."""

    def __init__(
        self,
        bucket: TokenBucket,
        *,
        sleep: Callable[[float], None] = time.sleep,
        dice: random.Random | None = None,
    ) -> None:
        self.bucket = bucket
        self.calls: Counter[str] = Counter()
        self._sleep = sleep
        self._dice = dice or random.Random()  # noqa: S311 - jitter, not a secret
        self._lock = threading.Lock()

    def call(
        self,
        name: str,
        function: Callable[[], Result],
        *,
        give_up: Callable[[], bool] = lambda: False,
        unanswered: Callable[[], None] = lambda: None,
    ) -> Result:
        """The function's result. Raises its last error when patience is over; one of botocore that is none of
        `Failed` (credentials, certificates) at once.

        `give_up` is asked before each repetition: true ends it with the error at hand. `unanswered` is told of each
        call that AWS may have carried out although it did not say so.
        """
        attempts: Counter[Fault] = Counter()
        while True:
            self.bucket.take()
            with self._lock:
                self.calls[name] += 1
            try:
                result = function()
            except (ClientError, HTTPClientError, *_NO_CONNECTION) as error:
                fault = fault_of(error)
                attempts[fault] += 1
                if fault is Fault.TRANSIENT:
                    unanswered()
                if attempts[fault] > PATIENCE.get(fault, 0) or give_up():
                    raise
                if fault is Fault.THROTTLED:
                    self.bucket.slow_down()
                self._sleep(self._delay(attempts.total(), fault))
            else:
                self.bucket.recover()
                return result

    def _delay(self, attempt: int, fault: Fault) -> float:
        """Exponential with jitter, seconds: from the time of five calls up to ten seconds. A network has no rate."""
        first = 0.5 if fault is Fault.UNREACHED else 5 / self.bucket.full_rate
        return min(10.0, first * 2.0 ** min(attempt - 1, 10)) * self._dice.uniform(0.5, 1.0)
