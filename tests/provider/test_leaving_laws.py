"""Whatever becomes of the runs between: what left the catalog goes in the end, and nothing else does."""

from __future__ import annotations

import threading
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from provider.served import served_policies
from provider.serving import Served
from remit.aws.departures import Departures
from remit.aws.iam import Iam
from remit.aws.session import Aws
from remit.managed_policy import Policy
from tests.provider.accounts import BUILD, READ, policy
from tests.provider.fake_iam import FakeIam
from tests.provider.pooled_stack import PooledStack

NAMES = ("One", "Two")


class Fakes:
    """What PooledStack needs of `tests.provider.accounts.Accounts`, on an IAM in memory."""

    def __init__(self, aws: FakeIam | None = None) -> None:
        self.aws, self.said = aws or FakeIam(), list[str]()
        served = served_policies(Iam(self.aws), Departures(Aws("us-east-1")), threading.Event())
        self.policies: Served = served["remit:index:ManagedPolicies"]
        self.removal: Served = served["remit:index:PolicyRemoval"]

    def warn(self, message: str) -> None:
        self.said.append(message)


class Step(NamedTuple):
    """A commit, what becomes of its run, and what somebody does before it."""

    wanted: dict[str, tuple[str, bool, bool]]
    """By name: path, whether it is edited, whether it says detach_on_delete."""
    run: str
    attached: frozenset[str]


POLICIES = st.dictionaries(
    st.sampled_from(NAMES), st.tuples(st.sampled_from(["/remit/", "/remit/", "/b/"]), st.booleans(), st.booleans())
)
STEPS = st.lists(
    st.builds(
        Step,
        POLICIES,
        st.sampled_from(["whole", "whole", "cut off", "cut off", "left out", "refused", "refreshed"]),
        st.one_of(st.just(frozenset[str]()), st.frozensets(st.sampled_from(NAMES))),
    ),
    min_size=1,
    max_size=7,
)


def policies(wanted: dict[str, tuple[str, bool, bool]]) -> list[Policy]:
    return [
        policy(name, *([READ, BUILD] if edited else [READ]), path=path, detach=detach)
        for name, (path, edited, detach) in sorted(wanted.items())
    ]


def carry_out(stack: PooledStack[Fakes], fakes: Fakes, step: Step) -> None:
    for arn, each in fakes.aws.policies.items():
        fakes.aws.holders[arn] = {"ci"} if each["PolicyName"] in step.attached else set()
    if step.run == "refreshed" and stack.account:
        stack.refresh()
    if step.run == "left out":
        stack.up_without_the_account()
        return
    fakes.aws.refusing = step.run == "refused"
    failed = stack.up(*policies(step.wanted), until_removal=step.run == "cut off")
    fakes.aws.refusing = False
    assert "which this stack did not make" not in failed


@given(STEPS, POLICIES, st.booleans())
@settings(max_examples=500, deadline=None)
def test_what_left_the_catalog_goes_in_the_end_and_what_it_has_is_there(
    steps: list[Step], wanted: dict[str, tuple[str, bool, bool]], keeps_new_inputs: bool
) -> None:
    fakes = Fakes()
    stack = PooledStack(fakes, keeps_new_inputs)
    fakes.aws.CreatePolicy("Theirs", "/remit/", '{"Version": "2012-10-17", "Statement": []}')
    for step in steps:
        carry_out(stack, fakes, step)
    fakes.aws.holders.clear()
    assert stack.up(*policies(wanted)) == ""
    there = {each["PolicyName"]: each["Path"] for each in fakes.aws.policies.values()}
    assert there == {"Theirs": "/remit/", **{name: path for name, (path, _, _) in wanted.items()}}
    assert stack.foreseen(*policies(wanted))[0] == []
    stack.refresh()
    assert stack.foreseen(*policies(wanted))[0] == []
    assert "leaving" not in stack.account.outputs if stack.account else True
    stack.down()
    assert [each["PolicyName"] for each in fakes.aws.policies.values()] == ["Theirs"]
