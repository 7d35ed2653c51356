"""How the program learns that its run is a repair: by a file that an environment variable names.

A setting of the stack would stand in its file, and go with it into the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from remit.drift.repair import Kept
from remit.drift.unplanned import Unplanned
from remit.planning.values import Plan
from remit.revision import Revision, read_revision
from remit.stack import Stack, read_stack

VARIABLE = "REMIT_REPAIR"
"""The environment variable that names the file of a repair; the program reads it."""


@dataclass(frozen=True, slots=True)
class Repair:
    """The stack and the catalog's folder that a repair goes by, and what it keeps."""

    stack_file: Path
    catalog: Path
    kept: Kept

    def write(self, path: Path) -> None:
        """The file that VARIABLE names."""
        values = {
            "stack_file": str(self.stack_file),
            "catalog": str(self.catalog),
            "without": {name: sorted(keys) for name, keys in self.kept.without.items()},
            "also": self.kept.also,
            "policies": [
                {"account": account, "name": name, "live": live} for (account, name), live in self.kept.policies.items()
            ],
            "unplanned": {
                "policies": sorted(self.kept.unplanned.policies),
                "permission_sets": sorted(self.kept.unplanned.permission_sets),
            },
        }
        path.write_text(json.dumps(values), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Run:
    """What the program goes by: its own stack and catalog, or those of a repair."""

    stack: Stack
    catalog: Path
    kept: Kept | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], stack: Stack, catalog: Path) -> Run:
        """Raises CatalogError when the stack file of a repair is wrong."""
        named = environment.get(VARIABLE)
        if not named:
            return cls(stack, catalog)
        told = json.loads(Path(named).read_text(encoding="utf-8"))
        found = Kept(
            {name: frozenset(keys) for name, keys in told["without"].items()},
            told["also"],
            {(each["account"], each["name"]): each["live"] for each in told["policies"]},
            Unplanned(
                frozenset((account, name) for account, name in told["unplanned"]["policies"]),
                frozenset(told["unplanned"]["permission_sets"]),
            ),
        )
        return cls(read_stack(Path(told["stack_file"])), Path(told["catalog"]), found)

    def revision(self) -> Revision | None:
        """What the state shall say of it after success. A repair moves nothing on: what is recorded stays."""
        if self.kept is not None:
            return Revision("", "", "")
        return read_revision(self.catalog, Path(f"Pulumi.{self.stack.name}.yaml"))

    def adjusted(self, plan: Plan) -> Plan:
        return plan if self.kept is None else self.kept.applied_to(plan)
