"""What was changed by hand is told from what the catalog is yet to bring, and from what has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from remit.catalog import Catalog
from remit.drift.by_hand import changed_since
from remit.drift.compare import Comparison
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded, Urn
from remit.drift.values import Finding
from remit.drift.waiting import ByHand, made_by_hand
from remit.managed_policy import LivePolicy, Policy
from remit.plan import Plan, make_plan
from remit.planning.unending import unending
from remit.stack import Stack
from tests.unit.drift.world import live_of, with_assignments, with_policies, with_set
from tests.unit.small_world import AT, LAB, ORGANIZATION, PAYMENTS, SHOP, catalog_of

STACK = Stack("test", drift="adopt")
TEXT = """
managed_policies:
  - name: Guard
    targets: account:lab
    statements:
      - {Sid: A, Effect: Allow, Action: "s3:Get*", Resource: "*"}
      - {Sid: Over, Effect: Allow, Action: "s3:*", Resource: "*", expires: 2026-07-01}
permission_sets:
  - {name: Read, session_duration: 1h, description: reads, aws_managed_policies: [ReadOnlyAccess]}
access:
  - {groups: [engineers], permission_sets: [Read], targets: account:lab}
  - {groups: [sre], permission_sets: [Read], targets: account:lab, expires: 2026-07-01}
