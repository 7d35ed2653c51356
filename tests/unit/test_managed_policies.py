"""Managed policies as values: their properties, what is done about them, whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from remit.documents import document, same_meaning
from remit.managed_policy import Holders, LivePolicy, Policy, as_recorded, strangers
from remit.policy_delta import Kind, steps
from remit.policy_shape import policy_of, shaped

READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
DENY = {"Effect": "Deny", "Action": ["iam:*"], "Resource": ["*"]}


def policy(
    *statements: dict[str, Any], name: str = "Guardrail", path: str = "/remit/", text: str | None = "why"
) -> Policy:
    return Policy(name, path, text, document(statements or [READ]))


def live(wanted: Policy, *spare: str) -> LivePolicy:
    return LivePolicy(f"arn:aws:iam::111111111111:policy{wanted.path}{wanted.name}", wanted, spare)


WORDS = some.sampled_from(["s3:Get*", "ec2:Run*", "iam:PassRole"])
STATEMENTS = some.lists(
    some.fixed_dictionaries(
        {"Effect": some.sampled_from(["Allow", "Deny"]), "Action": WORDS | some.lists(WORDS, min_size=1)},
        optional={
            "Sid": some.sampled_from(["", "A", "B", "C1"]),
            "Resource": some.just("*"),
            "Condition": some.just({"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}),
        },
    ),
    min_size=1,
    max_size=12,
)


@given(STATEMENTS, some.sampled_from(["2012-10-17", "2008-10-17"]), some.booleans())
def test_what_is_shaped_is_the_same_policy_again(statements: list[Any], version: str, detach: bool) -> None:
    content = {"Version": version, "Statement": statements}
    wanted = Policy("Guardrail", "/remit/", "why", content, detach)
    again = policy_of("Guardrail", shaped(wanted))
    assert again.same(wanted)
    assert again.detach_on_delete == detach
    without_sids = [{key: value for key, value in each.items() if key != "Sid"} for each in statements]
    assert [
        {key: value for key, value in each.items() if key != "Sid"} for each in again.document["Statement"]
    ] == without_sids, "in the order of the document"


ANY_VALUES = some.text(max_size=3) | some.booleans() | some.integers(0, 99)
LIVE_STATEMENTS = some.fixed_dictionaries(
    {"Effect": some.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": some.sampled_from(["", "A", "B"]),
        **dict.fromkeys(("Action", "NotAction"), WORDS | some.lists(WORDS, min_size=1, max_size=2)),
        **dict.fromkeys(("Resource", "NotResource"), some.just("*") | some.lists(some.text(max_size=3), min_size=1)),
        "Condition": some.dictionaries(
            some.sampled_from(["Bool", "StringLike", "NumericLessThan"]),
            some.dictionaries(some.sampled_from(["aws:a", "s3:b"]), ANY_VALUES | some.lists(ANY_VALUES, max_size=2)),
        ),
    },
)
LIVE_DOCUMENTS = some.fixed_dictionaries(
    {"Statement": LIVE_STATEMENTS | some.lists(LIVE_STATEMENTS, max_size=11)},
    optional={
        "Version": some.sampled_from(["2012-10-17", "2008-10-17"]),
        "Id": some.sampled_from(["", "made by hand"]),
    },
)


@given(LIVE_DOCUMENTS)
def test_any_live_document_shaped_and_read_back_means_the_same(content: dict[str, Any]) -> None:
    there = Policy("Guardrail", "/remit/", "why", content)
    again = policy_of("Guardrail", shaped(there))
    assert again.same(there)
    assert steps({"Guardrail": again}, [live(there)], ours=[]) == [], "it can be adopted as it is"


def test_a_document_without_a_version_is_of_the_first_one() -> None:
    content = {"Statement": [READ]}
    assert shaped(Policy("Guardrail", "/", "", content))["version"] == "2008-10-17"
    assert same_meaning(content, {"Version": "2008-10-17", **content})
    assert not same_meaning(content, document([READ])), "variables in it are plain text"


def test_each_statement_stands_under_its_sid() -> None:
    shape = shaped(policy(READ, DENY))
    assert shape == {
        "path": "/remit/",
        "description": "why",
        "statements": {"Read": {key: value for key, value in READ.items() if key != "Sid"}, "#2": DENY},
        "order": ["Read", "#2"],
    }


def test_a_number_in_a_condition_is_the_text_that_iam_reads() -> None:
    statement = {**READ, "Condition": {"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"s3:max-keys": 10}}}
    shape = shaped(policy(statement))
    assert shape["statements"]["Read"]["Condition"] == {
        "Bool": {"aws:SecureTransport": "true"},
        "NumericLessThan": {"s3:max-keys": "10"},
    }
    assert policy_of("Guardrail", shape).same(policy(statement))


@pytest.mark.parametrize(
    ("wanted", "there", "ours", "expected"),
    [
        (policy(), (), (), [Kind.CREATE]),
        (policy(), (live(policy()),), ("/remit/",), []),
        (policy(DENY), (live(policy()),), ("/remit/",), [Kind.UPDATE]),
        (policy(path="/other/"), (live(policy()),), ("/remit/",), [Kind.REPLACE]),
        (policy(text="else"), (live(policy()),), ("/remit/",), [Kind.REPLACE]),
        (policy(name="guardrail"), (live(policy()),), ("/remit/",), [Kind.REPLACE]),
        (policy(), (live(policy(text=None)),), ("/remit/",), []),
        (policy(DENY), (live(policy(text=None)),), ("/remit/",), [Kind.UPDATE]),
        (policy(path="/other/"), (live(policy(text=None)),), ("/remit/",), [Kind.REPLACE]),
        (policy(), (live(policy()),), (), []),  # left by a run that was killed
        (policy(DENY), (live(policy()),), (), [Kind.TAKEN]),
        (policy(), (live(policy(path="/theirs/")),), ("/remit/",), [Kind.TAKEN]),  # ours was deleted: IAM moves none
        (policy(path="/moved/"), (live(policy(path="/moved/")),), ("/remit/",), []),  # by a run that was killed
    ],
)
def test_what_happens_to_a_policy(
    wanted: Policy, there: tuple[LivePolicy, ...], ours: tuple[str, ...], expected: list[Kind]
) -> None:
    """`ours`: the path at which the state has the policy."""
    places = [("Guardrail", path) for path in ours]
    assert [step.kind for step in steps({wanted.name: wanted}, there, ours=places)] == expected


TEXTS = some.sampled_from(["", "why", "else"])


@given(TEXTS | some.none(), TEXTS, TEXTS | some.none(), some.sampled_from(["/remit/", "/other/"]))
def test_only_a_description_that_state_and_catalog_agree_on_need_not_be_asked_for(
    told: str | None, wanted: str, recorded: str | None, path: str
) -> None:
    there = live(policy(text=told, path=path))
    known = {} if recorded is None else {"Guardrail": policy(text=recorded)}
    (found,) = as_recorded([there], {"guardrail": wanted}, known)
    agreed = wanted if recorded == wanted and path == "/remit/" else None
    assert found.policy.description == (agreed if told is None else told), "what IAM tells counts before all else"
    assert as_recorded([there], {}, known) == [there], "and nobody else's"


@pytest.mark.parametrize(("spare", "dropped"), [(("v1", "v2", "v3"), None), (("v1", "v2", "v3", "v4"), "v1")])
def test_the_oldest_version_goes_when_there_are_five(spare: tuple[str, ...], dropped: str | None) -> None:
    assert live(policy(), *spare).version_to_drop == dropped


def test_strangers_are_those_under_the_owned_path_that_nobody_knows() -> None:
    there = [("Guardrail", "/remit/"), ("Stray", "/remit/x/"), ("Other", "/"), ("Near", "/remitted/")]
    assert strangers(there, ["guardrail"], "/remit/") == {"Stray": "/remit/x/"}
    assert strangers(there, [], "") == {}


def test_holders_are_named() -> None:
    holders = Holders(("AWSReservedSSO_Dev_Ops_0123456789abcdef", "ci"), ("ada",), ("all",), ("role limited",))
    assert str(holders) == (
        "role AWSReservedSSO_Dev_Ops_0123456789abcdef, role ci, user ada, group all, "
        "role limited (as its permissions boundary)"
    )
    assert holders.permission_sets == ("Dev_Ops",)
    assert not Holders()


def test_what_bounds_a_role_of_identity_center_is_held_by_its_permission_set() -> None:
    bounded = Holders(
        boundary_of=("role AWSReservedSSO_Dev_Ops_0123456789abcdef", "user AWSReservedSSO_x_1", "role ci")
    )
    assert bounded.permission_sets == ("Dev_Ops",)
    assert bounded.without_permission_sets() == Holders(boundary_of=("user AWSReservedSSO_x_1", "role ci"))
    both = Holders(roles=("AWSReservedSSO_Dev_1", "AWSReservedSSO_Read_1"), boundary_of=("role AWSReservedSSO_Dev_2",))
    assert both.permission_sets == ("Dev", "Read")
