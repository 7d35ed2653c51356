"""Check and Diff: inputs are checked with a word for people, and only what counts is a change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulumi.runtime.rpc import UNKNOWN

from tests.provider.fake_sso_admin import OTHER_SET, FakeSsoAdmin
from tests.provider.plugin import A, B, C, Plugin, inputs, key, plugin

ONE, TWO = key(A, "g-1"), key(B, "g-2")


@pytest.fixture(scope="module")
def remit() -> Iterator[Plugin]:
    with plugin(FakeSsoAdmin()) as served:
        yield served


def test_check_puts_the_scope_in_order_and_fills_in_the_default(remit: Plugin) -> None:
    news = inputs(ONE, scope=(B, A, B))
    del news["unmanaged"]
    checked, failures = remit.check(news)
    assert failures == {}
    assert checked == inputs(ONE, scope=(A, B))


@pytest.mark.parametrize(
    ("wrong", "path", "word"),
    [
        ({"instanceArn": "ssoins-1"}, "instanceArn", "'ssoins-1'"),
        ({"permissionSetArn": None}, "permissionSetArn", "missing"),
        ({"scope": "all"}, "scope", "'all'"),
        ({"scope": [A, B, "123"]}, "scope[2]", "'123'"),
        ({"scope": [A, 111111111111]}, "scope[1]", "111111111111"),
        ({"unmanaged": "ignore"}, "unmanaged", "'ignore'"),
        ({"unmanagd": "remove"}, "unmanagd", "no such property"),
        ({"assignments": [ONE]}, "assignments", ONE),
        ({"assignments": {"1/GROUP/g": "x"}}, 'assignments["1/GROUP/g"]', "ACCOUNT/GROUP/PRINCIPAL-ID"),
        ({"assignments": {key(A, "r", "ROLE"): "x"}}, f'assignments["{key(A, "r", "ROLE")}"]', "ACCOUNT/USER"),
        ({"assignments": {ONE: 7}}, f'assignments["{ONE}"]', "7"),
        ({"assignments": {ONE: "x"}, "scope": [B]}, f'assignments["{ONE}"]', "not in scope"),
    ],
)
def test_check_names_the_property_and_the_value(remit: Plugin, wrong: dict[str, object], path: str, word: str) -> None:
    _, failures = remit.check({**inputs(), **wrong})
    assert list(failures) == [path]
    assert word in failures[path]


@pytest.mark.parametrize("name", ["instanceArn", "permissionSetArn", "scope", "assignments", "unmanaged"])
def test_what_is_not_known_yet_passes_the_check_and_is_a_change(remit: Plugin, name: str) -> None:
    news = {**inputs(ONE), name: UNKNOWN}
    assert remit.check(news) == (news, {})
    assert name in remit.diff(inputs(ONE), news)


def test_labels_never_make_a_diff(remit: Plugin) -> None:
    assert remit.diff(inputs(ONE), inputs(assignments={ONE: "another label"})) == {}
    assert remit.diff(inputs(ONE), inputs(assignments={ONE: UNKNOWN})) == {}


def test_each_assignment_is_an_entry_of_its_own(remit: Plugin) -> None:
    assert remit.diff(inputs(ONE), inputs(TWO)) == {
        f'assignments["{ONE}"]': "DELETE",
        f'assignments["{TWO}"]': "ADD",
    }


def test_another_permission_set_is_a_replacement(remit: Plugin) -> None:
    assert remit.diff(inputs(), inputs(permissionSetArn=OTHER_SET)) == {"permissionSetArn": "UPDATE_REPLACE"}


def test_assignments_of_an_account_that_leaves_the_scope_are_let_go_not_revoked(remit: Plugin) -> None:
    assert remit.diff(inputs(ONE, TWO), inputs(ONE, scope=(A, C))) == {"scope[1]": "DELETE"}


def test_a_scope_changes_account_by_account(remit: Plugin) -> None:
    assert remit.diff(inputs(scope=(A, B)), inputs(scope=(A, C))) == {"scope[1]": "UPDATE"}
    assert remit.diff(inputs(scope=(A,)), inputs(scope=(A, B))) == {"scope[1]": "ADD"}
