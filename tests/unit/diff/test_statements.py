"""Which way a statement goes. What cannot be judged narrower is never called narrower."""

from __future__ import annotations

from typing import Any

import pytest

from remit.diff.globs import covers
from remit.diff.statements import direction_of_document, statement_changes
from remit.diff.values import Direction

WIDENS, EITHER, NARROWS, NEUTRAL = Direction.WIDENS, Direction.EITHER, Direction.NARROWS, Direction.NEUTRAL


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(effect: str = "Allow", **keys: Any) -> dict[str, Any]:
    return {"Sid": "S", "Effect": effect, "Action": "s3:Get*", "Resource": "arn:aws:s3:::a/*", **keys}


IF = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
WITHOUT_ACTION = {"Sid": "S", "Effect": "Allow", "Resource": "arn:aws:s3:::a/*"}


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (statement(), statement(Action=["s3:Get*", "s3:Put*"]), WIDENS),
        (statement(), statement(Action="s3:*"), WIDENS),
        (statement(), statement(Action="s3:GetObject"), NARROWS),
        (statement(), statement(Action="s3:Put*"), EITHER),
        (statement(Action="s3:?et*"), statement(Action="s3:*et*"), WIDENS),
        (statement(), statement(Resource="*"), WIDENS),
        (statement(), statement(Resource="arn:aws:s3:::a/b"), NARROWS),
        (statement(), statement(Resource="arn:aws:s3:::b/*"), EITHER),
        (statement(), statement(Condition=IF), NARROWS),
        (statement(Condition=IF), statement(Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}), NARROWS),
        (
            statement(Condition={"StringNotEquals": {"a:b": ["x", "y"]}}),
            statement(Condition={"StringNotEquals": {"a:b": "x"}}),
            WIDENS,
        ),
        (
            statement(Condition={"NumericLessThan": {"a:b": "1"}}),
            statement(Condition={"NumericLessThan": {"a:b": "2"}}),
            EITHER,
        ),
        (statement(Condition=IF), statement(Condition={"StringLike": {"a:b": "x"}}), EITHER),
        (statement(), {**WITHOUT_ACTION, "NotAction": "iam:*"}, EITHER),
        ({**WITHOUT_ACTION, "NotAction": "iam:*"}, {**WITHOUT_ACTION, "NotAction": ["iam:*", "sso:*"]}, NARROWS),
        (statement("Deny"), statement("Deny", Action="s3:*"), NARROWS),
        (statement("Deny"), statement("Deny", Condition=IF), WIDENS),
        (statement("Deny"), statement("Allow"), WIDENS),
        (statement("Deny"), statement("Allow", Action="s3:*"), EITHER),
        (statement(), statement(Sid="T"), NEUTRAL),
        (statement(Action="s3:Get*"), statement(Action="s3:Get*", Resource="*", Condition=IF), EITHER),
    ],
)
def test_a_changed_statement_goes_one_way_and_back_the_other(
    before: dict[str, Any], after: dict[str, Any], direction: Direction
):
    (change,) = statement_changes(document(before), document(after))
    assert (change.change, change.direction) == ("changed", direction)
    (back,) = statement_changes(document(after), document(before))
    assert (back.change, back.direction) == ("changed", direction.mirrored)


@pytest.mark.parametrize(
    ("effect", "change", "direction"),
    [
        ("Allow", "added", WIDENS),
        ("Allow", "removed", NARROWS),
        ("Deny", "added", NARROWS),
        ("Deny", "removed", WIDENS),
    ],
)
def test_a_whole_statement_that_comes_or_goes(effect: str, change: str, direction: Direction):
    stays = statement(Sid="Stays", Action="a:b")
    some, more = document(stays), document(stays, statement(effect, Action="c:d", Resource="x"))
    (found,) = statement_changes(some, more) if change == "added" else statement_changes(more, some)
    assert (found.change, found.direction) == (change, direction)


def test_what_means_the_same_is_no_change():
    assert not statement_changes(
        document(statement(Action=["s3:GetObject", "s3:list*"])),
        document(statement(Action=["S3:List*", "s3:getobject"])),
    )


def test_actions_are_shown_as_they_are_written():
    (change,) = statement_changes(document(statement()), document(statement(Action=["s3:Get*", "s3:PutObject"])))
    (difference,) = change.differences
    assert (difference.new, difference.gone) == (("s3:PutObject",), ())


def test_attaching_a_policy_goes_the_way_of_its_statements():
    assert direction_of_document(document(statement())) is WIDENS
    assert direction_of_document(document(statement("Deny"))) is NARROWS
    assert direction_of_document(document(statement(), statement("Deny"))) is EITHER
    assert direction_of_document(None) is EITHER


@pytest.mark.parametrize(
    ("wide", "narrow", "does"),
    [
        (["*"], ["s3:*", "?"], True),
        (["s3:*Object"], ["s3:Get*Object"], True),
        (["s3:Get?"], ["s3:Get*"], False),
        (["s3:Get??"], ["s3:Get?"], False),
        (["a/????"], ["a/${b}"], False),
        (["a/*"], ["a/${b}"], True),
        (["a/${b}/*"], ["a/${b}/c"], True),
        (["*b}"], ["a/${b}"], False),
        (["a/${*}"], ["a/${b}"], False),
        (["a/${*}"], ["a/*"], False),
        (["a/*"], ["a/${*}"], True),
        (["s3:Get?"], ["s3:Get?"], True),
        (["a", "b"], ["a", "c"], False),
        (["a"], [], True),
    ],
)
def test_a_glob_covers_what_it_surely_matches(wide: list[str], narrow: list[str], does: bool):
    assert covers(wide, narrow) == does
