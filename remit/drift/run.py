"""How the program learns what its run keeps as it is: by a file that an environment variable names.

A setting of the stack would stand in its file, and go with it into the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from remit.drift.kept import Kept, KeptSet
from remit.drift.unplanned import Unplanned
from remit.managed_policy import Policy
from remit.planning.values import Plan
from remit.revision import ATTEMPTED, EXPECTED, NOWHERE, Revision, read_revision, revision_of, said
from remit.stack import Stack
from remit.stack_file import read_stack

VARIABLE = "REMIT_KEPT"
"""The environment variable that names the file; the program reads it."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """The stack and the catalog's folder that a run goes by, and what it keeps as it is.

    `again`: they are what the stack got last; else the program has them already. `attempted`: what the state said then
    of its last run.
    """

    stack_file: Path
    catalog: Path
    kept: Kept
    again: bool = True
    attempted: Revision | None = None

    def write(self, path: Path) -> None:
        """The file that VARIABLE names."""
        kept = self.kept
        values = {
            "stack_file": str(self.stack_file),
            "catalog": str(self.catalog),
            "again": self.again,
            "attempted": said(self.attempted) if self.attempted else None,
            "assignments": kept.assignments,
            "policies": [
                {
                    "account": account,
                    "name": name,
                    "given": asdict(given) if given else None,
                    "written": kept.written.get((account, name)),
                }
                for (account, name), given in kept.policies.items()
            ],
            "permission_sets": {
                name: {"fields": sorted(each.fields), "lists": each.lists, "gone": each.gone}
                for name, each in kept.permission_sets.items()
            },
            "unplanned": {
                "policies": sorted(kept.unplanned.policies),
                "permission_sets": sorted(kept.unplanned.permission_sets),
            },
        }
        path.write_text(json.dumps(values), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Keeping:
        """What `write` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        kept = Kept(
            told["assignments"],
            {
                (each["account"], each["name"]): Policy(**each["given"]) if each["given"] else None
                for each in told["policies"]
            },
            {
                name: KeptSet(
                    frozenset(each["fields"]), {key: _tuples(of) for key, of in each["lists"].items()}, each["gone"]
                )
                for name, each in told["permission_sets"].items()
            },
            Unplanned(
                frozenset((account, name) for account, name in told["unplanned"]["policies"]),
                frozenset(told["unplanned"]["permission_sets"]),
            ),
            {(each["account"], each["name"]): each["written"] for each in told["policies"] if each["written"]},
        )
        attempted = revision_of(told["attempted"]) if told["attempted"] else None
        return cls(Path(told["stack_file"]), Path(told["catalog"]), kept, told["again"], attempted)


def _tuples(values: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(each) if isinstance(each, list) else each for each in values)


@dataclass(frozen=True, slots=True)
class Run:
    """What the program goes by: its own stack and catalog, or those that the stack got last (`again`)."""

    stack: Stack
    catalog: Path
    kept: Kept = field(default_factory=Kept)
    again: bool = False
    attempted: Revision | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], stack: Stack, catalog: Path) -> Run:
        """Raises CatalogError when the stack file is wrong."""
        named = environment.get(VARIABLE)
        if not named:
            return cls(stack, catalog)
        told = Keeping.read(Path(named))
        if not told.again:
            return cls(stack, catalog, told.kept)
        return cls(read_stack(told.stack_file), told.catalog, told.kept, again=True, attempted=told.attempted)

    def revision(self) -> Revision | None:
        """What the state shall say of it after success; nothing new where the stack runs again what it has."""
        return None if self.again else read_revision(self.catalog, Path(f"Pulumi.{self.stack.name}.yaml"))

    def revisions(self) -> dict[str, dict[str, Any]]:
        """What the guard is told: what this run goes by; of a run again, what the state must say of the last one."""
        if self.again:
            return {EXPECTED: said(self.attempted) if self.attempted else {}}
        return {ATTEMPTED: said(self.revision() or NOWHERE)}

    def looks_ahead(self, *, preview: bool) -> bool:
        """Whether what will be wrong once something has ended is wrong now: not where nobody is there to mend it."""
        return preview and not self.again

    def adjusted(self, plan: Plan) -> Plan:
        return self.kept.applied_to(plan)
