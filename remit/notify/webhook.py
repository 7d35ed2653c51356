"""A signed JSON webhook, as https://www.standardwebhooks.com says, so that receivers can verify it by a library.

The signature is over `ID.TIMESTAMP.BODY`: an old message sent again is told by its timestamp, a doubled one by its id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from remit.errors import RemitError
from remit.notify.inputs import News
from remit.notify.message import Message

_PREFIX = "whsec_"
VERSION = 1


def body_of(message: Message, news: News) -> bytes:
    """The message's title and topics, and everything that it was made from."""
    told: dict[str, Any] = {
        "version": VERSION,
        "title": message.title,
        "topics": list(message.topics),
        "stack": message.stack,
        "run_url": message.link,
        "report": news.report.model_dump(mode="json") if news.report else None,
        "drift": news.drift.model_dump(mode="json") if news.drift else None,
        "expiring": news.expiring.model_dump(mode="json") if news.expiring else None,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(body: bytes, *, secret: str, message_id: str, timestamp: int) -> dict[str, str]:
    """`timestamp` in seconds since 1970. Raises RemitError for a secret that is not `whsec_` and base64."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(_PREFIX) or len(key) < 24:  # the standard's least
        raise RemitError(
            "the webhook's secret is not of the form whsec_BASE64, of 24 bytes or more "
            "(make one: echo whsec_$(openssl rand -base64 32))"
        )
    return key
