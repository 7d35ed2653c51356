"""Laws of the resource, for random live and desired sets and random faults of AWS (hypothesis)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.provider.fake_sso_admin import INSTANCE, PERMISSION_SET, FakeSsoAdmin, Faults
from tests.provider.plugin import A, B, C, Plugin, RefusedError, inputs, key, plugin

ID = f"{INSTANCE}|{PERMISSION_SET}"
SCOPE = (A, B)
KEYS = st.sets(
    st.builds(key, st.sampled_from((A, B, C)), st.sampled_from(["g1", "g2", "g3"]), st.sampled_from(["GROUP", "USER"]))
)
FAULTS = st.builds(
    Faults,
    throttle=st.floats(0, 0.3),
    conflict=st.floats(0, 0.1),
    failed=st.floats(0, 0.05),
    server=st.floats(0, 0.05),
    reset=st.floats(0, 0.3),
    seed=st.integers(0, 1000),
)
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def in_scope(keys: set[str]) -> set[str]:
    return {each for each in keys if each[:12] in SCOPE}


def wanted(keys: set[str]) -> dict[str, Any]:
    return inputs(*sorted(in_scope(keys)), scope=SCOPE)


def update(
    remit: Plugin, old: dict[str, Any], news: dict[str, Any], state: dict[str, Any]
) -> tuple[dict[str, Any], bool]:
    """The outputs that go into the state, and whether the run failed in part."""
    try:
        return remit.update(old, news, state), False
    except RefusedError as failure:
        return failure.properties, True


@quick
@given(live=KEYS, desired=KEYS, faults=FAULTS, lasts=st.integers(0, 20), hides=st.booleans())
def test_runs_converge_whatever_aws_does(
    live: set[str], desired: set[str], faults: Faults, lasts: int, hides: bool
) -> None:
    sso = FakeSsoAdmin(faults=faults, lasts=lasts, outstanding=4, page=3, listing_hides=hides)
    sso.add(*live)
    news, old = wanted(desired), inputs(scope=SCOPE)
    state: dict[str, Any] = {}
    with plugin(sso, faults.seed) as remit:
        for _ in range(20):
            state, failed = update(remit, old, news, state)
            if not failed:
                break
            left = in_scope(sso.keys()) ^ set(news["assignments"])
            assert set(state["assignments"]) == in_scope(sso.keys())
            assert {path.split('"')[1] for path in remit.diff(old, news, state)} == left
    assert in_scope(sso.keys()) == set(news["assignments"])
    assert sso.keys() - in_scope(sso.keys()) == live - in_scope(live)


@quick
@given(live=KEYS, desired=KEYS)
def test_a_second_run_writes_nothing_and_a_refresh_finds_what_was_desired(live: set[str], desired: set[str]) -> None:
    sso = FakeSsoAdmin()
    sso.add(*live)
    news = wanted(desired)
    with plugin(sso) as remit:
        _, state = remit.create(news)
        writes = sso.writes
        assert writes == len(in_scope(live) ^ in_scope(desired))
        remit.update(news, news, state)
    with plugin(sso) as remit:  # another operation, with nothing in memory
        _, found, _ = remit.read(ID, news, state)
        assert remit.diff(found, news, state) == {}
        remit.update(news, news, state)
    assert sso.writes == writes
    assert found["assignments"] == news["assignments"]


@quick
@given(live=KEYS, desired=KEYS)
def test_import_then_diff_is_the_difference_and_nothing_more(live: set[str], desired: set[str]) -> None:
    sso = FakeSsoAdmin()
    sso.add(*live)
    news = wanted(desired)
    with plugin(sso) as remit:
        _, found, outputs = remit.read(f"{ID}|{','.join(SCOPE)}")
        paths = remit.diff(found, news, outputs)
    assert {path.split('"')[1] for path in paths} == in_scope(live) ^ in_scope(desired)


@quick
@given(live=KEYS, old=KEYS, desired=KEYS)
def test_with_report_nobody_elses_assignment_is_ever_removed(live: set[str], old: set[str], desired: set[str]) -> None:
    sso = FakeSsoAdmin()
    sso.add(*live)
    with plugin(sso) as remit:
        before, news = wanted(old), wanted(desired)
        outputs = remit.update({**before, "unmanaged": "report"}, {**news, "unmanaged": "report"})
    strangers = in_scope(live) - in_scope(old) - in_scope(desired)
    assert in_scope(sso.keys()) == in_scope(desired) | strangers
    assert set(outputs["unmanagedAssignments"]) == strangers
