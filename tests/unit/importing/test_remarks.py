"""What should not live on is pointed out."""

from __future__ import annotations

from collections.abc import Mapping

from remit.importing.entries import Entries
from remit.importing.found import Found
from remit.importing.remarks import Remarks, is_administrator
from tests.unit.small_world import ORGANIZATION

NOTHING = Found(ORGANIZATION)

POLICY = {"name": "Guard", "targets": "*", "statements": []}
ADMINISTRATOR = {"name": "Administrator", "aws_managed_policies": ["AdministratorAccess"]}
READER = {"name": "Reader", "customer_managed_policies": [{"name": "Other", "external": True}]}
RULE = {"groups": ["admins"], "permission_sets": ["Administrator"], "targets": "*"}


def said(kind: str, entry: Mapping[str, object], entries: Entries) -> list[str]:
    return [remark.text for remark in Remarks(entries).of(kind, entry)]


def test_what_nobody_uses() -> None:
    entries = Entries(NOTHING, (POLICY,), (ADMINISTRATOR, READER), (RULE,))
    assert said("permission_sets", READER, entries) == ["Nobody has it."]
    assert said("permission_sets", ADMINISTRATOR, entries) == []
    assert said("managed_policies", POLICY, entries) == ["No permission set refers to it."]
    bound = {**READER, "permissions_boundary": {"customer_managed": "Guard"}}
    assert said("managed_policies", POLICY, Entries(NOTHING, (POLICY,), (bound,))) == []


def test_access_of_users_and_of_principals_that_are_gone() -> None:
    entries = Entries(NOTHING, (), (READER,), ())
    rule = {"users": ["ann", "bob", "id:u-gone"], "permission_sets": ["Reader"], "targets": "ou:Lab"}
    assert said("access", rule, entries) == [
        "Gone from the identity store: id:u-gone.",
        "Given to 2 users directly: a group outlives a person.",
    ]


def test_administrators_everywhere() -> None:
    entries = Entries(NOTHING, (), (ADMINISTRATOR,), (RULE,))
    assert said("access", RULE, entries) == ["Administrator in the whole organization."]
    assert said("access", {**RULE, "targets": ["ou:Lab"]}, entries) == []


def test_a_statement_that_allows_everything_makes_an_administrator() -> None:
    everything = {"Effect": "Allow", "Action": ["*"], "Resource": "*"}
    assert is_administrator({"name": "X", "inline_policy": {"statements": [everything]}})
    assert not is_administrator({"name": "X", "inline_policy": {"statements": [{**everything, "Effect": "Deny"}]}})
