"""Values of a CloudFormation template, as far as the file itself tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from remit.errors import BadValue, Source
from remit.yaml_places import NOWHERE, Block, Series, Text, not_text, source_of

PERMISSION_SETS = ("AWS::SSO::PermissionSet", "SSOUtil::SSO::PermissionSet")
_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")


class Template:
    """What references of a template mean. `data` is a template, or any other mapping: then they mean nothing."""

    def __init__(self, data: Block) -> None:
        self._parameters = _block(data.get("Parameters"))
        self._resources = _block(data.get("Resources"))

    def text(self, value: object) -> str:
        """A text, or the default of the parameter that is referred to. Raises BadValue for what is not in the file."""
        if isinstance(value, Block) and isinstance(name := value.get("Ref"), Text):
            default = _block(self._parameters.get(name)).get("Default")
            if isinstance(default, Text):
                return str(default)
            raise BadValue(f"the value of {name} is not in the file", "write the value itself")
        if isinstance(value, Block) and len(value) == 1 and (function := next(iter(value))).startswith("Fn::"):
            raise BadValue(f"{function} is worked out by CloudFormation", "write the value itself")
        if not isinstance(value, Text):
            raise BadValue(f"the value {not_text(value)}")
        return str(value)

    def flag(self, block: Block, key: str) -> bool:
        """Whether a key says true; false where it is not there. Raises BadValue."""
        if block.get(key) is None:
            return False
        text = self.text(block[key])
        if text not in (*_TRUE, *_FALSE):
            raise BadValue(f"{key} takes true or false, not {text!r}")
        return text in _TRUE

    def permission_set(self, value: Block) -> Block | None:
        """The permission set of the template that `{Ref: X}` or `{Fn::GetAtt: X.PermissionSetArn}` names."""
        target = value.get("Ref", value.get("Fn::GetAtt"))
        name = target[0] if isinstance(target, Series) and target else target
        resource = _block(self._resources.get(name.partition(".")[0])) if isinstance(name, Text) else None
        return resource if resource and resource.get("Type") in PERMISSION_SETS else None


def values_of(block: Block, keys: Iterable[str]) -> Iterator[tuple[Any, Source]]:
    """What stands under the first of the keys that has a value: one value, or each of a list."""
    value = next((block[key] for key in keys if block.get(key) is not None), None)
    for each in value if isinstance(value, Series) else [] if value is None else [value]:
        yield each, source_of(each) or block.source


def mapping_of(value: object) -> Block:
    """Raises BadValue for anything but a mapping."""
    if isinstance(value, Block):
        return value
    raise BadValue("a mapping is needed here", "write Type and Id")


def _block(value: object) -> Block:
    return value if isinstance(value, Block) else Block(NOWHERE)
