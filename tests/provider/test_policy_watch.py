"""PolicyWatch: which policies of an account are about to go, and who has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from provider.policy_watch import PolicyWatch, changes, check, doomed
from provider.served import ServedWatch
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.refusals import NotFoundError
from remit.documents import fingerprint
from remit.errors import AccessDeniedError, AwsError
from remit.managed_policy import Holders, LivePolicy, Policy

ONE = "111111111111"
NOTHING: dict[str, Any] = {"documents": {}}


class FakeIam:
    """Who has what, by ARN, or why AWS does not say; what there is; `closed`: nobody gets in."""

    def __init__(
        self, held: Mapping[str, Holders | AwsError], there: tuple[LivePolicy, ...] = (), *, closed: bool = False
    ) -> None:
        self._held, self._there, self._closed = held, there, closed

    def policies(self, member: Member) -> tuple[LivePolicy, ...]:
        if self._closed:
            raise SpokeRoleError(f"no role in {member.account}")
        return self._there

    def described(self, member: Member, policies: Iterable[LivePolicy]) -> list[LivePolicy]:
        there = {live.arn: live for live in self.policies(member)}
        return [there[live.arn] for live in policies if live.arn in there]

    def holders(self, member: Member, live: LivePolicy) -> Holders:
        if self._closed:
            raise SpokeRoleError(f"no role in {member.account}")
        found = self._held.get(live.arn, Holders())
        if isinstance(found, AwsError):
            raise found
        return found


def arn(name: str = "Guard", path: str = "/remit/") -> str:
    return f"arn:aws:iam::{ONE}:policy{path}{name}"


def inputs(*names: str, path: str = "/remit/", description: str = "d") -> dict[str, Any]:
    policies = {name: {"path": path, "description": description} for name in names}
    return {"account": ONE, "role": "RemitSpoke", "policies": policies}


def watch(held: Mapping[str, Holders | AwsError] | None = None, *, closed: bool = False) -> PolicyWatch:
    iam: Any = FakeIam(held or {}, closed=closed)
    return PolicyWatch(iam)


def test_what_leaves_and_what_is_made_anew_is_doomed() -> None:
    old, new = inputs("Guard", "Old"), inputs("Guard", "New", path="/other/")
    left = {"left": {"Older": {"path": "/", "description": ""}}}
    found = {each.name: each.fixed for each in doomed(old, left, new)}
    assert found == {"Guard": ("path",), "Old": (), "Older": ()}
    assert list(doomed(old, {}, old)) == []


def test_what_left_and_is_held_may_come_back_as_it_was() -> None:
    held = watch({arn(): Holders(users=("ada",))})
    left = held.apply(inputs("Guard"), {}, inputs())
    assert left["left"] == inputs("Guard")["policies"]
    assert held.apply(inputs(), left, inputs("Guard")) == NOTHING


def test_a_replacement_is_told_with_all_who_have_the_policy() -> None:
    old, new = inputs("Guard", "Other"), inputs("Guard", "Other", description="another")
    held = {arn(): Holders(roles=("AWSReservedSSO_Dev_0123", "deploy"), users=("ada",))}
    first, second = watch(held).tell(old, {}, new)
    assert f"account {ONE}: policy Guard gets another description, which IAM fixes at creation" in first
    assert "AWS refuses while it is held by role AWSReservedSSO_Dev_0123, role deploy, user ada" in first
    assert "give the policy a new name" in first
    assert second.endswith(
        "policy Other gets another description, which IAM fixes at creation: it is to be deleted and made anew"
    )


def test_a_deletion_is_told_only_where_somebody_else_than_a_permission_set_has_the_policy() -> None:
    held = {arn(): Holders(roles=("AWSReservedSSO_Dev_0123",)), arn("Old"): Holders(boundary_of=("role deploy",))}
    (line,) = watch(held).tell(inputs("Guard", "Old"), {}, inputs())
    assert f"account {ONE}: policy Old is to be deleted" in line
    assert "role deploy (as its permissions boundary)" in line


def test_what_is_to_be_detached_is_told_so_and_is_not_left_unless_it_is_a_boundary() -> None:
    old = inputs("Guard")
    old["policies"]["Guard"]["detachOnDelete"] = True
    free, bound = watch({arn(): Holders(users=("ada",))}), watch({arn(): Holders((), ("ada",), (), ("role deploy",))})
    (line,) = free.tell(old, {}, inputs())
    assert line.endswith("Guard is to be deleted, and before that it is taken from user ada (detach_on_delete)")
    assert free.apply(old, {}, inputs()) == NOTHING
    (line,) = bound.tell(old, {}, inputs())
    assert "a boundary is never taken away by itself" in line
    assert bound.apply(old, {}, inputs())["left"].keys() == {"Guard"}


def test_what_cannot_be_made_anew_fails_with_the_names_but_not_in_a_preview() -> None:
    served = ServedWatch(watch({arn(): Holders(users=("ada",))}))
    old, new = inputs("Guard"), inputs("Guard", path="/other/")
    with pytest.raises(AwsError, match="held by user ada"):
        served.update(ONE, old, {}, new, print, preview=False)
    assert served.update(ONE, old, {}, new, print, preview=True).outputs == {"documents": {}}


def test_what_was_never_made_anew_and_is_wanted_as_it_was_is_not_refused() -> None:
    """A run in which it failed has told the watch of it all the same."""
    there = LivePolicy(arn(), Policy("Guard", "/remit/", "d", {}))
    iam: Any = FakeIam({arn(): Holders(users=("ada",))}, (there,))
    served = ServedWatch(PolicyWatch(iam))
    was, told = inputs("Guard", description="never there"), list[str]()
    served.diff(was, {}, inputs("Guard"), told.append)
    assert told == []
    assert served.update(ONE, was, {}, inputs("Guard"), print, preview=False).outputs == NOTHING
    with pytest.raises(AwsError, match="held by user ada"):
        served.update(ONE, was, {}, inputs("Guard", description="another"), print, preview=False)


def test_nothing_is_made_anew_in_an_account_that_nobody_gets_into() -> None:
    served = ServedWatch(watch(closed=True))
    with pytest.raises(AwsError, match=f"not begun before AWS says who has it: no role in {ONE}"):
        served.update(ONE, inputs("Guard"), {}, inputs("Guard", description="another"), print, preview=False)


def test_what_nobody_says_the_holders_of_is_not_made_anew() -> None:
    denied = AccessDeniedError("iam:ListEntitiesForPolicy was denied", "allow it to the spoke role")
    served = ServedWatch(watch({arn(): denied, arn("Old"): denied}))
    old, new = inputs("Guard", "Old"), inputs("Guard", path="/other/")
    told: list[str] = []
    served.diff(old, {}, new, told.append)
    (line,) = told
    assert line.startswith(f"account {ONE}: policy Guard gets another path")
    assert line.endswith(
        "before AWS says who has it: iam:ListEntitiesForPolicy was denied (allow it to the spoke role)"
    )
    with pytest.raises(AwsError, match="not begun before AWS says who has it"):
        served.update(ONE, old, {}, new, print, preview=False)
    assert served.update(ONE, old, {}, inputs("Guard"), print, preview=False).outputs == NOTHING, "Old only goes"


def test_what_is_gone_is_held_by_nobody() -> None:
    served = ServedWatch(watch({arn(): NotFoundError("iam:ListEntitiesForPolicy found nothing")}))
    assert served.update(ONE, inputs("Guard"), {}, inputs("Guard", path="/x/"), print, preview=False).outputs == NOTHING


def test_what_cannot_go_holds_nothing_up_and_is_told_until_it_is_gone() -> None:
    held = ServedWatch(watch({arn(): Holders(users=("ada",))}))
    outputs = held.update(ONE, inputs("Guard"), {}, inputs(), print, preview=False).outputs
    told: list[str] = []
    assert list(held.diff(inputs(), outputs, inputs(), told.append)) == ['left["Guard"]']
    assert "held by user ada" in told[0]
    free = ServedWatch(watch())
    assert free.update(ONE, inputs(), outputs, inputs(), print, preview=False).outputs == NOTHING
    assert free.diff(inputs(), NOTHING, inputs(), print) == {}


def test_an_account_that_nobody_gets_into_is_no_reason_to_fail_where_a_policy_goes() -> None:
    served = ServedWatch(watch(closed=True))
    assert served.update(ONE, inputs("Guard"), {}, inputs(), print, preview=False).outputs == NOTHING


def test_changes_are_by_policy() -> None:
    old, new = inputs("Guard", "Old"), inputs("Guard", "New", path="/x/")
    assert {path: change.kind.value for path, change in changes(old, NOTHING, new).items()} == {
        'policies["Guard"]': "UPDATE",
        'policies["Old"]': "DELETE",
        'policies["New"]': "ADD",
    }


DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
OTHER_WORDS = {"Version": "2012-10-17", "Statement": {**DOCUMENT["Statement"][0], "Action": ["IAM:*"]}}  # type: ignore[dict-item]


def live(name: str, document: Any, path: str = "/remit/") -> LivePolicy:
    return LivePolicy(arn(name, path), Policy(name, path, "d", document))


def refreshed(olds: dict[str, Any], *there: LivePolicy, closed: bool = False) -> dict[str, Any]:
    news = inputs("Guard", "Same", "Other")
    for shape in news["policies"].values():
        shape["document"] = fingerprint(DOCUMENT)
    iam: Any = FakeIam({}, there, closed=closed)
    found = ServedWatch(PolicyWatch(iam)).read(ONE, {**news, "ownedPath": "/remit/"}, olds, print)
    assert found is not None
    assert changes(news, {"documents": {}}, {**inputs("Guard", "Same", "Other")}) == {}, "documents make no difference"
    return found.outputs


def test_a_refresh_remembers_what_is_written_in_other_words_and_what_nobody_manages() -> None:
    changed = {**DOCUMENT, "Statement": []}
    found = refreshed({}, live("Guard", OTHER_WORDS), live("Same", DOCUMENT), live("Other", changed), live("Mine", {}))
    assert found == {"documents": {"Guard": OTHER_WORDS}, "unmanagedPolicies": {"Mine": "/remit/"}}
    assert refreshed(found, live("Guard", DOCUMENT), live("Mine", {}, "/elsewhere/")) == {"documents": {}}
    assert refreshed(found, closed=True) == found, "what cannot be read stays as it is known"


def test_a_new_account_that_nobody_gets_into_says_so_but_not_in_a_preview() -> None:
    served = ServedWatch(watch(closed=True))
    with pytest.raises(SpokeRoleError, match=f"no role in {ONE}"):
        served.create(inputs("Guard"), print, preview=False)
    assert served.create(inputs("Guard"), print, preview=True).outputs == NOTHING
    assert ServedWatch(watch()).create(inputs("Guard"), print, preview=False).outputs == NOTHING


def test_what_a_refresh_saw_outlives_an_update_and_is_known_in_a_preview() -> None:
    served, old, new = ServedWatch(watch()), inputs("Guard"), {**inputs("Guard", "New"), "ownedPath": "/remit/"}
    seen = {"documents": {"Guard": OTHER_WORDS}, "unmanagedPolicies": {"Mine": "/remit/", "New": "/remit/"}}
    told: list[str] = []
    assert served.diff(old, seen, new, told.append).keys() == {'policies["New"]', "ownedPath"}
    assert told == [f"account {ONE} has a policy that nobody manages, left as it is: /remit/Mine"]
    assert served.update(ONE, old, seen, new, print, preview=True).outputs == {"documents": seen["documents"]}
    after = served.update(ONE, old, seen, new, print, preview=False).outputs
    assert after == {"documents": seen["documents"], "unmanagedPolicies": {"Mine": "/remit/"}}
    assert served.create(new, print, preview=True).outputs == {"documents": {}}
    assert list(served.diff(old, {}, old, print)) == ["documents"], "a state of before is brought up to date"


def test_what_is_no_property_is_refused() -> None:
    assert [failure.property for failure in check({"rolle": "x", "account": ONE})[1]] == ["rolle", "policies", "role"]
