"""The outputs that a preview promises: inputs are known, what AWS computes is unknown."""

from __future__ import annotations

from engine.aws_native.naming import sdk_name
from engine.aws_native.resource_types import ResourceType
from engine.aws_native.values import UNKNOWN, Properties


def created_outputs(resource_type: ResourceType, inputs: Properties) -> Properties:
    """The outputs of a resource that will be created."""
    known = {name: inputs[name] for name in resource_type.inputs.fields if name in inputs}
    return {**dict.fromkeys(resource_type.read_only, UNKNOWN), **known}


def updated_outputs(resource_type: ResourceType, inputs: Properties, state: Properties) -> Properties:
    """The outputs of a resource that will be updated.

    As in pulumi-aws-native, only what is called the resource's name, id or ARN is sure to stay: a permission
    set's ARN is known, a policy's is not, since it is not called `managedPolicyArn`.
    """
    outputs = created_outputs(resource_type, inputs)
    stable = resource_type.read_only & _stable_names(resource_type)
    return {**outputs, **{name: state[name] for name in stable if name in state}}


def _stable_names(resource_type: ResourceType) -> frozenset[str]:
    kind = sdk_name(resource_type.token.rsplit(":", 1)[-1])
    return frozenset({"name", "id", "arn", f"{kind}Name", f"{kind}Id", f"{kind}Arn"})
