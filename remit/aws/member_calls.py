"""IAM calls in the accounts of the organization: one boto3 client for all of them.

A client holds a parsed model and a pool of connections, some megabytes; a thousand of them would not fit. IAM has one
endpoint for all accounts, so that what differs between them is who signs: this client asks for its credentials at each
call, and gets those of the account that the call is about.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import boto3
import botocore.session
from botocore import xform_name
from botocore.credentials import CredentialProvider, CredentialResolver, Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from remit.aws.member_sessions import Keys, Member, MemberSessions
from remit.aws.refusals import refusal
from remit.aws.session import Answer, client_config
from remit.aws.throttle import Throttle, TokenBucket

RATE, BURST = 20.0, 20.0
"""IAM calls a second in one account. AWS documents no rate: it says Throttling, and then we slow down."""

AT_ONCE = 32  # connections; the engine has as many resources in flight as --parallel says
_SESSIONS = 3  # that AWS may end before it takes a call
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}
_signing: ContextVar[Keys] = ContextVar("signing")


class _SignerOfTheMoment(Credentials):  # type: ignore[misc]  # botocore has no types
    """botocore asks for these at each call."""

    def __init__(self) -> None:
        super().__init__("", "", "", method=_OfTheMoment.METHOD)

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        keys = _signing.get()
        return ReadOnlyCredentials(keys.access_key, keys.secret_key, keys.token, None)


class _OfTheMoment(CredentialProvider):  # type: ignore[misc]
    METHOD = "member"

    def load(self) -> _SignerOfTheMoment:
        return _SignerOfTheMoment()


def member_client(region: str) -> Any:  # noqa: ANN401  boto3 makes its clients' classes at run time
    """boto3's IAM client for all accounts; it repeats nothing by itself."""
    session = botocore.session.Session()
    session.register_component("credential_provider", CredentialResolver([_OfTheMoment()]))
    client = boto3.session.Session(botocore_session=session).client
    return client("iam", region_name=region, config=client_config(AT_ONCE))


def signer() -> Keys:
    """Whose credentials the call that is being made carries."""
    return _signing.get()


class MemberCalls:
    """Thread-safe. `client` is made when the first call needs it; `cancel` ends what would be repeated."""

    def __init__(
        self,
        sessions: MemberSessions,
        client: Callable[[], Any],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sessions, self._make_client = sessions, client
        self._clock, self._sleep = clock, sleep
        self._dice = random.Random()  # noqa: S311 - jitter, not a secret
        self._lock = threading.Lock()
        self._client: Any = None
        self._throttles: dict[str, Throttle] = {}
        self.cancelled = threading.Event()

    def call(self, member: Member, operation: str, **parameters: object) -> Answer:
        """One IAM call by its API name, under the account's own rate. Raises AwsError."""
        method = getattr(self._the_client(), xform_name(operation))
        throttle = self._throttle(member.account)

        def signed() -> Answer:
            with self._signing_for(member):
                answer: Answer = method(**parameters)
                return answer

        for attempt in range(_SESSIONS):
            try:
                return throttle.call(operation, signed, give_up=self.cancelled.is_set)
            except (ClientError, BotoCoreError) as error:
                if not _is_expired(error) or attempt == _SESSIONS - 1:
                    raise refusal("iam", operation, error, account=member.account) from error
        raise AssertionError("the last attempt returns or raises")

    def counts(self) -> Counter[str]:
        """IAM calls so far, by operation, over all accounts."""
        with self._lock:
            return sum((throttle.calls for throttle in self._throttles.values()), Counter[str]())

    @contextmanager
    def _signing_for(self, member: Member) -> Iterator[None]:
        keys = self._sessions.keys(member)
        token = _signing.set(keys)
        try:
            yield
        except ClientError as error:
            if _is_expired(error):
                self._sessions.forget(member, keys)
            raise
        finally:
            _signing.reset(token)

    def _the_client(self) -> Any:  # noqa: ANN401
        with self._lock:
            if self._client is None:
                self._client = self._make_client()
            return self._client

    def _throttle(self, account: str) -> Throttle:
        with self._lock:
            if account not in self._throttles:
                bucket = TokenBucket(RATE, BURST, clock=self._clock, sleep=self._sleep)
                self._throttles[account] = Throttle(bucket, sleep=self._sleep, dice=self._dice)
            return self._throttles[account]


def _is_expired(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"].get("Code", "") in _EXPIRED
