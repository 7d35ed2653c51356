"""After a scheduled run AWS is as planned, but for just what somebody did by hand and nobody enforces."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.cli.enforcing import stands
from remit.documents import document, fingerprint
from remit.drift.by_hand import ByHand
from remit.drift.compare import Comparison
from remit.drift.ended import Ended
from remit.drift.kept import Kept, KeptSet, kept
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded, Urn
from remit.drift.repair import known_targets
from remit.drift.run import VARIABLE, Keeping, Run
from remit.drift.unplanned import Unplanned
from remit.drift.values import Finding
from remit.managed_policy import LivePolicy, Policy
from remit.permission_set import LivePermissionSet
from remit.plan import make_plan
from remit.planning.unending import unending
from remit.policy_shape import shaped
from remit.revision import NOWHERE, Revision, said
from remit.stack import Stack
from tests.unit.drift.world import live_of
from tests.unit.small_world import AT, LAB, ORGANIZATION, PAYMENTS, PAYMENTS_DEV, SHOP, catalog_of

CATALOG = catalog_of("""
managed_policies:
  - name: Guard
    path: /remit/
    targets: account:lab
    statements: [{Sid: A, Effect: Allow, Action: "s3:Get*", Resource: "*"}]
  - name: Quiet
    path: /remit/
    targets: account:lab
    drift: report
    statements:
      - {Sid: A, Effect: Allow, Action: "s3:Get*", Resource: "*"}
      - {Sid: Over, Effect: Allow, Action: "s3:Put*", Resource: "*", expires: 2026-05-01}
  - name: Over
    path: /remit/
    targets: account:lab
    expires: 2026-05-01
    statements: [{Effect: Allow, Action: "s3:*", Resource: "*"}]
permission_sets:
  - {name: Strict}
  - name: Loose
    drift: report
    aws_managed_policies: [ReadOnlyAccess, {name: SecurityAudit, expires: 2026-05-01}]
    inline_policy:
      statements:
        - {Sid: A, Effect: Allow, Action: "s3:Get*", Resource: "*"}
        - {Sid: Over, Effect: Allow, Action: "s3:Put*", Resource: "*", expires: 2026-05-01}
access:
  - {groups: [engineers], permission_sets: [Strict, Loose], targets: account:lab}
  - {groups: [engineers], permission_sets: [Strict], targets: "account:payments*", drift: report}
  - {groups: [sre], permission_sets: [Strict], targets: account:payments}
  - {groups: [sre], permission_sets: [Strict, Loose], targets: account:shop, expires: 2026-05-01, drift: report}
