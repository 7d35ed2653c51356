"""Desired against live."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.delta import PrincipalType, assignment_key, delta, split_key

accounts = st.sampled_from(["111111111111", "222222222222", "333333333333"])
principal_types = st.sampled_from(["GROUP", "USER"])
principals = st.sampled_from(["a", "b", "c/d"])
keys = st.builds(assignment_key, accounts, principal_types, principals)
key_sets = st.frozensets(keys)
scopes = st.frozensets(accounts)


@given(key_sets, key_sets, scopes)
def test_delta_then_apply_is_a_fixed_point(desired: frozenset[str], live: frozenset[str], scope: frozenset[str]):
    change = delta(desired, live, scope)
    after = (live | set(change.create)) - set(change.remove)
    assert not delta(desired, after, scope)


@given(key_sets, key_sets, scopes)
def test_after_apply_the_scope_holds_the_desired_set_and_the_rest_is_untouched(
    desired: frozenset[str], live: frozenset[str], scope: frozenset[str]
):
    change = delta(desired, live, scope)
    after = (live | set(change.create)) - set(change.remove)
    for key in desired | live | after:
        wanted = key in desired if split_key(key)[0] in scope else key in live
        assert (key in after) == wanted


@given(key_sets, scopes)
def test_nothing_changes_when_live_is_desired(live: frozenset[str], scope: frozenset[str]):
    assert delta(live, live, scope) == delta(frozenset(), frozenset(), scope)


@given(key_sets, key_sets)
def test_a_delta_is_sorted(desired: frozenset[str], live: frozenset[str]):
    change = delta(desired, live, {"111111111111", "222222222222"})
    assert list(change.create) == sorted(change.create)
    assert list(change.remove) == sorted(change.remove)


@given(accounts, principal_types, principals)
def test_a_key_can_be_taken_apart(account: str, principal_type: PrincipalType, principal: str):
    assert split_key(assignment_key(account, principal_type, principal)) == (account, principal_type, principal)


@pytest.mark.parametrize("text", ["", "111111111111", "1/GROUP/", "1/ROLE/x", "1/GROUP"])
def test_what_is_no_key_is_refused(text: str):
    with pytest.raises(ValueError, match=r".+"):
        split_key(text)
