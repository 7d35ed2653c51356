"""Old state + goal + diff → action."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.deploy.aliases import former_urns
from engine.deploy.decide import (
    Action,
    ImportedError,
    Known,
    ProtectedError,
    decide,
    decide_without_diff,
    is_import,
)
from engine.deploy.goal import Alias, Goal
from engine.plugins.answers import Diff
from engine.state.resource import Resource

OLD = Resource("urn:pulumi:s::p::t:m:T::a", "t:m:T", True, id="1")
GOAL = Goal("t:m:T", "a", True)
NONE, SOME = Diff(False), Diff(True, changed=("x",))
REPLACE = Diff(True, replaces=("x",))


@pytest.mark.parametrize(
    ("known", "action"),
    [
        (Known(None, GOAL), Action.CREATE),
        (Known(None, GOAL, targeted=False), Action.SKIP_CREATE),
        (Known(OLD, GOAL), None),
        (Known(OLD, GOAL, targeted=False), Action.LEAVE),
        (Known(OLD, GOAL, recreating=True), Action.RECREATE),
        (Known(replace(OLD, external=True), GOAL), Action.TAKE_OVER),
    ],
)
def test_some_actions_need_no_diff(known: Known, action: Action | None) -> None:
    assert decide_without_diff(known) is action


@pytest.mark.parametrize(
    ("old", "goal", "diff", "action"),
    [
        (OLD, GOAL, NONE, Action.SAME),
        (OLD, GOAL, SOME, Action.UPDATE),
        (OLD, GOAL, REPLACE, Action.CREATE_BEFORE_DELETE),
        (OLD, GOAL, replace(REPLACE, delete_before_replace=True), Action.DELETE_BEFORE_REPLACE),
        (OLD, replace(GOAL, delete_before_replace=True), REPLACE, Action.DELETE_BEFORE_REPLACE),
        (
            OLD,
            replace(GOAL, delete_before_replace=False),
            replace(REPLACE, delete_before_replace=True),
            Action.CREATE_BEFORE_DELETE,
        ),
        (replace(OLD, init_errors=("half",)), GOAL, NONE, Action.UPDATE),
        (replace(OLD, pending_replacement=True), GOAL, NONE, Action.DELETE_BEFORE_REPLACE),
        (replace(OLD, protect=True), GOAL, REPLACE, Action.CREATE_BEFORE_DELETE),
    ],
)
def test_the_diff_decides_the_rest(old: Resource, goal: Goal, diff: Diff, action: Action) -> None:
    assert decide(Known(old, goal), diff) is action


def test_an_import_that_is_as_it_should_be_needs_no_step() -> None:
    assert decide(Known(OLD, GOAL, imported=True), NONE) is Action.IMPORTED
    assert decide(Known(OLD, GOAL, imported=True), SOME) is Action.UPDATE


def test_what_is_protected_is_not_replaced() -> None:
    with pytest.raises(ProtectedError):
        decide(Known(replace(OLD, protect=True), replace(GOAL, protect=True)), REPLACE)


def test_what_is_imported_by_id_is_not_replaced() -> None:
    with pytest.raises(ImportedError):
        decide(Known(OLD, replace(GOAL, import_id="1")), REPLACE)


@pytest.mark.parametrize(
    ("old", "asked", "imports"),
    [
        (None, "1", True),
        (None, "", False),
        (OLD, "1", False),
        (OLD, "2", True),
        (replace(OLD, id="other", import_id="1"), "1", False),
        (replace(OLD, external=True), "1", True),
    ],
)
def test_an_import_id_counts_until_the_state_has_it(old: Resource | None, asked: str, imports: bool) -> None:
    assert is_import(replace(GOAL, import_id=asked), old) is imports


@pytest.mark.parametrize(
    ("alias", "urn"),
    [
        (Alias(urn="urn:any"), "urn:any"),
        (Alias(name="b"), "urn:pulumi:s::p::c:m:C$t:m:T::b"),
        (Alias(type="t:m:U"), "urn:pulumi:s::p::c:m:C$t:m:U::a"),
        (Alias(no_parent=True), "urn:pulumi:s::p::t:m:T::a"),
        (Alias(parent="urn:pulumi:s::p::d:m:D::x"), "urn:pulumi:s::p::d:m:D$t:m:T::a"),
        (Alias(stack="o", project="q"), "urn:pulumi:o::q::c:m:C$t:m:T::a"),
    ],
)
def test_an_alias_names_what_differs(alias: Alias, urn: str) -> None:
    goal = replace(GOAL, parent="urn:pulumi:s::p::c:m:C::c", aliases=(alias,))
    assert former_urns(goal, stack="s", project="p", renamed={}) == [urn]


def test_children_of_a_renamed_parent_were_named_after_it() -> None:
    goal = replace(GOAL, name="new-part", parent="urn:pulumi:s::p::c:m:C::new")
    renamed = {"urn:pulumi:s::p::c:m:C::new": "urn:pulumi:s::p::c:m:C::old"}
    assert former_urns(goal, stack="s", project="p", renamed=renamed) == ["urn:pulumi:s::p::c:m:C$t:m:T::old-part"]
