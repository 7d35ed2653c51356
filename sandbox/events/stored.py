"""Types that are no more than their model, kept by account and region."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from copy import copy, deepcopy
from typing import Self

from sandbox.cloud_control.resource_type import HandlerError, Model, ResourceType
from sandbox.wire import JsonObject
from sandbox.world import World


class StoredType(ResourceType):
    """`key_property` is the primary identifier; `name_property` the name that Cloud Control makes up when left out."""

    key_property: str
    name_property: str

    def __init__(self, world: World) -> None:
        self._world = world
        self._region = world.options.region
        self._models: dict[tuple[str, str, str], JsonObject] = {}

    def at(self, region: str) -> Self:
        here = copy(self)  # shares the models
        here._region = region
        return here

    @abstractmethod
    def computed(self, account: str, model: Model) -> JsonObject:
        """The properties that AWS fills in at creation."""

    def create(self, account: str, model: Model) -> str:
        named = {self.name_property: f"made-up-{self._world.random_id(8)}", **deepcopy(dict(model))}
        whole = {**named, **self.computed(account, named)}
        identifier = str(whole[self.key_property])
        if (account, self._region, identifier) in self._models:
            raise HandlerError(
                "AlreadyExists", f"Resource of type '{self.name}' with identifier '{identifier}' exists."
            )
        self.check(account, whole)
        self._models[account, self._region, identifier] = whole
        return identifier

    def read(self, account: str, identifier: str) -> JsonObject:
        return deepcopy(self.known(account, identifier))

    def update(self, account: str, identifier: str, old: Model, new: Model) -> None:
        del old
        kept = {name: value for name, value in self.known(account, identifier).items() if name in self.read_only}
        whole = {**deepcopy(dict(new)), **kept}
        self.check(account, whole)
        self._models[account, self._region, identifier] = whole

    def delete(self, account: str, identifier: str) -> None:
        self.known(account, identifier)
        del self._models[account, self._region, identifier]

    def listed(self, account: str, wanted: Model) -> Iterable[tuple[str, JsonObject]]:
        del wanted
        for where, region, identifier in self._models:
            if (where, region) == (account, self._region):
                yield identifier, {self.key_property: identifier}

    def check(self, account: str, model: JsonObject) -> None:
        """Called with a model before it is kept: fills in defaults, or raises HandlerError."""

    def known(self, account: str, identifier: str) -> JsonObject:
        """The model that is kept. NotFound."""
        found = self._models.get((account, self._region, identifier))
        if found is None:
            raise HandlerError(
                "NotFound", f"Resource of type '{self.name}' with identifier '{identifier}' was not found."
            )
        return found

    def everything(self, account: str, region: str) -> list[JsonObject]:
        """Every model of an account and region, as it is kept."""
        return [model for (where, there, _), model in self._models.items() if (where, there) == (account, region)]
