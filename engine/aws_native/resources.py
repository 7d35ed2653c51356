"""What the provider does with one resource, in plain values: diff, create, read, update, delete."""

from __future__ import annotations

from dataclasses import dataclass

from engine.aws_native.cloud_control import CloudControl
from engine.aws_native.difference import difference, patch
from engine.aws_native.live_inputs import live_inputs, refreshed_inputs, writable
from engine.aws_native.naming import to_cloud, to_sdk
from engine.aws_native.resource_types import ResourceType
from engine.aws_native.values import Properties, checkpoint, checkpointed_inputs, revealed, with_secrets_of
from engine.aws_native.write_only import restored, sent_anew


class InitFailedError(Exception):
    """A resource exists, but its creation failed on the way. The state holds what there is of it."""

    def __init__(self, identifier: str, state: Properties, reason: str) -> None:
        super().__init__(reason)
        self.identifier = identifier
        self.state = state


@dataclass(frozen=True, slots=True)
class Live:
    """A resource as it was read: the inputs that it amounts to, and its state."""

    inputs: Properties
    state: Properties


def differs(resource_type: ResourceType, state: Properties, new: Properties) -> bool:
    """Whether an update to the new inputs would change anything of what the state says is live."""
    old = checkpointed_inputs(state) or {}
    baseline = live_inputs(resource_type, old, state, new)
    return bool(difference(resource_type, baseline, new, owned=old))


def create(cloud: CloudControl, resource_type: ResourceType, inputs: Properties) -> tuple[str, Properties]:
    """Creates the resource: its id and its state. Raises InitFailedError when it is there, but not as wanted."""
    created = cloud.create(resource_type.cloud_name, to_cloud(resource_type.inputs, revealed(inputs)))
    state = checkpoint(inputs, restored(resource_type, to_sdk(resource_type.properties, created.model), inputs))
    if created.failure:
        raise InitFailedError(created.identifier, state, str(created.failure))
    return created.identifier, state


def read(cloud: CloudControl, resource_type: ResourceType, identifier: str, state: Properties) -> Live | None:
    """The resource as it is now, or None when it is gone.

    With the inputs of an earlier state, the new ones are those, changed where the resource has drifted. Without
    (an import), they are all that could be set.
    """
    model = cloud.read(resource_type.cloud_name, identifier)
    if model is None:
        return None
    outputs: Properties = to_sdk(resource_type.properties, model)
    old = checkpointed_inputs(state)
    if old is None:
        inputs = writable(resource_type, outputs)
        return Live(inputs, checkpoint(inputs, outputs))
    outputs = restored(resource_type, outputs, old)
    inputs = refreshed_inputs(resource_type, old, outputs)
    return Live(inputs, checkpoint(inputs, with_secrets_of(old, outputs)))


def update(
    cloud: CloudControl, resource_type: ResourceType, identifier: str, state: Properties, new: Properties
) -> Properties:
    """Makes the live resource what the new inputs say, and returns the new state."""
    old = checkpointed_inputs(state) or {}
    baseline = live_inputs(resource_type, old, state, new)
    changes = difference(resource_type, baseline, new, owned=old)
    operations = patch(resource_type, changes, sent_anew(resource_type, new))
    model = cloud.update(resource_type.cloud_name, identifier, operations)
    return checkpoint(new, restored(resource_type, to_sdk(resource_type.properties, model), new))