""")
STACK = Stack("test", drift="enforce")
PLAN = make_plan(CATALOG, ORGANIZATION, at=AT, stack=STACK)
ENDED = Ended(PLAN, unending(CATALOG, ORGANIZATION, STACK))
SETS = ("Strict", "Loose")
KEYS = [f"{account}/GROUP/{who}" for account in (LAB, PAYMENTS, PAYMENTS_DEV, SHOP) for who in ("g-eng", "g-sre")]
OVER = {("Strict", f"{SHOP}/GROUP/g-sre"), ("Loose", f"{SHOP}/GROUP/g-sre")}

STATEMENT = {"Sid": "A", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
OVER_STATEMENT = {"Sid": "Over", "Effect": "Allow", "Action": "s3:Put*", "Resource": "*"}
BY_HAND = {"Sid": "Hand", "Effect": "Allow", "Action": "*", "Resource": "*"}
DOCUMENTS = [
    None,
    *(
        document(each)
        for each in (
            [STATEMENT],
            [STATEMENT, OVER_STATEMENT],
            [BY_HAND],
            [STATEMENT, {**OVER_STATEMENT, "Action": "*"}],
            [OVER_STATEMENT, BY_HAND],
        )
    ),
]
ATTACHED = [
    each for name in ("ReadOnlyAccess", "SecurityAudit", "Billing") for each in [f"arn:aws:iam::aws:policy/{name}"]
]

keys = st.fixed_dictionaries({name: st.frozensets(st.sampled_from(KEYS)) for name in SETS})
documents = st.fixed_dictionaries({name: st.sampled_from(DOCUMENTS) for name in ("Guard", "Quiet", "Over")})
loose = st.builds(
    lambda lists, inline, minutes: LivePermissionSet(
        "Loose", "", f"PT{minutes}M", "", tuple(sorted(lists)), (), inline, None, {}, "arn:Loose"
    ),
    st.frozensets(st.sampled_from(ATTACHED)),
    st.sampled_from(DOCUMENTS),
    st.sampled_from([60, 120]),
)
given_sets = st.builds(
    lambda lists, inline: replace(
        live_of(PLAN).permission_sets["Loose"], aws_managed_policies=lists, inline_policy=inline
    ),
    st.sampled_from([tuple(ATTACHED[:1]), tuple(ATTACHED[:2])]),
    st.sampled_from(DOCUMENTS[1:3]),
)
"""As the stack gave Loose: before or after some of it had ended."""


def policies(of: dict[str, Any]) -> dict[tuple[str, str], Policy]:
    return {(LAB, name): Policy(name, "/remit/", "", each) for name, each in of.items() if each is not None}


def state_of(
    assignments: dict[str, frozenset[str]], of_policies: dict[str, Any], permission_set: LivePermissionSet | None = None
) -> Recorded:
    """`permission_set`: Loose, as the stack gave it; as planned without."""
    of_resources = [("aws-native:sso:PermissionSet", SETS), ("remit:index:AccountAssignments", SETS)]
    given = policies(of_policies)
    return Recorded(
        frozenset(
            {
                *(Urn(type_, name) for type_, names in of_resources for name in names),
                *(Urn("aws-native:iam:ManagedPolicy", "/".join(key)) for key in given),
            }
        ),
        {name: dict.fromkeys(found, "somebody") for name, found in assignments.items()},
        given,
        permission_sets={
            **live_of(PLAN).permission_sets,
            **({"Loose": permission_set} if permission_set else {}),
        },
    )


def world_of(
    assignments: dict[str, frozenset[str]], of_policies: dict[str, Any], permission_set: LivePermissionSet
) -> Live:
    there = tuple(LivePolicy(f"arn:{each.name}", each) for each in policies(of_policies).values())
    return replace(
        live_of(PLAN),
        assignments=assignments,
        policies={LAB: there},
        permission_sets={**live_of(PLAN).permission_sets, "Loose": permission_set},
    )


def findings(live: Live, stack: Stack = STACK) -> tuple[Finding, ...]:
    return Comparison(PLAN, live, Modes(CATALOG, stack), stack, {}).findings()


@dataclass(frozen=True)
class Scheduled:
    """What a scheduled run finds: what it leaves to people, what it reads anew, and what it is told to keep."""

    left: tuple[Finding, ...]
    reverted: tuple[Finding, ...]
    seen: frozenset[str]
    keep: Kept


def scheduled(live: Live, recorded: Recorded, stack: Stack = STACK) -> Scheduled:
    by_hand = ByHand(PLAN, live, recorded, ENDED, stack).among(findings(live, stack))
    left = tuple(each for each in by_hand if each.mode != "enforce")
    reverted = tuple(each for each in by_hand if each.mode == "enforce")
    seen = frozenset(each.removeprefix("**") for each in known_targets(by_hand, recorded, live, pooled=False))
    return Scheduled(left, reverted, seen, kept(left, PLAN, live, recorded, ended=ENDED))


def carried_out(
    keep: Kept, live: Live, recorded: Recorded, seen: Collection[str], *, whole: bool = False
) -> tuple[Live, Recorded]:
    """As the plugin and the engine do it: a resource in which the state and the program are the same is not written.
    `seen`: the resources whose state a refresh has made what is live before; `whole`: all of them, and each is
    written, as in a repair."""
    plan = keep.applied_to(PLAN)

    def reads(type_: str, name: str) -> bool:
        return whole or f"{type_}::{name}" in seen

    wanted = {name: {a.key: a.principal for a in plan.assignments if a.permission_set == name} for name in SETS}
    assignments = {}
    for name in SETS:
        its, there = {*keep.keys(name)}, live.assignments[name]
        known = there if reads("remit:index:AccountAssignments", name) else recorded.gave(name).keys()
        written = whole or wanted[name].keys() - its != known - its
        assignments[name] = frozenset(wanted[name].keys() - its) | (there & its) if written else there
    new = {(p.account, p.name): Policy(p.name, p.path, p.description, p.document) for p in plan.managed_policies}
    after = {(LAB, each.name): each.policy for each in live.policies[LAB]}
    for key in {*new, *recorded.policies}:
        known_policy = recorded.policies.get(key)
        if known_policy and reads("aws-native:iam:ManagedPolicy", "/".join(key)):
            known_policy = after.get(key)
        if key not in keep.policies and new.get(key) != known_policy:
            after.pop(key, None)
            after |= {key: new[key]} if key in new else {}
    (planned,) = (each for each in plan.permission_sets if each.name == "Loose")
    had, told = live.permission_sets["Loose"], keep.permission_set("Loose")
    known_set = had if reads("aws-native:sso:PermissionSet", "Loose") else recorded.permission_sets["Loose"]
    fields = ("session_duration", "aws_managed_policies", "inline_policy")
    program = {name: getattr(planned if name not in told.fields else known_set, name) for name in fields}
    changes = {name: each for name, each in program.items() if each != getattr(known_set, name)}
    return (
        replace(
            live,
            assignments=assignments,
            policies={LAB: tuple(LivePolicy(f"arn:{each.name}", each) for each in after.values())},
            permission_sets={**live.permission_sets, "Loose": replace(had, **changes)},
        ),
        replace(
            recorded,
            urns=state_of({}, {key[1]: each.document for key, each in new.items()}).urns,
            assignments=wanted,
            policies=new,
            permission_sets={**recorded.permission_sets, "Loose": replace(known_set, **program)},
        ),
    )


whatever_was_given_and_is_there = given(
    gave=keys, there=keys, gave_policies=documents, there_policies=documents, gave_set=given_sets, permission_set=loose
)


@whatever_was_given_and_is_there
def test_all_is_as_planned_but_what_is_left_to_people(
    gave: dict[str, frozenset[str]],
    there: dict[str, frozenset[str]],
    gave_policies: dict[str, Any],
    there_policies: dict[str, Any],
    gave_set: LivePermissionSet,
    permission_set: LivePermissionSet,
) -> None:
    """Whatever the stack gave and whatever is live; what has ended goes, also where somebody gave it again."""
    live, recorded = world_of(there, there_policies, permission_set), state_of(gave, gave_policies, gave_set)
    found = scheduled(live, recorded)
    after, state = carried_out(found.keep, live, recorded, found.seen)

    stays = {each.id: each for each in findings(after)}
    assert stays.keys() == {each.id for each in found.left}
    assert all(each.mode == "report" for each in stays.values())
    assert not any(each.id in stays and stands(each, stays[each.id]) for each in found.reverted)
    assert not {(name, key) for name in SETS for key in after.assignments[name]} & OVER
    text = str([each.policy.document for each in after.policies[LAB] if each.name == "Quiet"])
    assert "'Over'" not in text
    assert "SecurityAudit" not in str(after.permission_sets["Loose"].aws_managed_policies)
    assert "'Over'" not in str(after.permission_sets["Loose"].inline_policy)

    # What is kept is just as it was, in AWS and in the state: so the next run does the same again, which is nothing.
    keep = found.keep
    for name in SETS:
        its = {*keep.keys(name)}
        assert after.assignments[name] & its == live.assignments[name] & its
        assert state.gave(name).keys() & its == recorded.gave(name).keys() & its
    assert {key: state.policies.get(key) for key in keep.policies} == {
        key: recorded.policies.get(key) for key in keep.policies
    }
    again = scheduled(after, state)
    assert not again.reverted
    assert carried_out(again.keep, after, state, again.seen) == (after, state)


@whatever_was_given_and_is_there
def test_what_somebody_gave_again_after_its_end_is_told(
    gave: dict[str, frozenset[str]],
    there: dict[str, frozenset[str]],
    gave_policies: dict[str, Any],
    there_policies: dict[str, Any],
    gave_set: LivePermissionSet,
    permission_set: LivePermissionSet,
) -> None:
    """As enforced; with `unmanaged: report`, which takes no access away that the stack did not give, as what it is."""
    live, recorded = world_of(there, there_policies, permission_set), state_of(gave, gave_policies, gave_set)
    again = {(name, key) for name, key in OVER if key in there[name] - gave[name]}
    for stack, mode in ((STACK, "enforce"), (Stack("test", drift="enforce", unmanaged="report"), "report")):
        found = scheduled(live, recorded, stack)
        told = {
            (each.name, each.key): each.mode for each in (*found.left, *found.reverted) if each.kind == "assignment"
        }
        assert {each: told.get(each) for each in again} == dict.fromkeys(again, mode)
        assert (mode == "report") == all(key in found.keep.keys(name) for name, key in again) or not again
    attached = {*permission_set.aws_managed_policies} - {*gave_set.aws_managed_policies}
    if any("SecurityAudit" in each for each in attached):
        assert "SecurityAudit" in str([each.differences for each in found.reverted if each.name == "Loose"])


@given(gave=keys, there=keys)
def test_a_repair_makes_enforced_differences_go_and_no_other_change(
    gave: dict[str, frozenset[str]], there: dict[str, frozenset[str]]
) -> None:
    """Also none that only is new, and the state says afterwards what it said of it before."""
    live, recorded = replace(live_of(PLAN), assignments=there), state_of(gave, {})
    found = findings(live)
    reported = [each for each in found if each.mode != "enforce" and each.kind == "assignment"]
    after, state = carried_out(kept(reported, PLAN, live, recorded), live, recorded, (), whole=True)
    assert {each.id for each in findings(after) if each.kind == "assignment"} == {each.id for each in reported}
    for each in reported:
        assert (each.key in after.assignments[each.name]) == (each.change == "unmanaged")
        assert (each.key in state.gave(each.name)) == (each.key in recorded.gave(each.name))


def test_a_permission_set_that_somebody_deleted_stays_away_with_all_that_was_assigned() -> None:
    gave = {"Strict": frozenset(KEYS[:1]), "Loose": frozenset({f"{SHOP}/GROUP/g-eng"})}
    without = live_of(PLAN)
    live = replace(
        without,
        arns={"Strict": "arn:Strict"},
        permission_sets={"Strict": without.permission_sets["Strict"]},
        assignments={"Strict": without.assignments["Strict"]},
    )
    found = scheduled(live, state_of(gave, {}))
    keep = found.keep
    assert {each.title for each in found.left if each.name == "Loose"} >= {"permission set Loose"}
    assert keep.permission_set("Loose") == KeptSet(gone=True)
    assert keep.assignments["Loose"] == {f"{LAB}/GROUP/g-eng": None, f"{SHOP}/GROUP/g-eng": "somebody"}
    assert {a.key for a in keep.applied_to(PLAN).assignments if a.permission_set == "Loose"} == {f"{SHOP}/GROUP/g-eng"}
    unknown = Recorded(frozenset(), {}, {})
    assert "Loose" not in {each.name for each in scheduled(live, unknown).left}, "nobody has made it yet"


def test_a_list_that_no_finding_names_is_as_the_catalog_says() -> None:
    """A merge that changes the list itself, where somebody changed another field and something in the list ended."""
    found = replace(live_of(PLAN).permission_sets["Loose"], session_duration="PT2H")
    (had,) = (each for each in unending(CATALOG, ORGANIZATION, STACK).permission_sets if each.name == "Loose")
    (over,) = {*had.aws_managed_policies} - {*found.aws_managed_policies}
    found = replace(found, aws_managed_policies=(*found.aws_managed_policies, over))
    live = replace(live_of(PLAN), permission_sets={**live_of(PLAN).permission_sets, "Loose": found})
    (finding,) = findings(live)
    assert kept([finding], PLAN, live, state_of({}, {}), ended=ENDED).permission_set("Loose").lists
    trimmed = replace(finding, differences=tuple(d for d in finding.differences if d.field == "session_duration"))
    keep = kept([trimmed], PLAN, live, state_of({}, {}), ended=ENDED)
    assert keep.permission_set("Loose") == KeptSet(frozenset({"session_duration"}))
    assert keep.applied_to(PLAN).permission_sets == PLAN.permission_sets


def test_a_policy_that_was_made_anew_in_another_case_is_kept_as_the_stack_gave_it() -> None:
    """A refresh of pooled policies takes its name into the state; IAM does not tell the two apart."""
    there = Policy("quiet", "/remit/", "", document([BY_HAND]))
    live = replace(live_of(PLAN), policies={LAB: (LivePolicy("arn:quiet", there),)})
    found = [each for each in findings(live) if each.name == "Quiet"]
    recorded = Recorded(frozenset(), {}, {(LAB, "quiet"): there})
    assert kept(found, PLAN, live, recorded).policies == {(LAB, "Quiet"): there}


def test_policies_that_are_only_told_are_named_to_the_plugin() -> None:
    """Also one under the owned path that no catalog has: a repair of another one deletes what a refresh has shown."""
    owner = Stack("test", drift="report", owned_path="/remit/", unmanaged_policies="remove")
    stranger = LivePolicy("arn:S", Policy("Stray", "/remit/", "", document([BY_HAND])))
    live = replace(live_of(PLAN), policies={LAB: (*live_of(PLAN).policies[LAB], stranger)})
    found = Comparison(PLAN, live, Modes(CATALOG, owner), owner, {}).findings()
    assert [(each.name, each.mode) for each in found] == [("Stray", "report")]
    assert kept(found, PLAN, live, Recorded(frozenset(), {}, {})).policy_names(LAB) == ["Stray"]


def test_what_left_the_catalog_is_not_kept_and_so_goes_on_leaving() -> None:
    owner = replace(STACK, owned_path="/remit/")
    names = ("Ended", "Gone", "Stray")
    there = [LivePolicy(f"arn:{name}", Policy(name, "/remit/", "", document([BY_HAND]))) for name in names]
    live = replace(live_of(PLAN), policies={LAB: (*live_of(PLAN).policies[LAB], *there)})
    state = Recorded(frozenset(), {}, {(LAB, "Ended"): there[0].policy}, leaving=frozenset({(LAB, "Gone")}))
    found = Comparison(PLAN, live, Modes(CATALOG, owner), owner, {}, state).findings()
    assert {each.name for each in found} >= {"Ended", "Gone"}
    assert kept(found, PLAN, live, state).policy_names(LAB) == ["Stray"]


def test_a_policy_on_its_way_out_was_made_by_nobody_else() -> None:
    owner = replace(STACK, owned_path="/remit/")
    stranger = LivePolicy("arn", Policy("Over", "/remit/", "", document([BY_HAND])))
    live = replace(live_of(PLAN), policies={LAB: (*live_of(PLAN).policies[LAB], stranger)})
    found = Comparison(PLAN, live, Modes(CATALOG, owner), owner, {}).findings()
    for leaving, by_hand in ((frozenset(), {"Over"}), (frozenset({(LAB, "Over")}), set())):
        recorded = Recorded(frozenset(), {}, {}, leaving=leaving)
        assert {each.name for each in ByHand(PLAN, live, recorded, ENDED, owner).among(found)} == by_hand


def resource(type_: str, name: str, **properties: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:t::remit::remit:index:Parent${type_}::{name}", **properties}


def test_the_state_says_what_the_stack_gave_and_not_what_a_refresh_found() -> None:
    one, two, hand, three = KEYS[:4]
    given_policy = Policy("Guard", "/remit/", "why", document([STATEMENT]))
    exported = {
        "deployment": {
            "resources": [
                resource(
                    "remit:index:AccountAssignments",
                    "Strict",
                    inputs={"assignments": {one: "engineers", hand: "ann, not in the catalog"}},
                    outputs={"assignments": {two: "sre"}, "missingAssignments": {three: "engineers"}},
                ),
                resource(
                    "remit:index:ManagedPolicies",
                    LAB,
                    inputs={
                        "policies": {
                            "Guard": shaped(given_policy),
                            "Stray": {**shaped(given_policy), "unmanaged": True},
                        }
                    },
                    outputs={"account": LAB, "leaving": {"Over": {"path": "/remit/", "id": "ANPA1"}}},
                ),
                resource(
                    "aws-native:iam:ManagedPolicy",
                    f"{SHOP}/Guard",
                    inputs={"path": "/remit/", "description": "why", "policyDocument": document([STATEMENT])},
                ),
                resource(
                    "remit:index:PolicyWatch",
                    SHOP,
                    inputs={"policies": {"Guard": {"document": fingerprint(document([STATEMENT]))}, "Old": {}}},
                ),
                resource("aws-native:sso:PermissionSet", "Strict"),
                resource("aws-native:sso:PermissionSet", "Replaced", delete=True),
            ]
        }
    }
    recorded = Recorded.of(exported)
    assert recorded.gave("Strict") == {two: "sre", three: "engineers"}, "what was taken away in part was given no more"
    assert recorded.gave("Unknown") == {}
    first = resource(
        "remit:index:AccountAssignments",
        "Strict",
        inputs={"assignments": {one: "engineers", two: "sre"}},
        outputs={"assignments": {one: "engineers"}},  # the run was interrupted
    )
    assert Recorded.of({"deployment": {"resources": [first]}}).gave("Strict") == {one: "engineers"}, "never made"
    assert recorded.policies == {(LAB, "Guard"): given_policy, (SHOP, "Guard"): given_policy}
    assert recorded.written == {(SHOP, "Guard"): fingerprint(document([STATEMENT]))}
    assert recorded.leaving == {(LAB, "Over")}
    assert recorded.has("aws-native:sso:PermissionSet", "Strict")
    assert not recorded.has("aws-native:sso:PermissionSet", "Replaced")
    assert Recorded.of({}) == Recorded(frozenset(), {}, {})


def test_what_a_run_that_failed_in_part_brought_is_the_stacks_and_what_it_kept_is_not() -> None:
    """The engine keeps the inputs of before then, and the provider tells in its outputs what is live."""
    before, new = (Policy("P", "/remit/", "", document([each])) for each in (STATEMENT, OVER_STATEMENT))

    def recorded(**outputs: Any) -> dict[str, Policy]:
        inputs = {"policies": dict.fromkeys(("Same", "Changed", "Kept", "Lost", "LetGo"), shaped(before))}
        state = resource("remit:index:ManagedPolicies", LAB, inputs=inputs, outputs=outputs)
        found = Recorded.of({"deployment": {"resources": [state]}}).policies
        return {name: replace(policy, name="P") for (_, name), policy in found.items()}

    live = {"Same": shaped(before), "Changed": shaped(new), "Kept": shaped(new), "Brought": shaped(new)}
    assert recorded(policies=live, failed={"Lost": "no"}, kept=["Kept"]) == {
        "Same": before,
        "Changed": new,
        "Brought": new,
        "Kept": before,
        "LetGo": before,
    }
    ended_well = recorded(policies=live)
    assert all(policy == before for policy in ended_well.values()), "there the outputs tell only what is kept as it is"


def test_the_program_reads_what_the_verb_wrote(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.test.yaml"
    file.write_text("config:\n  remit:drift: report\n")
    keep = Kept(
        {"Loose": {KEYS[0]: "engineers", KEYS[1]: None}},
        {
            (LAB, "Guard"): Policy("Guard", "/remit/", "why", document([STATEMENT]), detach_on_delete=True),
            (LAB, "S"): None,
        },
        {
            "Loose": KeptSet(frozenset({"tags"}), {"customer_managed_policies": (("Guard", "/remit/"),)}),
            "Strict": KeptSet(gone=True),
        },
        Unplanned(frozenset({(LAB, "E")}), frozenset({"Gone"})),
        {(LAB, "Guard"): "a.b"},
    )
    last = Revision("c", "t", "f")
    Keeping(file, tmp_path / "policies", keep, attempted=last).write(tmp_path / "kept.json")
    run = Run.of({VARIABLE: str(tmp_path / "kept.json")}, Stack("test"), Path("elsewhere"))
    assert run == Run(Stack("test", drift="report"), tmp_path / "policies", keep, again=True, attempted=last)
    assert run.revisions() == {"expected": said(last)}
    assert run.adjusted(PLAN) == keep.applied_to(PLAN)
    assert run.revision() is None, "the stack has no other catalog afterwards"
    plain = Run.of({}, Stack("test"), Path("policies"))
    assert plain == Run(Stack("test"), Path("policies"))
    assert Run(Stack("test"), tmp_path / "none").revisions() == {"attempted": said(NOWHERE)}
    assert plain.adjusted(PLAN) == PLAN


def test_what_a_refresh_took_into_the_state_is_by_hand_all_the_same() -> None:
    """With aliases: a policy's state then says what is live, and PolicyWatch what the stack gave; run after run."""
    by_hand = {"Guard": document([STATEMENT]), "Quiet": document([BY_HAND])}
    live, recorded = world_of({}, by_hand, live_of(PLAN).permission_sets["Loose"]), state_of({}, by_hand)
    (quiet,) = (each for each in PLAN.managed_policies if each.name == "Quiet")
    assert "Quiet" not in {each.name for each in scheduled(live, recorded).left}, "an account got another name"
    given = {(LAB, "Quiet"): fingerprint(quiet.document)}
    found = scheduled(live, replace(recorded, written=given))
    keep = found.keep
    assert "Quiet" in {each.name for each in found.left}
    assert keep.policies[LAB, "Quiet"] == recorded.policies[LAB, "Quiet"], "what the engine's state has, so no change"
    assert keep.written == given


