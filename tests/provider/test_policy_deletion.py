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
    """`remit.aws.iam.Iam` of an account where roles that come `late` take the policy just before it would be deleted;
    where none does, it has got another version by then."""

    def __init__(self, *late: str) -> None:
        self.roles, self.late = ["ci"], late

    def holders(self, member: Member, live: LivePolicy) -> Holders:
        return Holders(tuple(self.roles))

    def detach(self, member: Member, live: LivePolicy, holders: Holders) -> None:
        self.roles = [name for name in self.roles if name not in holders.roles]

    def attach(self, member: Member, arn: str, holders: Holders) -> None:
        self.roles += holders.roles

    def delete(self, member: Member, live: LivePolicy) -> None:
        self.roles += self.late
        what = "Cannot delete a policy attached to entities." if self.late else "This policy has more than one version."
        raise StillAttachedError(f"iam:DeletePolicy was refused: {what}")


def test_who_takes_a_policy_while_it_is_replaced_is_named_and_who_had_it_has_it_back() -> None:
    raced = Raced("late")
    iam: Any = raced
    anew = Policy("Guard", "/elsewhere/", "", {}, detach_on_delete=True)
    with pytest.raises(HeldError, match=r"Guard cannot be deleted while it is attached to role late \(try again\)"):
        Deletion(iam).replace(MEMBER, LIVE, anew)
    assert sorted(raced.roles) == ["ci", "late"]


def test_what_nobody_holds_and_cannot_be_deleted_is_told_in_the_words_of_aws() -> None:
    iam: Any = Raced()
    with pytest.raises(StillAttachedError, match="more than one version"):
        Deletion(iam).delete(MEMBER, LIVE, detach=True, warn=lambda _: None)
