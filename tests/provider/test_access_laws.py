"""Whatever becomes of the runs and whatever people do between them: nobody gets, keeps or loses access by accident."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.drift.kept import Kept
from remit.drift.values import Finding
from remit.max_revoke import MaxRevoke
from tests.provider.access_stack import NAME, NEVER, AccessStack, Commit, Rule, Way
from tests.provider.fake_sso_admin import PERMISSION_SET, FakeSsoAdmin, Faults
from tests.provider.plugin import A, B, key

KEYS = [key(account, group) for account in (A, B) for group in ("g1", "g2")]
MODES = st.sampled_from(["enforce", "report", "adopt"])
RULES = st.builds(Rule, MODES, st.sampled_from([NEVER, NEVER, 1, 2]))
COMMITS = st.builds(
    Commit,
    st.dictionaries(st.sampled_from(KEYS), RULES),
    st.sampled_from([(A, B), (A, B), (A,)]),
    st.sampled_from(["remove", "remove", "report"]),
    MODES,
)
WHOLE = MaxRevoke(percent=100)
WAYS = st.builds(
    Way,
    st.booleans(),
    st.sampled_from([WHOLE, WHOLE, WHOLE, MaxRevoke(count=0), MaxRevoke(count=1)]),
    st.sampled_from([10**6, 10**6, 1, 2]),
)
FAULTS = st.sampled_from([Faults(), Faults(), Faults(failed=0.5, seed=1), Faults(failed=0.5, reset=0.3, seed=2)])
STEPS = st.one_of(
    st.tuples(st.just("up"), COMMITS, WAYS, FAULTS),
    st.tuples(st.just("edit"), st.sampled_from(KEYS), st.none() | RULES, WAYS, FAULTS),
    st.tuples(st.sampled_from(["repair", "scheduled"]), WAYS, FAULTS),
    st.tuples(st.sampled_from(["give", "take"]), st.sampled_from(KEYS)),
    st.tuples(st.sampled_from(["wait", "refresh"])),
)


class History:
    """Carries out steps, and holds each run against the laws. `given`: what the catalog ever gave and was there."""

    def __init__(self, *, keeps_new_inputs: bool, knows_arn: bool) -> None:
        self.sso = FakeSsoAdmin(page=3)
        self.stack = AccessStack(self.sso, keeps_new_inputs, knows_arn)
        self.given, self.taken = set[str](), set[str]()

    def step(self, what: str, *how: Any) -> None:
        stack = self.stack
        if what == "give":
            self.sso.add(*how)
        elif what == "take":
            self.sso.live.discard((PERMISSION_SET, how[0]))
            self.taken.add(how[0])
        elif what == "wait":
            stack.at += 1
        elif what == "refresh":
            stack.refresh()
        elif what == "up":
            self.up(*how)
        elif stack.attempted and what == "edit":
            name, rule, *rest = how
            others = {one: each for one, each in stack.attempted.rules.items() if one != name}
            self.up(stack.attempted._replace(rules=others | ({name: rule} if rule else {})), *rest)
        elif stack.attempted:
            getattr(self, what)(stack.attempted, *how)

    def up(self, commit: Commit, way: Way, faults: Faults) -> None:
        keep = self.stack.waiting(commit)
        self.stack.attempted = commit
        if self.run(commit, keep, way, faults) == "":
            self.stack.applied = commit
            if way.refresh:
                wanted, live = self.wanted(commit), self.stack.live(commit)
                strangers = live - wanted if commit.unmanaged == "remove" else set[str]()
                assert (wanted - live) | strangers <= {*keep.keys(NAME)}

    def repair(self, commit: Commit, way: Way, faults: Faults) -> None:
        found = self.stack.findings(commit)
        if any(each.mode == "enforce" for each in found):
            keep = self.stack.keeping(found, commit)
            if self.run(commit, keep, way._replace(refresh=True), faults, whole=False) == "":
                self.assert_reverted(commit, found)

    def scheduled(self, commit: Commit, way: Way, faults: Faults) -> None:
        found = self.stack.by_hand(commit)
        enforced = any(each.mode == "enforce" for each in found)
        keep = self.stack.keeping(found, commit)
        if self.run(commit, keep, way._replace(refresh=enforced), faults) == "":
            self.stack.applied = commit
            self.assert_reverted(commit, found)
            assert self.wanted(commit) - self.sso.keys() <= self.taken, "what is new comes"
            over = self.wanted(commit, at=-1) - self.wanted(commit)
            assert commit.unmanaged == "report" or not over & self.sso.keys(), "what has ended goes"

    def run(self, commit: Commit, keep: Kept, way: Way, faults: Faults, *, whole: bool = True) -> str:
        before, self.sso.faults = self.sso.keys(), faults
        failed = self.stack.run(commit, keep, way, whole=whole)
        after, self.sso.faults = self.sso.keys(), Faults()
        lost = before - after
        assert {each[:12] for each in before ^ after} <= {*commit.scope}
        assert not (before ^ after) & {*keep.keys(NAME)}, "what is kept stays, there or not"
        assert way.most.count is None or len(lost) <= way.most.count
        assert commit.unmanaged == "remove" or lost <= self.given, "what others gave is only told"
        self.given |= self.wanted(commit) & after
        return failed

    def wanted(self, commit: Commit, at: int | None = None) -> set[str]:
        return {each.key for each in commit.plan(self.stack.at if at is None else at).assignments}

    def assert_reverted(self, commit: Commit, found: tuple[Finding, ...]) -> None:
        enforced = {each.id for each in found if each.mode == "enforce"}
        assert not enforced & {each.id for each in self.stack.findings(commit)}


@given(st.lists(STEPS, min_size=2, max_size=8), COMMITS, st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_run_does_what_it_says_and_nothing_else(
    steps: list[Any], last: Commit, keeps_new_inputs: bool, knows_arn: bool
) -> None:
    history = History(keeps_new_inputs=keeps_new_inputs, knows_arn=knows_arn)
    for step in steps:
        history.step(*step)
    settled = last._replace(rules={name: Rule("enforce", each.ends) for name, each in last.rules.items()})
    history.up(settled._replace(mode="enforce"), Way(refresh=True), Faults())
    assert history.stack.applied is not None