@pytest.mark.parametrize(
    ("sid", "stands"),
    [("Over", True), ("", False)],
    ids=["its Sid, with other words", "other words, and no Sid"],
)
def test_a_statement_that_was_changed_by_hand_ends_by_its_sid(sid: str, stands: bool) -> None:
    (planned,) = (each for each in PLAN.managed_policies if each.name == "Quiet")
    changed = {**OVER_STATEMENT, "Action": "iam:*", "Sid": sid}
    assert ENDED.in_policy(planned, Policy("Quiet", "/remit/", "", document([STATEMENT, changed]))) is stands


def test_what_is_renewed_under_its_sid_has_not_ended() -> None:
    catalog = catalog_of("""
managed_policies:
  - name: Again
    targets: account:lab
    statements:
      - {Sid: A, Effect: Allow, Action: "s3:Get*", Resource: "*", expires: 2026-05-01}
      - {Sid: A, Effect: Allow, Action: "s3:List*", Resource: "*"}
""")
    plan = make_plan(catalog, ORGANIZATION, at=AT, stack=STACK)
    ended = Ended(plan, unending(catalog, ORGANIZATION, STACK))
    (planned,) = plan.managed_policies
    hand = [{**STATEMENT, "Action": "s3:List*"}, BY_HAND]
    assert not ended.in_policy(planned, Policy("Again", "/", "", document(hand)))
    assert ended.in_policy(planned, Policy("Again", "/", "", document([STATEMENT, BY_HAND])))
