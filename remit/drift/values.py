"""What `remit drift` finds, as values; `as_json` is the document of `remit drift --json`.

    {"stack": "prod", "at": "2026-11-24T03:00:00+00:00",
     "catalog": {"folder": "policies", "commit": "4f2a…", "applied": true},
     "summary": {"missing": 1, "changed": 2, "unmanaged": 1, "enforce": 3, "report": 1, "adopt": 0, "unread": 0},
     "drift": [
       {"id": "assignment/Auditor/012345678901/USER/2000…", "kind": "assignment", "change": "unmanaged",
        "mode": "enforce", "title": "Auditor in audit (012345678901): user ada",
        "name": "Auditor", "path": "", "account": {"id": "012345678901", "name": "audit"},
        "principal": {"type": "USER", "id": "2000…", "name": "ada"},
        "differences": [], "source": null,
        "who": [{"time": "2026-11-24T02:58:11+00:00", "event": "CreateAccountAssignment",
                 "by": "arn:aws:sts::…:assumed-role/Admin/ada", "from": "192.0.2.7", "id": "…"}]},
       {"id": "permission_set/Auditor", "kind": "permission_set", "change": "changed", "mode": "report",
        "title": "permission set Auditor", "name": "Auditor", "path": "", "account": null, "principal": null,
        "differences": [{"field": "session_duration", "catalog": "PT1H", "live": "PT12H"}],
        "source": {"file": "policies/permission-sets.yaml", "line": 8}, "who": null}],
     "unread": [{"account": {"id": "…", "name": "…"}, "reason": "…"}]}

`kind`: managed_policy, permission_set, assignment. `change`: missing (the catalog has it, AWS has not), changed,
unmanaged (AWS has it, the catalog has not). `mode`: enforce (`remit repair` reverts it), report (a person
decides) or adopt (the catalog is to follow it).
`differences` of a document are statement by statement: field `statement Sid` or `statement 2`; `catalog` or `live` is
null where only the other has it. `who` is null unless it was asked for, and [] when nobody was found; newest first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from remit.errors import Source

Kind = Literal["managed_policy", "permission_set", "assignment"]
Change = Literal["missing", "changed", "unmanaged"]
Mode = Literal["enforce", "report", "adopt"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, or one statement; values are JSON, None where one side has nothing."""

    field: str
    catalog: Any
    live: Any


@dataclass(frozen=True, slots=True)
class Deed:
    """A call that somebody made, as CloudTrail tells it. `by` is an ARN or a name, `address` where it came from."""

    time: datetime
    event: str
    by: str
    address: str
    id: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that differs. `account` is an id, or "" for what belongs to the instance; `name` a policy's or a
    permission set's; `principal` is (GROUP or USER, id, name) for an assignment.

    `deeds` is None unless somebody looked.
    """

    kind: Kind
    change: Change
    mode: Mode
    name: str
    account: str = ""
    account_name: str = ""
    path: str = ""
    principal: tuple[str, str, str] | None = None
    differences: tuple[Difference, ...] = ()
    source: Source | None = None
    arn: str = ""
    deeds: tuple[Deed, ...] | None = None

    @property
    def id(self) -> str:
        """The same for the same thing in every run: what reports and issues can be compared by."""
        principal = self.principal[:2] if self.principal else ()
        return "/".join(part.strip("/") for part in (self.kind, self.name, self.account, *principal) if part)

    @property
    def key(self) -> str:
        """Of an assignment: ACCOUNT/GROUP/PRINCIPAL-ID, as `remit.delta` compares them."""
        return "/".join((self.account, *(self.principal or ())[:2]))

    @property
    def title(self) -> str:
        """For people: which thing it is."""
        place = f"{self.account_name} ({self.account})" if self.account_name else self.account
        if self.principal:
            kind, id_, name = self.principal
            return f"{self.name} in {place}: {kind.lower()} {name or id_}"
        if self.kind == "permission_set":
            return f"permission set {self.name}"
        return f"policy {self.path}{self.name} in {place}"


@dataclass(frozen=True, slots=True)
class Unread:
    """An account whose policies could not be read, and why."""

    account: str
    account_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drift:
    """All that differs, sorted. `commit` is that of the catalog, "" if it is not known; `applied` says whether it is
    the catalog that the stack got last (or else the one in the work tree)."""

    stack: str
    at: datetime
    folder: str
    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...] = ()
    commit: str = ""
    applied: bool = False
    scope: tuple[str, ...] = field(default=())

    def count(self) -> Mapping[str, int]:
        """By change and by mode, zeros included."""
        counts = Counter[str]([each.change for each in self.findings] + [each.mode for each in self.findings])
        words = ("missing", "changed", "unmanaged", "enforce", "report", "adopt")
        return {**{word: counts[word] for word in words}, "unread": len(self.unread)}


def as_json(drift: Drift) -> dict[str, Any]:
    """The document in the docstring of this module."""
    return {
        "stack": drift.stack,
        "at": drift.at.isoformat(),
        "catalog": {"folder": drift.folder, "commit": drift.commit or None, "applied": drift.applied},
        "summary": dict(drift.count()),
        "drift": [_finding(finding) for finding in drift.findings],
        "unread": [
            {"account": {"id": each.account, "name": each.account_name}, "reason": each.reason} for each in drift.unread
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    source = finding.source
    return {
        "id": finding.id,
        "kind": finding.kind,
        "change": finding.change,
        "mode": finding.mode,
        "title": finding.title,
        "name": finding.name,
        "path": finding.path,
        "account": {"id": finding.account, "name": finding.account_name} if finding.account else None,
        "principal": dict(zip(("type", "id", "name"), finding.principal, strict=True)) if finding.principal else None,
        "differences": [
            {"field": each.field, "catalog": each.catalog, "live": each.live} for each in finding.differences
        ],
        "source": {"file": source.file, "line": source.line} if source else None,
        "who": None if finding.deeds is None else _deeds(finding.deeds),
    }


def _deeds(deeds: Sequence[Deed]) -> list[dict[str, str]]:
    return [
        {"time": each.time.isoformat(), "event": each.event, "by": each.by, "from": each.address, "id": each.id}
        for each in deeds
    ]
