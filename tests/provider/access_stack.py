"""A stack that gives one permission set, kept from run to run as an engine keeps it: guard, assignments, and whoever
runs it, by the same values that the verbs go by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from provider import revocation_guard
from provider.account_assignments import PartialFailureError
from provider.changes import changes, joined, revoked
from provider.guard import Guard
from provider.inputs import Inputs, check
from provider.outputs import Outputs
from provider.session import Session
from remit.aws.time_limit import TimeLimit
from remit.delta import split_key
from remit.drift.by_hand import ByHand, changed_since
from remit.drift.compare import Comparison
from remit.drift.ended import Ended
from remit.drift.kept import Kept, kept
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded
from remit.drift.values import Finding, Mode
from remit.drift.waiting import made_by_hand
from remit.errors import RemitError, Source
from remit.max_revoke import MaxRevoke
from remit.plan import Plan, PlannedAssignment
from remit.revocation import Limits
from remit.stack import Stack
from tests.provider.fake_sso_admin import INSTANCE, PERMISSION_SET, FakeSsoAdmin
from tests.provider.plugin import session

NAME = "Engineer"
NEVER = 99


class Rule(NamedTuple):
    """`ends`: the time from which on it gives nothing."""

    mode: Mode
    ends: int = NEVER


class Commit(NamedTuple):
    """`rules` by assignment; `mode` is the permission set's."""

    rules: dict[str, Rule]
    scope: tuple[str, ...]
    unmanaged: Any
    mode: Mode

    def plan(self, at: int) -> Plan:
        given = []
        for key, rule in sorted(self.rules.items()):
            account, kind, who = split_key(key)
            if rule.ends > at and account in self.scope:
                source = Source(rule.mode, 1)
                given.append(PlannedAssignment(account, NAME, cast("Any", kind), "label", who, source, (source,)))
        return Plan((), (), tuple(given), {NAME: ()}, self.scope, ())

    @property
    def stack(self) -> Stack:
        return Stack("test", permission_sets="refer", unmanaged=self.unmanaged)


class ModesOf(Modes):
    """A rule's mode stands in its source."""

    def __init__(self, commit: Commit) -> None:
        self._commit, self._stack = commit, commit.stack

    def of_permission_set(self, name: str) -> Mode:
        return self._commit.mode

    def of_missing_assignment(self, rules: Any) -> Mode:
        return cast("Mode", next(iter(rules)).file)


class Ending(TimeLimit):
    """Is over after so many writes."""

    def __init__(self, sso: FakeSsoAdmin, writes: int) -> None:
        super().__init__()
        self._sso, self._last = sso, sso.writes + writes

    def reason(self) -> str:
        return "" if self._sso.writes < self._last else "the time is over"


class Way(NamedTuple):
    """How a run goes: `most` is remit:maxRevoke; it ends early after so many `writes`."""

    refresh: bool = False
    most: MaxRevoke = MaxRevoke(percent=100)
    writes: int = 10**6


