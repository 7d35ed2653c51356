"""JSON over HTTP with a token: retries, pages, and errors in words that never hold the token."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3

from remit.ci.host import HostError

Json = Any
_PAGE = 100
_TIMEOUT = urllib3.Timeout(connect=10, read=30)
_RETRY = urllib3.Retry(
    5,
    backoff_factor=0.5,
    status_forcelist={429, 502, 503, 504},
    allowed_methods=None,
    raise_on_status=False,
    redirect=0,
)
# What would be done twice is repeated only where the host did not do it: no connection, or it said so.
_RETRY_UNDONE = _RETRY.new(read=0, status_forcelist={429, 503})
_REPEATABLE = {"GET", "PATCH", "DELETE"}


class Rest:
    """One host's API. `name` is what errors call it; `remedies` is status to what usually helps."""

    def __init__(self, name: str, url: str, headers: Mapping[str, str], remedies: Mapping[int, str]) -> None:
        self._name = name
        self._url = url.rstrip("/")
        self._headers = {**headers, "User-Agent": "remit", "Content-Type": "application/json"}
        self._remedies = remedies
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT)

    def get(self, path: str, **query: str | int) -> Json:
        return self._ask("GET", path, query)[0]

    def pages(self, path: str, **query: str | int) -> Iterator[Json]:
        """Every item of every page of a list."""
        number = 1
        while True:
            page = self.get(path, **query, per_page=_PAGE, page=number)
            yield from page
            if len(page) < _PAGE:
                return
            number += 1

    def find(self, path: str) -> Json | None:
        """The object, or None where the host says 404."""
        found, status = self._ask("GET", path, {}, missing_is_fine=True)
        return None if status == 404 else found

    def send(self, method: str, path: str, body: Mapping[str, Json]) -> Json:
        """POST, PATCH, PUT or DELETE."""
        return self._ask(method, path, {}, body)[0]

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int],
        body: Mapping[str, Json] | None = None,
        *,
        missing_is_fine: bool = False,
    ) -> tuple[Json, int]:
        url = f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")
        data = json.dumps(body).encode() if body is not None else None
        retries = _RETRY if method in _REPEATABLE else _RETRY_UNDONE
        try:
            answer = self._pool.request(method, url, body=data, headers=self._headers, retries=retries)
        except urllib3.exceptions.HTTPError as error:
            raise HostError(f"{self._name} could not be reached for {method} {path} ({_reason(error)})") from error
        said = _said(answer.data)
        if answer.status >= 300 and not (missing_is_fine and answer.status == 404):
            raise HostError(self._refusal(method, path, answer.status, said))
        return said, answer.status

    def _refusal(self, method: str, path: str, status: int, said: Json) -> str:
        told = said.get("message") or said.get("error") or "" if isinstance(said, dict) else ""
        remedy = f"; {self._remedies[status]}" if status in self._remedies else ""
        return f"{self._name} answered {status} to {method} {path}{f': {told}' if told else ''}{remedy}"


def _said(data: bytes) -> Json:
    try:
        return json.loads(data or b"null")
    except ValueError:
        return None  # a proxy's page, say: the status is all that counts


def _reason(error: Exception) -> str:
    return type(getattr(error, "reason", None) or error).__name__
