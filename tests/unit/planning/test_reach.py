"""Where policies must be: now, and once something has ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.catalog import Catalog
from remit.endings import endings
from remit.errors import CatalogError, Problem
from remit.plan import make_plan
from tests.unit.small_world import AT, ORGANIZATION, STACK, catalog_of

GUARD = """managed_policies:
  - name: Guard
    targets: "*"
    {policy}statements:
      - {{Sid: Everywhere, Effect: Allow, Action: "s3:Get*", Resource: "*"{statement}}}
      - {{Sid: Lab, Effect: Allow, Action: "s3:List*", Resource: "*", targets: account:lab{in_the_lab}}}
permission_sets:
  - name: Engineer
    {set}{reference}
access:
  - {{groups: sre, permission_sets: Engineer, targets: [account:lab, account:payments]{rule}}}
"""
ATTACHED, BOUNDARY = "customer_managed_policies: [{name: Guard%s}]", "permissions_boundary: {customer_managed: Guard}"
JULY = ", expires: 2026-06-30"


def catalog(reference: str = ATTACHED % "", **ends: str) -> Catalog:
    """The small catalog with these ends, each written as its place wants it."""
    nothing = dict.fromkeys(("policy", "statement", "in_the_lab", "set", "rule"), "")
    return catalog_of(GUARD.format(**nothing | ends, reference=reference))


def problems(found: Catalog, at: datetime = AT, *, looks_ahead: bool = True) -> Sequence[Problem]:
    try:
        make_plan(found, ORGANIZATION, at=at, stack=STACK, looks_ahead=looks_ahead)
    except CatalogError as error:
        return error.problems
    return ()


def test_the_end_of_the_last_statement_in_an_account_is_wrong_today() -> None:
    (problem,) = problems(catalog(statement=JULY))
    assert problem.message == (
        "from 2026-07-01 on every run would refuse this: policy 'Guard' does not reach account payments "
        "(111111111111), where permission set 'Engineer' is assigned"
    )
    assert problem.source
    assert problem.source.line == 9
    assert "c.yaml:5 ends what is left of it there: renew that, or let this end with it" in problem.remedy


def test_each_account_is_told_with_the_end_that_it_loses_the_policy_by() -> None:
    found = problems(catalog(statement=JULY, in_the_lab=", expires: 2026-08-01T18:00:00Z"))
    told = [(each.message.split(" on ")[0], each.message.split("account ")[1].split(" ")[0]) for each in found]
    assert told == [("from 2026-07-01", "payments"), ("from 2026-08-01T18:00Z", "lab")]


def test_a_boundary_that_ends_before_its_permission_set_is_wrong_today() -> None:
    (problem,) = problems(catalog(BOUNDARY, policy="expires: 2026-06-30\n    "))
    assert problem.message.startswith("from 2026-07-01 on every run would refuse this: permissions boundary 'Guard'")
    assert "c.yaml:2 ends what is left of it there: renew that, or let the permission set end" in problem.remedy


@pytest.mark.parametrize(
    "ends",
    [
        {"reference": ATTACHED % JULY},
        {"set": "expires: 2026-06-30\n    "},
        {"rule": JULY},
        {"policy": "expires: 2026-06-30\n    "},
    ],
)
def test_what_ends_together_is_never_wrong(ends: dict[str, str]) -> None:
    assert not problems(catalog(**ends, statement=JULY, in_the_lab=JULY))


def test_a_run_goes_on_until_then_and_says_so() -> None:
    found = catalog(statement=JULY)
    assert not problems(found, looks_ahead=False)
    plan = make_plan(found, ORGANIZATION, at=AT, stack=STACK)
    assert [each.message[:15] for each in plan.warnings] == ["from 2026-07-01"]


def test_what_is_wrong_already_is_told_once() -> None:
    (problem,) = problems(catalog(statement=", expires: 2026-01-01", in_the_lab=JULY), at=AT + timedelta(days=60))
    assert not problem.message.startswith("from")


days = st.integers(0, 4)


@given(st.tuples(*[days] * 6), st.booleans())
def test_looking_ahead_finds_exactly_what_a_plan_of_a_later_day_would(when: tuple[int, ...], boundary: bool) -> None:
    policy, statement, in_the_lab, set_, rule, reference = (f"expires: 2026-06-0{day}" if day else "" for day in when)
    found = catalog(
        BOUNDARY if boundary else ATTACHED % (f", {reference}" if reference else ""),
        policy=f"{policy}\n    " if policy else "",
        statement=f", {statement}" if statement else "",
        in_the_lab=f", {in_the_lab}" if in_the_lab else "",
        set=f"{set_}\n    " if set_ else "",
        rule=f", {rule}" if rule else "",
    )
    now = datetime(2026, 5, 31, tzinfo=UTC)
    later = [each.expires.end for each in endings(found)]
    assert bool(problems(found, now)) == any(problems(found, at, looks_ahead=False) for at in (now, *later))
