"""Two plans, and what is different: laws that hold for any, and the words for some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.diff import Diff, Direction, compare, ends_of, saved_view, view_of
from remit.diff.markdown import markdown
from remit.diff.shape import shape
from remit.diff.values import View
from remit.diff.words import lines_of
from remit.naming_accounts import AccountNames
from remit.plan import make_plan, plan_json
from tests.unit.small_world import AT, ORGANIZATION, STACK, catalog_of, plan_of

NAMES = AccountNames(ORGANIZATION)
BASE = """\
managed_policies:
  - name: Guardrail
    targets: ["*", management]
    statements:
      - {Sid: NoIam, Effect: Deny, Action: "iam:*", Resource: "*"}
      - {Sid: Own, Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::{{account.name}}-{{account.id}}/*"}
permission_sets:
  - name: Engineer
    session_duration: 4h
    customer_managed_policies: [Guardrail]
    permissions_boundary: {customer_managed: Guardrail}
  - {name: Admin, aws_managed_policies: [AdministratorAccess]}
access:
  - {groups: [engineers], permission_sets: [Engineer], targets: ou:Workloads}
  - {groups: [sre], permission_sets: [Engineer, Admin], targets: account:lab}
"""


def change(*pairs: tuple[str, str], base: str = BASE) -> Diff:
    after = base
    for old, new in pairs:
        assert old in after
        after = after.replace(old, new)
    return compare(view(base), view(after), NAMES.by_id)


def view(text: str) -> View:
    catalog = catalog_of(text)
    return view_of(make_plan(catalog, ORGANIZATION, at=AT, stack=STACK), ends=ends_of(catalog, AT))


def said(diff: Diff) -> list[str]:
    return [line.text for line in lines_of(diff, NAMES)]


ENGINEER = "permission set Engineer changes in 4 accounts: lab, all of Workloads"
ADMIN = "permission set Admin changes in lab"
EVERYWHERE = "policy Guardrail changes in 6 accounts: every account"
BOUNDARY = "    permissions_boundary: {customer_managed: Guardrail}\n"
LAB = "targets: account:lab"
NOT_DEV = "policy Guardrail changes in 4 accounts: the management account, zero, all of Workloads/Prod"
WIDENS, EITHER, NARROWS, NEUTRAL = Direction.WIDENS, Direction.EITHER, Direction.NARROWS, Direction.NEUTRAL


@pytest.mark.parametrize(
    ("old", "new", "direction", "words"),
    [
        ("targets: ou:Workloads", "targets: '*', except: account:zero", WIDENS, "engineers gains Engineer in lab"),
        (
            "targets: ou:Workloads",
            "targets: ou:Workloads, except: account:payments",
            NARROWS,
            "engineers loses Engineer in payments",
        ),
        (
            LAB,
            "targets: [account:lab, ou:Workloads], except: account:payments",
            WIDENS,
            "sre gains Admin, Engineer in 2 accounts: payments-dev, Shop",
        ),
        ("session_duration: 4h", "session_duration: 8h", WIDENS, ENGINEER),
        ("session_duration: 4h", "session_duration: 2h", NARROWS, ENGINEER),
        (BOUNDARY, "", WIDENS, ENGINEER),
        ("    customer_managed_policies: [Guardrail]\n", "", EITHER, ENGINEER),
        ("[AdministratorAccess]", "[AdministratorAccess, ReadOnlyAccess]", WIDENS, ADMIN),
        ("[AdministratorAccess]", "[AdministratorAccess, AWSDenyAll]", EITHER, ADMIN),
        ("[AdministratorAccess]", "[AdministratorAccess], description: d", NEUTRAL, ADMIN),
        ('"iam:*"', '"iam:Create*"', WIDENS, EVERYWHERE),
        ('"s3:GetObject"', '"s3:*"', WIDENS, EVERYWHERE),
        ('"s3:GetObject", R', '"s3:GetObject", targets: tag:stage=dev, R', NARROWS, NOT_DEV),
    ],
)
def test_a_change_is_said_as_a_person_would(old: str, new: str, direction: Direction, words: str):
    found = change((old, new))
    assert found.direction is direction
    assert words in said(found)


def test_documents_that_differ_by_their_account_alone_are_one_change():
    (policy,) = change(('-{{account.id}}/*"', '-{{account.id}}/x"')).policies
    assert len(policy.accounts) == 6
    (difference,) = policy.statements[0].differences
    assert difference.new == ("arn:aws:s3:::{{account.name}}-{{account.id}}/x",)


def test_groups_that_gain_the_same_are_said_together():
    found = change(
        ("groups: [engineers], permission_sets: [Engineer], targets: ou:Workloads",
         "groups: [engineers, sre], permission_sets: [Engineer], targets: ou:Workloads"),
        ("groups: [sre], permission_sets: [Engineer, Admin], targets: account:lab",
         "groups: [sre, engineers@corp.example.com], permission_sets: [Engineer, Admin], targets: account:l*"),
    )  # fmt: skip
    assert said(found) == [
        "engineers@corp.example.com gains Admin, Engineer in lab",
        "sre gains Engineer in 3 accounts: all of Workloads",
    ]


def test_principals_that_gain_the_same_are_one_line():
    found = change(("groups: [engineers]", "groups: [sre, engineers@corp.example.com]"))
    assert "engineers@corp.example.com and sre gain Engineer in 3 accounts: all of Workloads" in said(found)


def test_a_saved_plan_is_the_plan():
    plan = plan_of(BASE)
    assert not compare(view_of(plan), saved_view(plan_json(plan)))
    assert not compare(saved_view(plan_json(plan)), view_of(plan))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"assignments": [1]}', "3"])
def test_what_is_no_saved_plan_is_refused(text: str):
    with pytest.raises(ValueError, match=r"Expecting value|remit plan --json"):
        saved_view(text)


def test_accounts_are_named_in_the_fewest_words():
    active = {account.id for account in ORGANIZATION.active_accounts}
    everywhere = active - {ORGANIZATION.management_account}
    assert NAMES(active) == "6 accounts: every account"
    assert NAMES(everywhere) == "5 accounts: every account but the management account"
    assert NAMES({"111111111111"}) == "payments"
    assert NAMES({"999999999999", "111111111111"}) == "2 accounts: 999999999999, payments"
    assert AccountNames(None)({"1", "2"}) == "2 accounts: 1, 2"


UNTIL = "targets: ou:Workloads, expires: 2026-07-01"
ENGINEERS = "engineers keeps Engineer in 3 accounts: all of Workloads"


@pytest.mark.parametrize(
    ("old", "new", "direction", "words"),
    [
        (UNTIL, "targets: ou:Workloads", WIDENS, f"{ENGINEERS}; ends: 2026-07-01 → never"),
        (UNTIL, UNTIL.replace("07", "08"), WIDENS, f"{ENGINEERS}; ends: 2026-07-01 → 2026-08-01"),
        (UNTIL, UNTIL.replace("07-01", "06-30T12:00Z"), NARROWS, f"{ENGINEERS}; ends: 2026-07-01 → 2026-06-30T12:00Z"),
        ("  - name: Engineer\n", "  - name: Engineer\n    expires: 2026-06-15\n", NARROWS,
         f"{ENGINEERS}; ends: 2026-07-01 → 2026-06-15"),
        ("Sid: NoIam", "Sid: NoIam, expires: 2026-07-01", EITHER,
         "statement NoIam of Guardrail ends: never → 2026-07-01"),
        ("name: Guardrail\n", "name: Guardrail\n    expires: 2026-07-01\n", EITHER,
         "managed policy Guardrail ends: never → 2026-07-01"),
        ("[AdministratorAccess]", "[{name: AdministratorAccess, expires: 2026-07-01}]", EITHER,
         "attached policy AdministratorAccess of Admin ends: never → 2026-07-01"),
    ],
)  # fmt: skip
def test_access_that_ends_at_another_time_is_told(old: str, new: str, direction: Direction, words: str):
    found = change((old, new), base=BASE.replace("targets: ou:Workloads", UNTIL))
    assert words in said(found)
    assert direction in {each.direction for each in found.changes}
    assert (found.gained, found.lost) == (0, 0)


def test_the_last_rule_that_gives_access_ends_it():
    longer = "  - {groups: [engineers], permission_sets: [Engineer], targets: ou:Workloads/Prod, expires: 2026-09-01}\n"
    assert not change((LAB, f"{LAB}}}\n{longer[:-2]}"))
    base = BASE.replace("targets: ou:Workloads", UNTIL)
    found = change((LAB, f"{LAB}}}\n{longer[:-2]}"), base=base)
    assert [(each.direction, sorted(each.accounts)) for each in found.grants] == [
        (WIDENS, ["111111111111", "222222222222"])
    ]


def test_rules_on_one_line_end_each_for_itself():
    rules = [f"{{groups: [{group}], permission_sets: [A], targets: '*'}}" for group in ("sre", "engineers")]
    base = f"permission_sets: [{{name: A}}]\naccess: [{', '.join(rules)}]\n"
    [found] = change(("groups: [engineers]", "expires: 2026-07-01, groups: [engineers]"), base=base).grants
    assert (found.grant.principal, found.direction, str(found.after)) == ("engineers", NARROWS, "2026-07-01")


def test_a_saved_plan_says_nothing_of_ends():
    ended, saved = view(BASE.replace("targets: ou:Workloads", UNTIL)), saved_view(plan_json(plan_of(BASE)))
    assert saved.ends is None
    assert not compare(ended, saved, NAMES.by_id).grants


groups = st.sampled_from(["[sre]", "[engineers]", "[sre, engineers]"])
targets = st.sampled_from(['"*"', "ou:Workloads", "management", "account:lab", "tag:stage=dev"])
later = st.sampled_from(["", "", ", expires: 2026-07-01", ", expires: 2026-08-01"])
ends = later | st.just(", expires: 2026-01-01")
actions = st.lists(st.sampled_from(["s3:Get*", "s3:*", "iam:*", "ec2:Run?"]), min_size=1, max_size=3, unique=True)


@st.composite
def catalogs(draw: st.DrawFn) -> str:
    statements = [
        f"{{{draw(st.sampled_from(['', 'Sid: A, ']))}Effect: {draw(st.sampled_from(['Allow', 'Deny']))}, Action: "
        f'[{", ".join(draw(actions))}], Resource: "arn:aws:s3:::{{{{account.name}}}}/{draw(st.sampled_from("ab*"))}"'
        f"{draw(st.sampled_from(['', ', Condition: {Bool: {a: x}}', ', Condition: {Bool: {a: [x, y]}}']))}"
        f"{draw(later)}}}"
        for _ in range(draw(st.integers(1, 2)))
    ]
    if "Sid: A" in statements[0]:
        statements[1:] = [each.replace("Sid: A, ", "") for each in statements[1:]]
    sets = st.sampled_from(["S", "T", "[S, T]"])
    rules = [
        f"  - {{groups: {draw(groups)}, permission_sets: {draw(sets)}, targets: {draw(targets)}{draw(ends)}}}\n"
        for _ in range(draw(st.integers(1, 3)))
    ]
    attached = draw(st.sampled_from(["[]", "[P]"]))
    boundary = draw(
        st.sampled_from(["", ", permissions_boundary: {aws_managed: A}", ", permissions_boundary: {aws_managed: B}"])
    )
    aws = draw(st.lists(st.sampled_from(["ReadOnlyAccess", "AWSDenyAll", "job-function/Billing"]), unique=True))
    session = f"session_duration: {draw(st.integers(1, 3))}h{draw(ends)}"
    return (
        f"managed_policies:\n  - {{name: P, targets: ['*', management], statements: [{', '.join(statements)}]}}\n"
        f"permission_sets:\n  - {{name: S, {session}, customer_managed_policies: {attached}"
        f"{boundary}}}\n  - {{name: T, aws_managed_policies: [{', '.join(aws)}]}}\naccess:\n{''.join(rules)}"
    )


@settings(max_examples=40)
@given(catalogs())
def test_a_plan_and_itself_have_no_difference(text: str):
    same = view(text)
    assert not compare(same, same, NAMES.by_id)
    assert lines_of(compare(same, same), NAMES) == []


PARTS = ("grants", "policies", "permission_sets", "ends")
TURNED = {"added": "removed", "removed": "added", "changed": "changed"}


def mirrored(value: Any) -> Any:
    """A comparison seen from the other side, as plain values, without sources and order."""
    if isinstance(value, Diff):
        return {name: sorted(map(repr, map(mirrored, getattr(value, name)))) for name in PARTS}
    return plain(value, turn=True)


def plain(value: Any, *, turn: bool = False) -> Any:
    if isinstance(value, Direction):
        return str(value.mirrored if turn else value)
    if is_dataclass(value):
        found = {each.name: plain(getattr(value, each.name), turn=turn) for each in fields(value)}
        found.pop("source", None), found.pop("sources", None)
        if turn and "before" in found:
            found["before"], found["after"] = found["after"], found["before"]
        if turn and "change" in found:
            found["change"] = TURNED[found["change"]]
        return {
            key: sorted(map(repr, each)) if key in {"statements", "differences"} else each
            for key, each in sorted(found.items())
        }
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {key: plain(each, turn=turn) for key, each in sorted(value.items())}
    return [plain(each, turn=turn) for each in value] if isinstance(value, tuple | list) else value


@settings(max_examples=60)
@given(catalogs(), catalogs())
def test_a_comparison_mirrors_the_one_the_other_way_round(one: str, other: str):
    left, right = view(one), view(other)
    there, back = compare(left, right, NAMES.by_id), compare(right, left, NAMES.by_id)
    assert mirrored(there) == {name: sorted(repr(plain(each)) for each in getattr(back, name)) for name in PARTS}
    assert there.direction is back.direction.mirrored
    assert (there.gained, there.lost) == (back.lost, back.gained)


@settings(max_examples=20)
@given(catalogs(), catalogs(), st.integers(2_000, 6_000))
def test_a_comment_is_never_longer_than_its_limit(one: str, other: str, limit: int):
    found = compare(view_of(plan_of(one)), view_of(plan_of(other)), NAMES.by_id)
    assert len(markdown(found, NAMES, NAMES.name, title="t", limit=limit)) <= limit


def test_a_comment_that_is_cut_counts_what_is_left_out():
    rules = "".join(f"  - {{groups: [sre], permission_sets: [P{n}], targets: '*'}}\n" for n in range(300))
    sets = "".join(f"  - {{name: P{n}, description: {'d' * 50}}}\n" for n in range(300))
    after = view_of(plan_of(f"permission_sets:\n{sets}access:\n{rules}"))
    text = markdown(compare(View(), after, NAMES.by_id), NAMES, NAMES.name, title="t", limit=4_000)
    assert 3_000 < len(text) <= 4_000
    assert "more changes do not fit here" in text


def test_a_comment_marks_nothing_up_that_the_catalog_names():
    names = AccountNames(ORGANIZATION)
    found = change(("[engineers]", '["engineers@corp.example.com"]'))
    text = markdown(found, names, names.name, title="a <b> @c")
    assert "`engineers@corp.example.com`" in text
    assert "a &lt;b&gt; &#64;c" in text
    assert text.index("Widening") < text.index("Narrowing")
    assert text.count("<details>") == text.count("</details>") == 2


def test_the_shape_for_programs_counts_and_names():
    found = shape(
        change(("session_duration: 4h", "session_duration: 8h"), ("targets: account:lab", "targets: account:zero")),
        NAMES,
    )
    assert found["version"] == 1
    assert (found["summary"]["assignments_gained"], found["summary"]["assignments_lost"]) == (2, 2)
    assert found["permission_sets"][0]["fields"] == [
        {"key": "session_duration", "direction": "widens", "before": "PT4H", "after": "PT8H"}
    ]
    assert found["assignments"][0]["where"] == "zero"