"""
LATER = datetime(2026, 8, 1, tzinfo=UTC)


def plan_of(catalog: Catalog, at: datetime = LATER) -> Plan:
    return make_plan(catalog, ORGANIZATION, at=at, stack=STACK)


def findings(catalog: Catalog, plan: Plan, live: Live, recorded: Recorded, stack: Stack = STACK) -> Sequence[Finding]:
    names = {account.id: account.name for account in ORGANIZATION.accounts}
    return Comparison(plan, live, Modes(catalog, stack), stack, names, recorded).findings()


def gave(planned: Plan, live: Live) -> Recorded:
    """The state of a stack that gave this."""
    by_set = {
        name: {each.key: each.principal for each in planned.assignments if each.permission_set == name}
        for name in planned.references
    }
    policies = {
        (each.account, each.name): Policy(each.name, each.path, each.description, each.document)
        for each in planned.managed_policies
    }
    return Recorded(frozenset(Urn("aws-native:sso:PermissionSet", name) for name in live.arns), by_set, policies)


def waiting(live: Live, base: str = TEXT, stack: Stack = STACK, recorded: Recorded | None = None) -> list[ByHand]:
    """What waits where the stack has TEXT, and `base` is at hand. `recorded`: what it gave, if not just its plan."""
    applied, here = catalog_of(TEXT), catalog_of(base)
    before = plan_of(applied)
    never, known = unending(applied, ORGANIZATION, STACK), recorded or gave(before, live)
    return list(
        made_by_hand(
            changed_since(known, findings(applied, before, live, known), before, live, STACK),
            findings(here, plan_of(here), live, known, stack),
            findings(applied, never, live, known),
        )
    )


def applied_live() -> Live:
    return live_of(plan_of(catalog_of(TEXT)))


def ids(found: Sequence[ByHand]) -> set[str]:
    return {each.finding.id for each in found}


def with_document(live: Live, *statements: dict[str, str]) -> Live:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return with_policies(live, LAB, LivePolicy("arn:Guard", Policy("Guard", "/", "", document)))


A = {"Sid": "A", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
OVER = {"Sid": "Over", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
NEW = {"Sid": "New", "Effect": "Deny", "Action": "iam:*", "Resource": "*"}


def test_what_somebody_changed_waits() -> None:
    live = with_assignments(applied_live(), "Read", without=f"{LAB}/GROUP/g-eng", also=f"{SHOP}/GROUP/g-sre")
    live = with_set(live, "Read", session_duration="PT2H")
    found = waiting(with_document(live, A, NEW))
    assert ids(found) == {
        "permission_set/Read",
        f"assignment/Read/{LAB}/GROUP/g-eng",
        f"assignment/Read/{SHOP}/GROUP/g-sre",
        f"managed_policy/Guard/{LAB}",
    }
    assert all(each.whole and each.staying() == each.finding for each in found)


def test_what_the_catalog_is_yet_to_bring_is_no_change_by_hand() -> None:
    ahead = TEXT.replace("session_duration: 1h", "session_duration: 8h").replace("[engineers]", "[engineers, sre]")
    assert waiting(applied_live(), ahead) == []


def test_what_is_in_the_files_already_waits_no_more() -> None:
    adopted = TEXT.replace("session_duration: 1h", "session_duration: 2h")
    assert waiting(with_set(applied_live(), "Read", session_duration="PT2H"), adopted) == []


def test_the_files_at_hand_say_whether_they_follow() -> None:
    live = with_set(applied_live(), "Read", session_duration="PT2H")
    assert waiting(live, TEXT.replace("name: Read,", "name: Read, drift: enforce,")) == []
    only_here = TEXT.replace("name: Read,", "name: Read, drift: adopt,")
    assert ids(waiting(live, only_here, replace(STACK, drift="enforce"))) == {"permission_set/Read"}


def test_what_both_changed_is_disputed_and_stays_field_by_field() -> None:
    live = with_set(applied_live(), "Read", session_duration="PT2H", description="by hand")
    ahead = TEXT.replace("session_duration: 1h", "session_duration: 8h")
    (found,) = waiting(live, ahead)
    assert found.disputed
    staying = found.staying()
    assert staying is not None
    assert [each.field for each in staying.differences] == ["description"]


def test_a_policy_that_both_changed_does_not_stay() -> None:
    (found,) = waiting(with_document(applied_live(), A, NEW), TEXT.replace("s3:Get*", "s3:List*"))
    assert (found.disputed, found.staying()) == (True, None)


def test_somebody_elses_policy_of_our_name_is_not_adopted_but_that_ours_is_gone() -> None:
    there = LivePolicy("arn:Theirs", Policy("Guard", "/team/", "", {"Version": "2012-10-17", "Statement": [NEW]}))
    (found,) = waiting(with_policies(applied_live(), LAB, there))
    assert (found.finding.change, found.finding.mode, found.whole) == ("missing", "adopt", True)


def test_what_has_ended_and_is_still_there_is_nobodys_change() -> None:
    """It would be written into the catalog for good."""
    live = with_assignments(applied_live(), "Read", also=f"{LAB}/GROUP/g-sre")
    assert waiting(with_document(live, A, OVER)) == []
    assert ids(waiting(with_assignments(live, "Read", also=f"{PAYMENTS}/GROUP/g-sre"))) == {
        f"assignment/Read/{PAYMENTS}/GROUP/g-sre"
    }


def test_a_change_beside_what_has_ended_is_told_apart() -> None:
    (found,) = waiting(with_document(applied_live(), A, OVER, NEW))
    assert (found.ended, found.disputed, found.whole, found.staying()) == (True, False, False, None)
    assert [each.field for each in found.differences] == ["statement New"]


def test_before_the_end_nothing_has_ended() -> None:
    catalog = catalog_of(TEXT)
    live = live_of(make_plan(catalog, ORGANIZATION, at=AT, stack=STACK))
    known = gave(plan_of(catalog, AT), live)
    assert findings(catalog, plan_of(catalog, AT), live, known) == ()


def test_an_account_that_came_or_left_since_the_last_run_is_no_change_by_hand() -> None:
    """All catalogs see it alike: only what the stack gave tells it from what somebody did."""
    live, planned = applied_live(), plan_of(catalog_of(TEXT))
    before = replace(planned, assignments=(), managed_policies=())
    none = replace(live, assignments={"Read": frozenset()}, policies={LAB: ()})
    assert waiting(none, recorded=gave(before, live)) == []

    left = f"{SHOP}/GROUP/g-eng"
    recorded = gave(planned, live)
    recorded = replace(recorded, assignments={"Read": {**recorded.gave("Read"), left: "engineers"}})
    assert waiting(with_assignments(live, "Read", also=left), recorded=recorded) == []
    assert ids(waiting(with_assignments(live, "Read", also=left))) == {f"assignment/Read/{left}"}


def test_a_policy_that_only_the_organization_changes_is_no_change_by_hand() -> None:
    live = with_document(applied_live(), A, NEW)  # as it was given before an account got another name
    recorded = gave(plan_of(catalog_of(TEXT)), live)
    was = {(LAB, each.name): each.policy for each in live.policies[LAB]}
    assert waiting(live, recorded=replace(recorded, policies=was)) == []
