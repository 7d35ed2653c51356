"""A stack's state as the engine exports it, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from remit.cli.engine import Engine, EngineError, output_of

Exported = Mapping[str, Any]


def exported_state(engine: Engine, stack: str | None) -> Exported:
    """Of the engine's current stack if none is named. Raises EngineError, as for a stack that does not exist."""
    exported: Exported = json.loads(output_of(engine, "stack", "export", *_named(stack)))
    return exported


def replace_state(engine: Engine, stack: str | None, exported: Exported, by: Exported) -> None:
    """The engine locks a stack while it imports, not from export to import: a run in between would be lost.

    Raises EngineError where there was one, and what the engine says, as of a run that has the lock.
    """
    if _written(exported_state(engine, stack)) != _written(exported):
        raise EngineError("another run has changed the state meanwhile, and it was left as it is (try it again)")
    output_of(engine, "stack", "import", *_named(stack), given=json.dumps(by))


def _written(exported: Exported) -> object:
    """What every run that changes something leaves different: all but the time, and secrets, which an engine may seal
    anew for each export."""
    return _open({key: part for key, part in (exported.get("deployment") or {}).items() if key != "manifest"})


def _open(value: object) -> object:
    if isinstance(value, dict):
        return {key: _open(part) for key, part in value.items() if key != "ciphertext"}
    return [_open(part) for part in value] if isinstance(value, list) else value


def exported_stack(exported: Exported) -> str:
    """The name of the stack that a state is of; "" where it has no resource."""
    resources = (exported.get("deployment") or {}).get("resources") or []
    return next((each["urn"].split("::")[0].removeprefix("urn:pulumi:") for each in resources), "")


def _named(stack: str | None) -> tuple[str, ...]:
    return ("--stack", stack) if stack else ()
