"""One POST, repeated where that may help, within a time: a chat that is down holds nobody up for long."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import responses

import urllib3

from remit.errors import RemitError

_TIMEOUT = urllib3.Timeout(connect=5, read=15)  # seconds
_LONGEST_WAIT = 20  # seconds, whatever Retry-After says
# A message that arrives twice is better than one that never does: POST is repeated, whatever went wrong.
RETRIES = urllib3.Retry(
    4,
    redirect=0,
    backoff_factor=0.5,
    backoff_max=_LONGEST_WAIT,
    backoff_jitter=0.5,
    retry_after_max=_LONGEST_WAIT,
    status_forcelist=frozenset({429, 500, 502, 503, 504}),
    allowed_methods=None,
    raise_on_status=False,
)


class DeliveryError(RemitError):
    """A message did not arrive. Says why, without the address."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, retries: urllib3.Retry = RETRIES) -> None:
    """Posts JSON. Raises DeliveryError."""
    with urllib3.PoolManager(timeout=_TIMEOUT) as pool:
        try:
            answer = pool.request(
                "POST",
                url,
                body=body,
                headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "remit", **headers},
                retries=retries,
            )
        except urllib3.exceptions.HTTPError as error:
            raise DeliveryError(f"could not be reached ({_reason(error)})") from None  # its words hold the address
        if not 200 <= answer.status < 300:
            raise DeliveryError(f"answered {answer.status} {responses.get(answer.status, '')}".rstrip())


def _reason(error: Exception) -> str:
    """The kind of error alone."""
    return type(getattr(error, "reason", None) or error).__name__
