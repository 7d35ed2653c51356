"""URNs, `urn:pulumi:STACK::PROJECT::PARENT-TYPE$TYPE::NAME`, and provider references, `URN::ID`."""

from __future__ import annotations

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"


def create(*, stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The URN of a resource. `parent` is its parent's URN or ""; the root stack leaves no trace in the type."""
    chain = "" if not parent or qualified_type(parent) == STACK_TYPE else qualified_type(parent) + "$"
    return f"urn:pulumi:{stack}::{project}::{chain}{type_}::{name}"


def _parts(urn: str) -> list[str]:
    parts = urn.split("::", 3)
    if len(parts) != 4 or not parts[0].startswith("urn:pulumi:"):
        raise ValueError(f"not a URN: {urn!r}")
    return parts


def qualified_type(urn: str) -> str:
    """The type with those of its parents: `remit:index:AccountPolicies$aws-native:iam:ManagedPolicy`."""
    return _parts(urn)[2]


def type_of(urn: str) -> str:
    """The resource's own type."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The resource's logical name."""
    return _parts(urn)[3]


def is_provider_type(type_: str) -> bool:
    """Whether resources of this type are providers."""
    return type_.startswith(PROVIDER_PREFIX)


def provider_package(type_: str) -> str:
    """`aws-native` of `pulumi:providers:aws-native`."""
    return type_.removeprefix(PROVIDER_PREFIX)


def package_of(type_: str) -> str:
    """The package that serves a resource type or a function token."""
    return provider_package(type_) if is_provider_type(type_) else type_.split(":", 1)[0]


def is_default_provider(urn: str) -> bool:
    """Whether this is a provider that the engine registered by itself."""
    name = name_of(urn)
    return is_provider_type(type_of(urn)) and (name == "default" or name.startswith("default_"))


def reference(urn: str, id_: str) -> str:
    """A provider reference."""
    return f"{urn}::{id_}"


def split_reference(ref: str) -> tuple[str, str]:
    """The URN and the ID of a provider reference."""
    urn, _, id_ = ref.rpartition("::")
    _parts(urn)
    return urn, id_
