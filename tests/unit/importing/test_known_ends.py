"""A later import makes nothing last longer, or shorter: AWS knows no ends, the catalog does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog import Catalog, load_catalog
from remit.documents import meaning
from remit.endings import endings
from remit.importing.found import Found, FoundAssignment
from remit.plan import make_plan
from remit.stack import Stack
from tests.unit.importing.later_import import CATALOGS, ENDING, TWO_STATEMENTS, found, imported, with_statements
from tests.unit.importing.test_round_trip import ACCOUNTS, AT, ORGANIZATION

Atom = tuple[str, ...]


def atoms(catalog: Catalog, at: datetime) -> Iterator[Atom]:
    """All that a catalog gives at a time, in its smallest parts."""
    plan = make_plan(catalog, ORGANIZATION, at=at, stack=Stack("x", scope=("*", "management")))
    for grant in plan.assignments:
        yield "grant", grant.permission_set, grant.key
    for policy in plan.managed_policies:
        for statement in policy.document["Statement"]:
            yield "statement", policy.account, meaning(statement, with_sid=False)
    for entry in plan.permission_sets:
        yield from (("attached", entry.name, arn) for arn in entry.aws_managed_policies)
        for statement in (entry.inline_policy or {"Statement": []})["Statement"]:
            yield "inline", entry.name, meaning(statement, with_sid=False)


def words(catalog: Catalog) -> Mapping[Atom, set[tuple[str, ...]]]:
    """What the rules of each grant say besides."""
    rules = {rule.source: (str(rule.expires), str(rule.drift), str(rule.reason)) for rule in catalog.access}
    plan = make_plan(catalog, ORGANIZATION, at=AT, stack=Stack("x", scope=("*", "management")))
    return {
        ("grant", each.permission_set, each.key): {rules[source] for source in each.sources}
        for each in plan.assignments
    }


def changed_by_hand(live: Found, data: st.DataObject) -> Found:
    """The same after somebody was in the console: things taken away, given, and changed."""

    def some(items: Sequence[Any]) -> list[Any]:
        return [each for each in items if not data.draw(st.sampled_from([False, False, True]))]

    def named(statements: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """As the console's visual editor leaves them, or as they were."""
        sids = data.draw(st.booleans())
        return [
            {**each, **({"Sid": f"VisualEditor{number}"} if sids else {})} for number, each in enumerate(statements)
        ]

    policies = []
    for each in some(live.policies):
        left = named(some(each.document["Statement"]))
        if data.draw(st.booleans()):
            left.append({"Effect": "Deny", "Action": "sqs:*", "Resource": "*"})
        if left:
            policies.append(replace(each, document={**each.document, "Statement": left}))
    sets = []
    for each in live.permission_sets:
        attached = some(each.aws_managed_policies) + data.draw(
            st.sampled_from([[], ["arn:aws:iam::aws:policy/job-function/Billing"]])
        )
        inline = named(some(each.inline_policy["Statement"])) if each.inline_policy else []
        document = {"Version": "2012-10-17", "Statement": inline} if inline else None
        sets.append(replace(each, aws_managed_policies=tuple(attached), inline_policy=document))
    given = {FoundAssignment(data.draw(ACCOUNTS), each.name, "GROUP", "g-admins", "admins") for each in sets[:1]}
    assignments = {*some(live.assignments), *(given if data.draw(st.booleans()) else ())}
    return replace(live, policies=tuple(policies), permission_sets=tuple(sets), assignments=tuple(sorted(assignments)))


