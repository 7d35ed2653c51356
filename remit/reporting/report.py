"""The report of one run. Its JSON is a promise: keys are only added; `version` tells when one changes its meaning."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

VERSION = 1


class Result(StrEnum):
    """How a run ended. `interrupted`: it was stopped, or killed, before its end."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AssignmentChange(_Value):
    """One assignment. Names are empty where nobody knows them; `reason` is why it failed."""

    permission_set: str
    account: str
    account_name: str = ""
    principal_type: str
    principal_id: str
    principal: str = ""
    reason: str = ""


class Assignments(_Value):
    """What happened to assignments. `unlisted`: removed, but made by hand and never seen before, so without a name."""

    created: tuple[AssignmentChange, ...] = ()
    deleted: tuple[AssignmentChange, ...] = ()
    failed: tuple[AssignmentChange, ...] = ()
    unlisted: int = 0


class Kind(StrEnum):
    POLICY = "policy"
    PERMISSION_SET = "permission set"
    OTHER = "resource"


class Operation(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"


class ResourceChange(_Value):
    """A policy or a permission set that was changed, or with a `reason`, that could not be. `fields`: what changed."""

    kind: Kind
    name: str
    operation: Operation
    account: str = ""
    account_name: str = ""
    fields: tuple[str, ...] = ()
    reason: str = ""


class Found(_Value):
    """Drift that the run's own refresh found: what differed, and whether this run put it right.

    `changes`: a line for each difference, such as `+ assignment of ada in shop-dev`.
    """

    what: str
    changes: tuple[str, ...] = ()
    repaired: bool = False


class RunReport(_Value):
    """A run, told. Times are RFC 3339 in UTC. `preview`: nothing was written, the lists say what would be."""

    version: int = VERSION
    verb: str
    stack: str
    result: Result
    exit_code: int
    preview: bool = False
    started: str
    finished: str
    run_url: str = ""
    assignments: Assignments = Assignments()
    changed: tuple[ResourceChange, ...] = ()
    failed: tuple[ResourceChange, ...] = ()
    drift: tuple[Found, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def succeeded(self) -> bool:
        return self.result is Result.SUCCEEDED

    @property
    def changes_anything(self) -> bool:
        """Whether anything was created, changed or deleted."""
        each = self.assignments
        return bool(each.created or each.deleted or each.unlisted or self.changed)
