"""What AWS takes and never shows again (a connection's key): kept from the inputs, and sent anew with each update."""

from __future__ import annotations

from typing import Any

from engine.aws_native.resource_types import ResourceType
from engine.aws_native.values import Properties, is_secret


def restored(resource_type: ResourceType, outputs: Properties, inputs: Properties) -> Properties:
    """The outputs with every write-only property that the inputs have and they lack."""
    for path in sorted(resource_type.write_only):
        outputs = _restored(outputs, inputs, path.split("/"))
    return outputs


def sent_anew(resource_type: ResourceType, inputs: Properties) -> Properties:
    """The top-level properties that an update must send, changed or not: Cloud Control cannot read them either."""
    names = {path.partition("/")[0] for path in resource_type.write_only}
    return {name: value for name, value in inputs.items() if name in names}


def _restored(outputs: Properties, inputs: Any, path: list[str]) -> Properties:  # noqa: ANN401
    name, *below = path
    plain = inputs["value"] if is_secret(inputs) else inputs
    if not isinstance(plain, dict) or plain.get(name) is None:
        return outputs
    if not below:
        return outputs if outputs.get(name) is not None else {**outputs, name: plain[name]}
    inner = outputs.get(name)
    return {**outputs, name: _restored(inner if isinstance(inner, dict) else {}, plain[name], below)}
