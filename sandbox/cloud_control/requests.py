"""Cloud Control's requests: started now, done when due, remembered by token."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from sandbox.cloud_control.resource_type import HandlerError
from sandbox.wire import JsonObject

_REMEMBERED = 50_000
Work = Callable[[], tuple[str, JsonObject | None]]


@dataclass(slots=True)
class ResourceRequest:
    """One request. `work` returns the identifier and the model, None when the resource is gone."""

    token: str
    account: str
    region: str
    type_name: str
    operation: str
    identifier: str
    work: Work
    due: float
    changed: float
    status: str = "IN_PROGRESS"
    model: JsonObject | None = None
    message: str = ""
    error_code: str = ""

    @property
    def pending(self) -> bool:
        return self.status in {"IN_PROGRESS", "CANCEL_IN_PROGRESS"}

    def event(self) -> JsonObject:
        """The ProgressEvent. Times are epoch seconds."""
        event: JsonObject = {
            "TypeName": self.type_name,
            "RequestToken": self.token,
            "Operation": self.operation,
            "OperationStatus": self.status,
            "EventTime": self.changed,
        }
        optional = {
            "Identifier": self.identifier,
            "ResourceModel": json.dumps(self.model) if self.model is not None else "",
            "StatusMessage": self.message,
            "ErrorCode": self.error_code,
            "RetryAfter": self.due if self.pending else 0,
        }
        return event | {name: value for name, value in optional.items() if value}


class Requests:
    """All requests of all accounts."""

    def __init__(self) -> None:
        self._by_token: dict[str, ResourceRequest] = {}
        self._queue: list[tuple[float, int, ResourceRequest]] = []
        self._busy: set[tuple[str, str, str, str]] = set()
        self._client_tokens: dict[tuple[str, str], tuple[JsonObject, ResourceRequest]] = {}
        self._started = 0

    def start(self, request: ResourceRequest) -> None:
        self._started += 1
        self._by_token[request.token] = request
        self._busy.add(_resource(request))
        heappush(self._queue, (request.due, self._started, request))
        while len(self._by_token) > _REMEMBERED:
            del self._by_token[next(iter(self._by_token))]

    def settle(self, now: float) -> None:
        """Carries out every request that is due."""
        while self._queue and self._queue[0][0] <= now:
            _, _, request = heappop(self._queue)
            self._busy.discard(_resource(request))
            if request.status == "CANCEL_IN_PROGRESS":
                request.status = "CANCEL_COMPLETE"
            else:
                _carry_out(request)
            request.changed = now

    def busy(self, account: str, region: str, type_name: str, identifier: str) -> bool:
        """Whether a request for this very resource is pending."""
        return (account, region, type_name, identifier) in self._busy

    def get(self, token: str) -> ResourceRequest | None:
        return self._by_token.get(token)

    def of_account(self, account: str) -> list[ResourceRequest]:
        return [request for request in self._by_token.values() if request.account == account]

    def by_client_token(self, account: str, token: str) -> tuple[JsonObject, ResourceRequest] | None:
        """What was asked with a client token before, and the request that it made."""
        return self._client_tokens.get((account, token))

    def remember(self, account: str, token: str, asked: JsonObject, request: ResourceRequest) -> None:
        self._client_tokens[account, token] = (asked, request)
        while len(self._client_tokens) > _REMEMBERED:
            del self._client_tokens[next(iter(self._client_tokens))]


def _carry_out(request: ResourceRequest) -> None:
    try:
        identifier, model = request.work()
    except HandlerError as error:
        request.status, request.error_code, request.message = "FAILED", error.code, error.message
        return
    request.status, request.identifier, request.model = "SUCCESS", identifier, model


def _resource(request: ResourceRequest) -> tuple[str, str, str, str]:
    return request.account, request.region, request.type_name, request.identifier or request.token
