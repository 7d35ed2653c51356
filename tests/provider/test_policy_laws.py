"""Whatever becomes of the runs and whatever people do between them: nobody else's policy is touched, nor what is
kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from remit.aws.iam import Iam
from remit.aws.member_sessions import Member
from remit.aws.session import Answer
from remit.documents import document
from remit.drift.by_hand import ByHand
from remit.drift.compare import Comparison
from remit.drift.ended import Ended
from remit.drift.kept import Kept, kept
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded
from remit.drift.unplanned import Unplanned
from remit.drift.values import Finding, Mode
from remit.errors import AwsError, Source
from remit.managed_policy import Policy, by_name, under
from remit.plan import Plan, PlannedPolicy
from remit.stack import Stack
from tests.provider.accounts import BUILD, READ, ROLE
from tests.provider.fake_iam import FakeIam
from tests.provider.plugin import A
from tests.provider.pooled_stack import PooledStack
from tests.provider.test_leaving_laws import Fakes

NAMES, PATHS = ("One", "Two"), ("/remit/", "/remit/b/", "/c/")
DOCUMENTS = [document([READ]), document([READ, BUILD]), document([BUILD])]
WRITES = ("CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DetachRolePolicy", "AttachRolePolicy")
ALL = 10**6


class Entry(NamedTuple):
    path: str
    document: int
    mode: Mode


Commit = dict[str, Entry]


class ModesOf(Modes):
    def __init__(self, commit: Commit, stack: Stack) -> None:
        self._commit, self._stack = commit, stack

    def of_policy(self, name: str) -> Mode:
        return self._commit[name].mode


@dataclass
class Limited(FakeIam):
    """Refuses writes after so many. `theirs`: ids of what was made by hand."""

    writes: int = ALL
    theirs: set[str] = field(default_factory=set)

    def call(self, member: Member, operation: str, **parameters: object) -> Answer:
        self.writes -= operation in WRITES
        if self.writes < 0:
            raise AwsError(f"{operation} was refused")
        return super().call(member, operation, **parameters)

    def make(self, name: str, path: str, number: int) -> None:
        self.take(name)
        self.CreatePolicy(name, path, json.dumps(DOCUMENTS[number]), "why")
        self.theirs.add(self.found(name)[0]["PolicyId"])

    def take(self, name: str) -> None:
        for each in self.found(name):
            del self.policies[each["Arn"]]

    def edit(self, name: str, number: int) -> None:
        for each in self.found(name):
            self.CreatePolicyVersion(each["Arn"], json.dumps(DOCUMENTS[number]))

    def found(self, name: str) -> list[dict[str, Any]]:
        return [each for each in self.policies.values() if each["PolicyName"].lower() == name.lower()]


class History:
    """`touched`: names of which somebody did something by hand."""

    def __init__(self, unmanaged: Any, owned: str, *, keeps_new_inputs: bool) -> None:
        self.iam = Limited()
        self.stack = PooledStack(Fakes(self.iam), keeps_new_inputs)
        self.settings = Stack("test", fan_out="pooled", owned_path=owned, unmanaged_policies=unmanaged)
        self.commit: Commit = {}
        self.touched = set[str]()

    def step(self, what: str, *how: Any) -> None:
        if what in {"make", "take", "edit"}:
            getattr(self.iam, what)(*how)
            self.touched.add(how[0].lower())
        elif what == "refresh":
            self.refresh()
        elif what == "up" or self.stack.account:  # before a first run nothing runs by itself
            getattr(self, what)(*how)

    def refresh(self) -> None:
        if self.stack.account:
            self.stack.refresh()

    def up(self, commit: Commit, writes: int = ALL, *, refresh: bool = False, cut: bool = False) -> str:
        self.commit = commit
        return self.run(Kept(), writes, refresh=refresh, cut=cut)

    def repair(self, writes: int) -> None:
        found, recorded = self.findings(), self.recorded()
        if any(each.mode == "enforce" for each in found):
            reported = [each for each in found if each.mode != "enforce"]
            unplanned = Unplanned.of(recorded.urns, self.plan)
            keep = kept(reported, self.plan, self.live(), recorded, unplanned=unplanned)
            if self.run(keep, writes, refresh=True, cut=True) == "":
                self.assert_reverted(found)

    def scheduled(self, writes: int) -> None:
        ended, recorded = Ended(self.plan, self.plan), self.recorded()
        found = ByHand(self.plan, self.live(), recorded, ended, self.settings).among(self.findings())
        keep = kept([each for each in found if each.mode != "enforce"], self.plan, self.live(), recorded, ended=ended)
        if self.run(keep, writes, refresh=any(each.mode == "enforce" for each in found)) == "":
            self.assert_reverted(found)
            there = by_name(self.live().policies[A])
            new = [each for each in self.plan.managed_policies if each.name.lower() not in self.touched]
            assert all(there[each.name.lower()].policy.document == each.document for each in new)

    def run(self, keep: Kept, writes: int, *, refresh: bool, cut: bool = False) -> str:
        ours = self.places()
        if refresh:
            self.refresh()
        before = self.snapshot()
        owner = {"ownedPath": self.settings.owned_path, "unmanaged": self.settings.unmanaged_policies}
        names = keep.policy_names(A)
        self.stack.more = {**(owner if owner["ownedPath"] else {}), **({"kept": names} if names else {})}
        adjusted = keep.applied_to(self.plan).managed_policies
        self.iam.writes = writes
        failed = self.stack.up(
            *(Policy(each.name, each.path, each.description, each.document) for each in adjusted), until_removal=cut
        )
        self.iam.writes, after = ALL, self.snapshot()
        for id_ in self.iam.theirs & before.keys():
            name, path, _ = before[id_]
            swept = under(path, self.settings.owned_path) and owner["unmanaged"] == "remove" and id_ not in after
            assert (name, path) in ours or swept or before[id_] == after.get(id_), "it is somebody else's"
        for left in (name.lower() for name in names):
            was, now = ([each for each in of.items() if each[1][0] == left] for of in (before, after))
            assert was == now, "what is kept stays, there or not"
        return failed

    @property
    def plan(self) -> Plan:
        planned = [
            PlannedPolicy(A, name, each.path, "why", DOCUMENTS[each.document], Source("f", 1))
            for name, each in sorted(self.commit.items())
        ]
        watched = frozenset({A}) if self.settings.owned_path else frozenset[str]()
        return Plan(tuple(planned), (), (), {}, (A,), (), watched=watched)

    def live(self) -> Live:
        member, iam = Member(A, ROLE), Iam(self.iam)
        return Live(policies={A: tuple(iam.described(member, iam.policies(member)))})

    def recorded(self) -> Recorded:
        urn = f"urn:pulumi:test::remit::remit:index:ManagedPolicies::{A}"
        state = self.stack.account
        found = [{"urn": urn, "inputs": state.inputs, "outputs": state.outputs}] if state else []
        return Recorded.of({"deployment": {"resources": found}})

    def findings(self) -> tuple[Finding, ...]:
        modes = ModesOf(self.commit, self.settings)
        return Comparison(self.plan, self.live(), modes, self.settings, {}, self.recorded()).findings()

    def assert_reverted(self, found: tuple[Finding, ...]) -> None:
        enforced = {each.id for each in found if each.mode == "enforce"}
        assert not enforced & {each.id for each in self.findings()}

    def places(self) -> set[tuple[str, str]]:
        """Where the state has a policy of its own: nobody can tell one that was made anew there by hand."""
        outputs = self.stack.account.outputs if self.stack.account else {}
        told = {**(outputs.get("leaving") or {}), **(outputs.get("policies") or {})}
        recorded = [(each.name, each.path) for each in self.recorded().policies.values()]
        return {(name.lower(), path) for name, path in [*recorded, *((name, of["path"]) for name, of in told.items())]}

    def snapshot(self) -> dict[str, tuple[str, str, str]]:
        return {
            each["PolicyId"]: (each["PolicyName"].lower(), each["Path"], json.dumps(each["PolicyVersionList"]))
            for each in self.iam.policies.values()
        }


MODES = st.sampled_from(cast("list[Mode]", ["enforce", "report"]))
COMMITS = st.dictionaries(st.sampled_from(NAMES), st.builds(Entry, st.sampled_from(PATHS), st.integers(0, 2), MODES))
WRITES_LEFT = st.sampled_from([ALL, ALL, ALL, 0, 1, 2])
STEPS = st.one_of(
    st.tuples(st.just("up"), COMMITS, WRITES_LEFT),
    st.tuples(st.sampled_from(["repair", "scheduled"]), WRITES_LEFT),
    st.tuples(st.just("make"), st.sampled_from([*NAMES, "ONE"]), st.sampled_from(PATHS), st.integers(0, 2)),
    st.tuples(st.just("edit"), st.sampled_from(NAMES), st.integers(0, 2)),
    st.tuples(st.just("take"), st.sampled_from(NAMES)),
    st.just(("refresh",)),
)
OWNED = st.sampled_from([("report", ""), ("report", "/remit/"), ("remove", "/remit/")])


@given(COMMITS, st.lists(STEPS, min_size=1, max_size=7), st.none() | COMMITS, OWNED, st.booleans())
@example(  # deleted to be made anew, and AWS answers no more
    {"One": Entry("/remit/b/", 0, "enforce")},
    [("up", {"One": Entry("/remit/", 0, "report")}, 1), ("scheduled", ALL)],
    None,
    ("report", ""),
    False,
)
@settings(max_examples=300, deadline=None)
def test_every_run_does_what_it_says_and_nothing_else(
    first: Commit, steps: list[Any], last: Commit | None, owned: tuple[str, str], keeps_new_inputs: bool
) -> None:
    history = History(*owned, keeps_new_inputs=keeps_new_inputs)
    history.up(first)
    for step in steps:
        history.step(*step)
    last = history.commit if last is None else last
    settled = {name: each._replace(mode="enforce") for name, each in last.items()}
    failed = history.up(settled, refresh=True)
    for name in settled:
        if "which this stack did not make" in failed and name in failed:
            history.iam.take(name)
    assert history.up(settled, refresh=True) == ""
    assert not [each for each in history.findings() if each.mode == "enforce"]
