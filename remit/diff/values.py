"""What two plans are compared by, and what the comparison says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from remit.errors import Source
from remit.expiry import Expiry

Accounts = frozenset[str]
Statement = Mapping[str, Any]
Change = Literal["added", "removed", "changed"]


class Direction(StrEnum):
    """Which way access goes. EITHER: both, or it cannot be told; whoever reviews takes it for wider."""

    WIDENS = "widens"
    EITHER = "either"
    NARROWS = "narrows"
    NEUTRAL = "neutral"

    @property
    def mirrored(self) -> Direction:
        return _MIRRORED.get(self, self)

    @property
    def may_widen(self) -> bool:
        return self in {Direction.WIDENS, Direction.EITHER}


_MIRRORED = {Direction.WIDENS: Direction.NARROWS, Direction.NARROWS: Direction.WIDENS}


def together(directions: Iterable[Direction]) -> Direction:
    """The direction of several changes at once."""
    found = set(directions) - {Direction.NEUTRAL}
    if not found:
        return Direction.NEUTRAL
    return found.pop() if len(found) == 1 else Direction.EITHER


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A permission set in the hands of a principal ("GROUP" or "USER", by name)."""

    permission_set: str
    principal_type: str
    principal: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A managed policy in one account."""

    path: str
    description: str
    document: Mapping[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class Ends:
    """When access ends.

    `rules` by their exact place and `permission_sets` by name, as far as they have an end. `others` are all entries
    that are there and are neither, by kind, what a person calls it, and which of several of that name it is.
    """

    rules: Mapping[Source, Expiry] = field(default_factory=dict)
    permission_sets: Mapping[str, Expiry] = field(default_factory=dict)
    others: Mapping[tuple[str, str, int], tuple[Expiry | None, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """A plan by what is compared: policies by name and account, permission sets by name, as in the plan's JSON."""

    grants: Mapping[Grant, Accounts] = field(default_factory=dict)
    grant_sources: Mapping[Grant, Mapping[str, Accounts]] = field(default_factory=dict)
    """By the place of a rule: the accounts in which it gives the grant."""
    policies: Mapping[str, Mapping[str, Policy]] = field(default_factory=dict)
    permission_sets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ends: Ends | None = Ends()
    """None: nobody knows, as of a saved plan."""
    grant_ends: Mapping[Grant, Mapping[str, Expiry]] = field(default_factory=dict)
    """By account, where every rule that gives the grant ends: the end of the last one."""


@dataclass(frozen=True, slots=True)
class GrantChange:
    """Who gains ("added") or loses ("removed") a permission set, and where. `sources`: the rules that say so.

    "changed": they keep it, and it ends at another time: `before`, `after`; None is never.
    """

    change: Change
    grant: Grant
    accounts: Accounts
    sources: tuple[str, ...]
    before: Expiry | None = None
    after: Expiry | None = None

    @property
    def direction(self) -> Direction:
        if self.change != "changed":
            return Direction.WIDENS if self.change == "added" else Direction.NARROWS
        longer = self.before and (self.after is None or self.after.end > self.before.end)
        return Direction.WIDENS if longer else Direction.NARROWS


@dataclass(frozen=True, slots=True)
class EndChange:
    """A policy, a statement or an attached policy that stays, and ends at another time; None is never.

    Whether that is more or less access depends on what it says: EITHER.
    """

    kind: str
    subject: str
    before: Expiry | None
    after: Expiry | None
    source: str

    @property
    def direction(self) -> Direction:
        return Direction.EITHER


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that differs: texts that only one side has, or the whole value before and after."""

    key: str
    direction: Direction
    before: Any
    after: Any

    @property
    def gone(self) -> tuple[Any, ...]:
        """Of lists: what only the first has."""
        return _only(self.before, self.after)

    @property
    def new(self) -> tuple[Any, ...]:
        """Of lists: what only the second has."""
        return _only(self.after, self.before)

    @property
    def of_lists(self) -> bool:
        return isinstance(self.before, tuple) and isinstance(self.after, tuple)


def _only(some: Any, others: Any) -> tuple[Any, ...]:  # noqa: ANN401  JSON
    lists = isinstance(some, tuple) and isinstance(others, tuple)
    return tuple(each for each in some if each not in others) if lists else ()


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A statement that came, went or changed. `before` and `after` as IAM's JSON; None where there is none."""

    change: Change
    direction: Direction
    before: Statement | None
    after: Statement | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A managed policy in the accounts that share what becomes of it."""

    change: Change
    name: str
    accounts: Accounts
    direction: Direction
    statements: tuple[StatementChange, ...]
    differences: tuple[Difference, ...]
    source: str


@dataclass(frozen=True, slots=True)
class PermissionSetChange:
    """A permission set: its fields that differ, and the statements of its inline policy.

    `accounts`: of one that changes, where it is assigned before and after; empty for others.
    """

    change: Change
    name: str
    direction: Direction
    statements: tuple[StatementChange, ...]
    differences: tuple[Difference, ...]
    source: str
    accounts: Accounts = frozenset()


@dataclass(frozen=True, slots=True)
class Diff:
    """All that differs, sorted."""

    grants: tuple[GrantChange, ...] = ()
    policies: tuple[PolicyChange, ...] = ()
    permission_sets: tuple[PermissionSetChange, ...] = ()
    ends: tuple[EndChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def changes(self) -> tuple[GrantChange | PolicyChange | PermissionSetChange | EndChange, ...]:
        return (*self.grants, *self.policies, *self.permission_sets, *self.ends)

    @property
    def direction(self) -> Direction:
        return together(each.direction for each in self.changes)

    @property
    def gained(self) -> int:
        """Assignments that come."""
        return sum(len(each.accounts) for each in self.grants if each.change == "added")

    @property
    def lost(self) -> int:
        """Assignments that go."""
        return sum(len(each.accounts) for each in self.grants if each.change == "removed")
