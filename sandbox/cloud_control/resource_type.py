"""What a resource type is to Cloud Control: a schema, and handlers that read and write models.

A model is the JSON object of a resource's properties. Handlers raise HandlerError with Cloud Control's ErrorCode.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from sandbox.wire import JsonObject

Model = Mapping[str, Any]


class HandlerError(Exception):
    """A request failed. `code` is one of Cloud Control's HandlerErrorCodes."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


class ResourceType(ABC):
    """One type. Handlers act in `account`, the caller's."""

    name: ClassVar[str]
    required: ClassVar[frozenset[str]] = frozenset()
    writable: ClassVar[frozenset[str]]
    create_only: ClassVar[frozenset[str]]
    read_only: ClassVar[frozenset[str]] = frozenset()
    updatable: ClassVar[bool] = True

    def at(self, region: str) -> Self:
        """The type as a region has it: most are the same everywhere."""
        del region
        return self

    @abstractmethod
    def create(self, account: str, model: Model) -> str:
        """Returns the primary identifier."""

    @abstractmethod
    def read(self, account: str, identifier: str) -> JsonObject:
        """The whole model. NotFound when it is gone."""

    @abstractmethod
    def update(self, account: str, identifier: str, old: Model, new: Model) -> None:
        """Makes the resource what `new` says."""

    @abstractmethod
    def delete(self, account: str, identifier: str) -> None:
        """NotFound when it is gone already."""

    @abstractmethod
    def listed(self, account: str, wanted: Model) -> Iterable[tuple[str, JsonObject]]:
        """Identifiers, each with the properties that make it up."""

    def check_new(self, model: Model) -> None:
        """InvalidRequest for what the schema does not allow in a new resource."""
        self._check_known(model)
        if read_only := sorted(model.keys() & self.read_only):
            raise HandlerError("InvalidRequest", f"Encountered unsupported property {read_only[0]}")
        if missing := sorted(self.required - model.keys()):
            raise HandlerError("InvalidRequest", f"Model validation failed (#: required key [{missing[0]}] not found)")

    def check_change(self, old: Model, new: Model) -> None:
        """NotUpdatable for a property that is fixed at creation, InvalidRequest for one that is AWS's own."""
        self._check_known(new)
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if fixed := sorted(changed & self.create_only):
            paths = ", ".join(f"/properties/{name}" for name in fixed)
            raise HandlerError(
                "NotUpdatable", f"Invalid patch update: createOnlyProperties [{paths}] cannot be updated"
            )
        if read_only := sorted(changed & self.read_only):
            paths = ", ".join(f"/properties/{name}" for name in read_only)
            raise HandlerError(
                "InvalidRequest", f"Invalid patch update: readOnlyProperties [{paths}] cannot be updated"
            )

    def _check_known(self, model: Model) -> None:
        known = self.writable | self.create_only | self.read_only
        if unknown := sorted(model.keys() - known):
            raise HandlerError(
                "InvalidRequest", f"Model validation failed (#: extraneous key [{unknown[0]}] is not permitted)"
            )