@dataclass
class AccessStack:
    """`keeps_new_inputs` as of PooledStack. `knows_arn`: another stack has made the permission set.

    `applied` and `attempted` are the commits that its state knows, `at` is the time.
    """

    sso: FakeSsoAdmin
    keeps_new_inputs: bool = False
    knows_arn: bool = False
    at: int = 0
    guard: dict[str, Any] = field(default_factory=dict)
    state: tuple[dict[str, Any], dict[str, Any], bool] | None = None
    attempted: Commit | None = None
    applied: Commit | None = None

    def live(self, commit: Commit) -> set[str]:
        everywhere = self.sso.keys()
        return {key for key in everywhere if split_key(key)[0] in commit.scope}

    def findings(self, commit: Commit, at: int | None = None) -> tuple[Finding, ...]:
        plan = commit.plan(self.at if at is None else at)
        return Comparison(plan, self._read(commit), ModesOf(commit), commit.stack, {}, self._recorded()).findings()

    def waiting(self, commit: Commit) -> Kept:
        """What `remit up` leaves for `remit sync`."""
        had, plan = self.applied, commit.plan(self.at)
        if had is None:
            return Kept()
        recorded, live = self._recorded(), self._read(commit)
        found = changed_since(recorded, self.findings(had), had.plan(self.at), self._read(had), had.stack)
        waits = made_by_hand(found, self.findings(commit), self.findings(had, at=-1))
        staying = [stays for each in waits if (stays := each.staying())]
        return kept(staying, plan, live, recorded, ended=Ended(plan, commit.plan(-1)))

    def by_hand(self, commit: Commit) -> tuple[Finding, ...]:
        """What `remit up --scheduled` finds."""
        plan, ended = commit.plan(self.at), Ended(commit.plan(self.at), commit.plan(-1))
        made = ByHand(plan, self._read(commit), self._recorded(), ended, commit.stack)
        return made.among(self.findings(commit))

    def keeping(self, findings: tuple[Finding, ...], commit: Commit) -> Kept:
        """All that is not enforced."""
        left = [each for each in findings if each.mode != "enforce"]
        return kept(left, commit.plan(self.at), self._read(commit), self._recorded())

    def refresh(self) -> None:
        self._refresh(session(self.sso))

    def run(self, commit: Commit, keep: Kept, way: Way, *, whole: bool = True) -> str:
        """What failed. A run that is not `whole` does not come to the guard's own update, as a repair's targets."""
        process = session(self.sso, most=way.most)
        process.guard = Guard(Limits(way.most))
        try:
            if way.refresh:
                self._refresh(process)
            self._guarded(process, commit, keep, whole=whole)
            self._change(process, self._news(commit, keep), way)
        except PartialFailureError as failure:
            return str(failure)
        except RemitError as error:
            return str(error)
        return ""

    def _guarded(self, process: Session, commit: Commit, keep: Kept, *, whole: bool) -> None:
        news = {
            "instanceArn": INSTANCE,
            "scope": list(commit.scope),
            "unmanaged": commit.unmanaged,
            "assignments": {NAME: self._wanted(commit, keep)},
            "permissionSetArns": {NAME: PERMISSION_SET} if self.knows_arn else {},
            "accountNames": {},
            "kept": {NAME: keep.keys(NAME)},
        }
        passed, failures = revocation_guard.check(process.guard, self.guard, news, process.resource.foresee)
        if failures:
            raise RemitError(failures[0].reason)
        self.guard = passed if whole else self.guard

    def _news(self, commit: Commit, keep: Kept) -> dict[str, Any]:
        news, failures = check(
            {
                "instanceArn": INSTANCE,
                "permissionSetArn": PERMISSION_SET,
                "scope": list(commit.scope),
                "assignments": self._wanted(commit, keep),
                "unmanaged": commit.unmanaged,
                **({"kept": keep.keys(NAME)} if keep.keys(NAME) else {}),
            }
        )
        assert not failures
        return news

    def _change(self, process: Session, news: dict[str, Any], way: Way) -> None:
        """As the servicer and an engine do it between them."""
        old_inputs, olds, failed = self.state or ({}, {}, False)
        wanted, expect = Inputs.of(news), process.guard.expect
        if self.state:
            holding = revoked(old_inputs, olds, news)
            if holding is not None:
                joining = joined(old_inputs, news)
                expect(NAME, holding + process.resource.foresee(joining) if joining else holding)
            if not changes(old_inputs, olds, news) and not failed:
                self.state = news, olds, False
                return
        had, labels = Outputs.of(olds), old_inputs.get("assignments") or {}
        allow: Callable[..., None] = lambda holding: expect(NAME, holding)  # noqa: E731
        called = {**had.unmanaged, **labels, **(had.live or {})}
        try:
            done = process.resource.apply(
                wanted, had.given(labels), allow=allow, labels=called, limit=Ending(self.sso, way.writes)
            )
        except PartialFailureError as failure:
            kept_inputs = news if self.keeps_new_inputs or not self.state else old_inputs
            self.state = kept_inputs, failure.outputs.properties(failure.inputs), True
            raise
        self.state = news, done.properties(wanted), False

    def _refresh(self, process: Session) -> None:
        if self.state:
            found = process.resource.refresh(Inputs.recorded(self.state[0]), Outputs.of(self.state[1]))
            assert found
            inputs, outputs = found
            process.guard.saw(NAME, inputs.assignments)
            self.state = inputs.properties(), outputs.properties(inputs), False

    def _wanted(self, commit: Commit, keep: Kept) -> dict[str, str]:
        return {each.key: each.principal for each in keep.applied_to(commit.plan(self.at)).assignments}

    def _read(self, commit: Commit) -> Live:
        return Live(arns={NAME: PERMISSION_SET}, assignments={NAME: frozenset(self.live(commit))})

    def _recorded(self) -> Recorded:
        inputs, outputs, _ = self.state or ({}, {}, False)
        urn = f"urn:pulumi:test::remit::remit:index:AccountAssignments::{NAME}"
        return Recorded.of({"deployment": {"resources": [{"urn": urn, "inputs": inputs, "outputs": outputs}]}})
