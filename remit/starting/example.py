"""The example that Remit ships: a company that does not exist, and whose catalog must never reach a real organization.

It is told from a person's own catalog by the suffix of its groups, which nobody can own: `.example` is reserved (RFC
2606). So an edited example is an example still. It is moved, not deleted: the sandbox, whose organization it describes,
goes on with it.
"""

from __future__ import annotations

from pathlib import Path

from remit.catalog.models import Settings

MOVED_TO = Path("sandbox", "policies")
_SUFFIX = "@northwind.example"
_STACK = "# A production stack, as a company with a stack for each environment would have it"


def is_example(settings: Settings) -> bool:
    return settings.group_suffix == _SUFFIX


def is_example_stack(text: str) -> bool:
    """Pulumi.prod.yaml as it is shipped, edited or not."""
    return text.startswith(_STACK)


def moved(text: str, place: Path) -> str:
    """A catalog file on its new place, `place` within the catalog's folder: editors find the schema where it stays."""
    up = "../" * (len(MOVED_TO.parts) + len(place.parts) - 1)
    old = "../" * (len(place.parts) - 1)
    return text.replace(f"$schema={old}schema/", f"$schema={up}policies/schema/", 1)


def sandbox_stack(text: str) -> str:
    """Pulumi.sandbox.yaml, with the catalog's new folder."""
    if "remit:catalog:" in text:
        return text
    return text.replace("config:\n", f"config:\n  remit:catalog: {MOVED_TO.as_posix()}\n", 1)