@settings(max_examples=40, deadline=None)
@given(CATALOGS, st.data())
def test_nothing_lasts_longer_or_shorter_than_the_catalog_knew(entries: dict[str, Any], data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for kind, listed in entries.items():
            (folder / f"{kind}.yaml").write_text(json.dumps({kind: listed}, indent=1))
        before = load_catalog(folder)
        live = changed_by_hand(found(folder), data)
        imported(folder, live)
        after = load_catalog(folder)
        assert imported(folder, live).files == {}
    known, there = set(atoms(before, AT)), set(atoms(after, AT))
    for end in {AT, *(each.expires.end for each in endings(before))}:
        if end >= AT:
            was, now = set(atoms(before, end)), set(atoms(after, end))
            assert now & known == was & there
    had, has = words(before), words(after)
    assert {grant: has[grant] for grant in has if grant in had} == {grant: had[grant] for grant in had if grant in has}


@pytest.fixture
def ending(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text(ENDING)
    (tmp_path / "p.yaml").write_text(TWO_STATEMENTS)
    return tmp_path


def test_elements_that_have_ended_and_are_there_are_told(ending: Path) -> None:
    live = found(ending)
    for name, before in (("c.yaml", ENDING), ("p.yaml", TWO_STATEMENTS)):
        (ending / name).write_text(
            before.replace('iam:*", Resource: "*", expires: 2026', 'iam:*", Resource: "*", expires: 2025')
        )
    draft = imported(ending, live)
    assert draft.remarks["ended in the catalog, and there all the same"] == (
        "statement B of policy Guard",
        "statement 2 of permission set Read",
    )
    assert found(ending) == live


UNSURE = "new, or one that was to end, in other words"


@pytest.mark.parametrize("sids", [("A", "Other"), ("A", ""), ("", "B"), ("VisualEditor0", "VisualEditor1")])
def test_a_statement_of_another_sid_still_ends_and_keeps_its_place(ending: Path, sids: tuple[str, str]) -> None:
    def renamed(there: Sequence[dict[str, Any]]) -> Sequence[Mapping[str, Any]]:
        named = zip(there, sids, strict=True)
        return [{key: value for key, value in {**each, "Sid": sid}.items() if value} for each, sid in named]

    draft = imported(ending, with_statements(found(ending), renamed))
    expected = TWO_STATEMENTS
    for before, after in zip("AB", sids, strict=True):
        expected = expected.replace(f"Sid: {before}, ", f"Sid: {after}, " if after else "")
    assert (ending / "p.yaml").read_text() == expected
    assert UNSURE not in draft.remarks


@pytest.mark.parametrize(("effect", "told"), [("Allow", ("statement C of policy Guard",)), ("Deny", None)])
def test_what_may_be_a_statement_that_ends_in_other_words_is_told(
    ending: Path, effect: str, told: tuple[str, ...] | None
) -> None:
    new = {"Sid": "C", "Effect": effect, "Action": "iam:Get*", "Resource": "*"}
    draft = imported(ending, with_statements(found(ending), lambda there: [there[0], new]))
    assert draft.remarks.get(UNSURE) == told


def test_a_statement_without_a_sid_that_moved_up_as_it_changed_is_told(ending: Path) -> None:
    (ending / "p.yaml").write_text(TWO_STATEMENTS.replace("Sid: A, ", "").replace("Sid: B, ", ""))
    draft = imported(ending, with_statements(found(ending), lambda there: [{**there[1], "Action": "iam:Get*"}]))
    assert "iam:Get*" in draft.remarks[UNSURE][0]


@pytest.mark.parametrize(
    ("reference", "path", "after"),
    [
        ("{name: Guard, expires: 2026-07-01}", "/x/", "{name: Guard, expires: 2026-07-01}"),
        (
            "{name: Theirs, path: /a/, external: true, expires: 2026-07-01}",
            "/b/",
            "{name: Theirs, path: /b/, external: true, expires: 2026-07-01}",
        ),
    ],
)
def test_an_attached_policy_of_another_path_still_ends(ending: Path, reference: str, path: str, after: str) -> None:
    text = f"permission_sets:\n  - name: Read\n    customer_managed_policies:\n      - {reference}   # for the move\n"
    (ending / "c.yaml").write_text(text)
    live = found(ending)
    (read,) = live.permission_sets
    ((name, _),) = read.customer_managed_policies
    policies = tuple(replace(each, path=path if name == "Guard" else each.path) for each in live.policies)
    moved = replace(read, customer_managed_policies=((name, path),))
    imported(ending, replace(live, policies=policies, permission_sets=(moved,)))
    assert (ending / "c.yaml").read_text() == text.replace(reference, after)
