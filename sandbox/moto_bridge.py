"""The door to moto: its response classes, called in process, and its IAM backends.

Moto keeps its state in module globals, so there is one moto in a process: `reset` empties it.
"""

from __future__ import annotations

import base64
import re
from functools import cache, lru_cache
from typing import Any

import moto.backend_index
import moto.backends
from moto.core.base_backend import BackendDict
from moto.core.request import Request as MotoRequest
from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sandbox.errors import AwsError

_KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_KEY_OFFSET = 549755813888  # moto's: temporary keys carry their account, as AWS's do


def reset(seed: int) -> None:
    """Forgets everything that moto knows, in the whole process."""
    BackendDict.reset()
    mock_random.seed(seed)


def iam(account: str) -> Any:  # noqa: ANN401  moto has no types
    """Moto's IAM of one account."""
    return iam_backends[account]["aws"]


def account_of_key(access_key: str) -> str | None:
    """The account that a key from AssumeRole belongs to; None for any other key."""
    if not re.fullmatch(r"ASIA[A-Z2-7]{16}", access_key):
        return None
    number = int.from_bytes(base64.b32decode(access_key[4:12])) - _KEY_OFFSET
    account = f"{number * 2 + (access_key[12] in _KEY_ALPHABET[16:]):012d}"
    known = account in iam_backends and access_key in iam(account).access_keys
    return account if known else None


def session_keys(account: str) -> set[str]:
    """The keys that AssumeRole gave out into an account."""
    return set(iam(account).access_keys)


def answer(request: Request, service: str, region: str, account: str) -> Response:
    """Lets moto answer `request` on behalf of `account`."""
    url = f"https://{service}.{region}.amazonaws.com{request.path}"
    handler = _handler(service, url)
    moto_request = MotoRequest.from_primitives(
        request.method, _with_query(url, request), _headers(request, account), request.get_data()
    )
    try:
        status, headers, body = handler(moto_request, moto_request.raw_url, moto_request.headers)
    except HTTPException as error:
        return Response(error.get_body(), error.code, error.get_headers())
    except NotImplementedError as error:
        raise AwsError("UnknownOperationException", str(error), status=501) from error
    kept = {name: value for name, value in headers.items() if name.lower() not in {"status", "content-length"}}
    return Response(body, status, kept)


def _headers(request: Request, account: str) -> dict[str, str]:
    return {**dict(request.headers.items()), "x-moto-account-id": account}


def _with_query(url: str, request: Request) -> str:
    query = request.query_string.decode()
    return f"{url}?{query}" if query else url


@lru_cache(maxsize=1024)
def _handler(service: str, url: str) -> Any:  # noqa: ANN401
    for name, pattern in moto.backend_index.backend_url_patterns:
        if not pattern.match(url):
            continue
        for path, handler in _paths(name):
            if path.match(url):
                return handler
    raise AwsError("UnknownOperationException", f"The sandbox does not simulate {service}", status=501)


@cache
def _paths(name: str) -> list[tuple[re.Pattern[str], Any]]:
    backends = moto.backends.get_backend(name)
    any_account = backends["123456789012"]
    backend = any_account["us-east-1" if "us-east-1" in any_account else "aws"]
    return [(re.compile(url), handler) for url, handler in backend.urls.items()]
