"""RegisterResource requests as goals."""

from __future__ import annotations

from engine import urn as urns
from engine.deploy.defaults import with_version
from engine.deploy.goal import Alias, Goal
from engine.errors import ConfigurationError, SecretError
from engine.plugins.messages import Message
from engine.values import from_struct

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def goal_of(request: Message, provider: str) -> Goal:
    """The goal of a RegisterResourceRequest; `provider` is the reference that serves it, "" for none.

    ConfigurationError for what this engine does not do, SecretError for secrets.
    """
    _refuse(request)
    inputs = from_struct(request.object, what=request.name)
    if urns.is_provider_type(request.type):
        inputs = with_version(inputs, request.version)
    dependencies = tuple(sorted(request.dependencies))
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=inputs,
        parent=request.parent,
        provider=provider,
        dependencies=dependencies,
        property_dependencies={key: tuple(sorted(value.urns)) for key, value in request.propertyDependencies.items()},
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        deleted_with=request.deletedWith,
        replace_with=tuple(request.replace_with),
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        aliases=tuple(_aliases(request)),
        import_id=request.importId,
        timeouts=_timeouts(request.customTimeouts),
    )


def _refuse(request: Message) -> None:
    what = f"{request.type} '{request.name}'"
    if request.additionalSecretOutputs:
        raise SecretError(f"{what} has additional secret outputs: the embedded engine keeps no secrets")
    if request.remote:
        raise ConfigurationError(f"{what} is a remote component: the embedded engine runs local components only")
    if request.transforms:
        raise ConfigurationError(f"{what} has transforms, which the embedded engine does not run")
    hooks = request.hooks
    if any(getattr(hooks, field.name) for field in hooks.DESCRIPTOR.fields):
        raise ConfigurationError(f"{what} has resource hooks, which the embedded engine does not run")


def _aliases(request: Message) -> list[Alias]:
    found = [Alias(urn=urn) for urn in request.aliasURNs]
    for alias in request.aliases:
        if alias.WhichOneof("alias") == "urn":
            found.append(Alias(urn=alias.urn))
        else:
            spec = alias.spec
            found.append(
                Alias(
                    name=spec.name,
                    type=spec.type,
                    stack=spec.stack,
                    project=spec.project,
                    parent=spec.parentUrn,
                    no_parent=spec.noParent,
                )
            )
    return found


def _timeouts(timeouts: Message) -> dict[str, float]:
    written = {"create": timeouts.create, "update": timeouts.update, "delete": timeouts.delete, "read": timeouts.read}
    lengths = {key: seconds(text) for key, text in written.items() if text}
    return {key: int(length) if length.is_integer() else length for key, length in lengths.items()}


def seconds(text: str) -> float:
    """A duration as Go writes it (`1h2m0.5s`) in seconds; ConfigurationError if it is none."""
    total, number = 0.0, ""
    rest = text
    while rest:
        unit = next((u for u in ("ns", "us", "µs", "ms", "s", "m", "h") if number and rest.startswith(u)), "")
        if unit:
            total += float(number) * _UNITS[unit]
            number, rest = "", rest[len(unit) :]
        elif rest[0].isdigit() or rest[0] == ".":
            number, rest = number + rest[0], rest[1:]
        else:
            raise ConfigurationError(f"not a duration: {text!r}")
    if number:
        raise ConfigurationError(f"not a duration, it has no unit: {text!r}")
    return total
