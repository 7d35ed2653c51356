"""Policy documents: what means the same, and how long they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.documents import (
    as_written,
    canonical,
    document,
    fingerprint,
    in_other_words,
    repeated_sids,
    same_meaning,
    size,
)


def policy(**statement: Any):
    return document([{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*", **statement}])


@pytest.mark.parametrize(
    "other",
    [
        policy(Action=["s3:PutObject", "s3:GetObject"]),
        policy(Action=["S3:putobject", "s3:GetObject", "s3:getobject"]),
        policy(Resource=["*"]),
        policy(Condition={}),
        policy(Sid=""),
        json.dumps(policy(), indent=4),
        {"Statement": policy()["Statement"][0], "Version": "2012-10-17"},
    ],
)
def test_the_same_said_otherwise_means_the_same(other: Any):
    assert same_meaning(policy(), other)


@pytest.mark.parametrize(
    "other",
    [
        policy(Effect="Deny"),
        policy(Action=["s3:GetObject"]),
        policy(Resource="arn:aws:s3:::a"),
        policy(Sid="Named"),
        policy(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        {**policy(), "Version": "2008-10-17"},
        document([*policy()["Statement"], *policy()["Statement"]]),
    ],
)
def test_what_means_something_else_differs(other: Any):
    assert not same_meaning(policy(), other)


def test_resources_keep_their_case():
    assert not same_meaning(policy(Resource="arn:aws:s3:::a"), policy(Resource="arn:aws:s3:::A"))


def test_conditions_compare_by_meaning():
    one = policy(Condition={"bool": {"AWS:SecureTransport": True}, "NumericLessThan": {"aws:MultiFactorAuthAge": 60}})
    other = policy(
        Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": ["60"]}, "Bool": {"aws:SecureTransport": ["true"]}}
    )
    assert same_meaning(one, other)


def test_the_order_of_statements_means_nothing():
    a, b = policy(Sid="A")["Statement"], policy(Sid="B")["Statement"]
    assert same_meaning(document(a + b), document(b + a))


def test_white_space_does_not_count():
    assert size(policy(Resource="arn:aws:s3:::a b")) == size(policy(Resource="arn:aws:s3:::ab"))
    assert size({"Version": "2012-10-17", "Statement": []}) == len('{"Version":"2012-10-17","Statement":[]}')


def test_a_letter_counts_once_whatever_its_bytes():
    assert size(policy(Resource="arn:é")) == size(policy(Resource="arn:e"))


def test_a_repeated_sid_is_found():
    a = policy(Sid="A")["Statement"]
    assert repeated_sids(document(a + a + policy()["Statement"] * 2)) == ("A",)


texts = st.lists(st.sampled_from(["s3:Get*", "S3:get*", "ec2:*", "*"]), min_size=1, max_size=3)
statements = st.lists(st.builds(lambda a, r: {"Effect": "Allow", "Action": a, "Resource": r}, texts, texts), max_size=3)


@given(statements)
def test_canonical_is_a_fixed_point(found: list[Any]):
    once = canonical(document(found))
    assert canonical(once) == once
    assert same_meaning(once, document(found))


def test_a_fingerprint_tells_other_words_from_another_meaning():
    known = fingerprint(policy())
    assert in_other_words(known, policy(Action=["s3:PutObject", "s3:GetObject"]))
    assert not in_other_words(known, dict(reversed(policy().items()))), "the order of keys is no difference to anybody"
    assert not in_other_words(known, policy(Effect="Deny"))
    assert not in_other_words("", policy())


def test_a_document_is_written_as_it_is_where_that_means_the_same():
    there = policy(Action=["s3:PutObject", "s3:GetObject"])
    assert as_written(policy(), there) is there
    assert as_written(policy(), policy(Effect="Deny")) == policy()
    assert as_written(policy(), None) == policy()
