"""Cloud Control's asynchronous API as four calls that return when the work is done.

As in pulumi-aws-native, an operation that the service behind Cloud Control throttled is started again, and what
is created is read even when its creation failed: it may exist.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import ClientError

from engine.aws_native.waiting import Waiting

_LONGEST_POLL = 30.0
_LONGEST_RESTART = 20.0
_LONGEST_REREAD = 5.0
_REREADS = 5

Model = dict[str, Any]
Event = Mapping[str, Any]


class Client(Protocol):
    """What is used of boto3's cloudcontrol client."""

    def create_resource(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401
    def update_resource(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401
    def delete_resource(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401
    def get_resource(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401
    def get_resource_request_status(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401


class OperationFailedError(Exception):
    """An operation that Cloud Control accepted ended as FAILED. `identifier` is set when there is a resource."""

    def __init__(self, event: Event) -> None:
        self.code = str(event.get("ErrorCode", ""))
        self.identifier: str | None = event.get("Identifier")
        self.retry_after: datetime | None = event.get("RetryAfter")
        operation, message = event.get("Operation", ""), event.get("StatusMessage", "")
        doing = "creating resource: " if operation == "CREATE" else ""
        super().__init__(f'{doing}operation {operation} failed with "{self.code}": {message}')


@dataclass(frozen=True, slots=True)
class Created:
    """A resource that exists. With a `failure`, its creation did not get to its end."""

    identifier: str
    model: Model
    failure: OperationFailedError | None = None


class CloudControl:
    """One account's resources. `attempts` is how often a throttled operation is started."""

    def __init__(self, client: Client, *, waiting: Waiting, attempts: int = 25, role_arn: str | None = None) -> None:
        self._client = client
        self._waiting = waiting
        self._attempts = attempts
        self._role = {"RoleArn": role_arn} if role_arn else {}

    def create(self, type_name: str, desired: Model) -> Created:
        """Creates a resource. What exists already is an error: it may be another's."""
        try:
            event = self._finish(
                lambda token: self._client.create_resource(
                    TypeName=type_name, DesiredState=json.dumps(desired), ClientToken=token, **self._role
                )
            )
        except OperationFailedError as failure:
            return self._half_created(type_name, failure)
        identifier = str(event["Identifier"])
        return Created(identifier, self._read_when_there(type_name, identifier))

    def read(self, type_name: str, identifier: str) -> Model | None:
        """The resource's properties, or None when it is gone."""
        try:
            return self._get(type_name, identifier)
        except ClientError as error:
            if _is_not_found(error):
                return None
            raise

    def update(self, type_name: str, identifier: str, patch: Sequence[Mapping[str, Any]]) -> Model:
        """Applies a JSON patch and returns the properties after it."""
        self._finish(
            lambda token: self._client.update_resource(
                TypeName=type_name,
                Identifier=identifier,
                PatchDocument=json.dumps(list(patch)),
                ClientToken=token,
                **self._role,
            )
        )
        return self._get(type_name, identifier)

    def delete(self, type_name: str, identifier: str) -> None:
        """Deletes the resource; one that is gone already is fine."""
        try:
            self._finish(
                lambda token: self._client.delete_resource(
                    TypeName=type_name, Identifier=identifier, ClientToken=token, **self._role
                )
            )
        except OperationFailedError as failure:
            if failure.code != "NotFound":
                raise
        except ClientError as error:
            if not _is_not_found(error):
                raise

    def _half_created(self, type_name: str, failure: OperationFailedError) -> Created:
        """What a failed creation left behind, for the state to know of it; else the failure itself."""
        if failure.identifier is None or failure.code == "AlreadyExists":
            raise failure
        model = self.read(type_name, failure.identifier)
        if model is None:
            raise failure
        return Created(failure.identifier, model, failure)

    def _finish(self, start: Callable[[str], Mapping[str, Any]]) -> Event:
        """Starts an operation with a fresh client token and waits for its end; again when it was throttled."""
        for attempt in range(self._attempts):
            try:
                return self._wait(start(str(uuid.uuid4()))["ProgressEvent"])
            except OperationFailedError as failure:
                if failure.code != "Throttling" or attempt + 1 == self._attempts:
                    raise
                self._waiting.pause(attempt, _LONGEST_RESTART, until=failure.retry_after)
        raise ValueError("at least one attempt is needed")

    def _wait(self, event: Event) -> Event:
        attempt = 0
        while event["OperationStatus"] in {"PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS"}:
            self._waiting.pause(attempt, _LONGEST_POLL, until=event.get("RetryAfter"))
            status = self._client.get_resource_request_status(RequestToken=event["RequestToken"])
            event = status["ProgressEvent"]
            attempt += 1
        if event["OperationStatus"] != "SUCCESS":
            raise OperationFailedError(event)
        return event

    def _read_when_there(self, type_name: str, identifier: str) -> Model:
        """Reads what was just created: AWS may not show it at once."""
        for attempt in range(_REREADS - 1):
            model = self.read(type_name, identifier)
            if model is not None:
                return model
            self._waiting.pause(attempt, _LONGEST_REREAD)
        return self._get(type_name, identifier)

    def _get(self, type_name: str, identifier: str) -> Model:
        answer = self._client.get_resource(TypeName=type_name, Identifier=identifier, **self._role)
        model: Model = json.loads(answer["ResourceDescription"]["Properties"])
        return model


def _is_not_found(error: ClientError) -> bool:
    return bool(error.response["Error"]["Code"] == "ResourceNotFoundException")
