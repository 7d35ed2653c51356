"""Deletion: who holds a policy is named, and loses nothing where it cannot go."""

from __future__ import annotations

from typing import Any

import pytest

from provider.policy_deletion import Deletion, HeldError
from remit.aws.member_sessions import Member
from remit.aws.refusals import StillAttachedError
from remit.managed_policy import Holders, LivePolicy, Policy

MEMBER = Member("111111111111", "RemitSpoke")
LIVE = LivePolicy("arn:aws:iam::111111111111:policy/Guard", Policy("Guard", "/", "", {}), held=True)


class Raced:
    """`remit.aws.iam.Iam` of an account where role `late` takes the policy just before it would be deleted."""

    def __init__(self) -> None:
        self.roles = ["ci"]

    def holders(self, member: Member, live: LivePolicy) -> Holders:
        return Holders(tuple(self.roles))

    def detach(self, member: Member, live: LivePolicy, holders: Holders) -> None:
        self.roles = [name for name in self.roles if name not in holders.roles]

    def attach(self, member: Member, arn: str, holders: Holders) -> None:
        self.roles += holders.roles

    def delete(self, member: Member, live: LivePolicy) -> None:
        self.roles.append("late")
        raise StillAttachedError("iam:DeletePolicy was refused: Cannot delete a policy attached to entities.")


def test_who_takes_a_policy_while_it_is_replaced_is_named_and_who_had_it_has_it_back() -> None:
    raced = Raced()
    iam: Any = raced
    anew = Policy("Guard", "/elsewhere/", "", {}, detach_on_delete=True)
    with pytest.raises(HeldError, match=r"Guard cannot be deleted while it is attached to role late \(try again\)"):
        Deletion(iam).replace(MEMBER, LIVE, anew)
    assert sorted(raced.roles) == ["ci", "late"]
