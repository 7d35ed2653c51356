"""What ends, and what becomes of changes by hand, where the source knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from remit.catalog import load_catalog
from remit.catalog.models import Settings
from remit.editing import write_texts
from remit.errors import NotProvenError
from remit.importing.draft import draft_catalog, draft_changes
from remit.importing.ends import end_text, found_at, is_over, last
from remit.importing.entries import entries_of
from remit.importing.found import Found, FoundAssignment, FoundPolicy, SetTerms, Wording
from remit.importing.proof import EVERYWHERE
from remit.permission_set import LivePermissionSet
from remit.plan import make_plan
from tests.unit.importing.test_round_trip import AT, DEFAULTS, ORGANIZATION

SOON, LATER = "2026-09-01T00:00:00Z", "2027-05-19T14:37:00Z"
ONE, TWO, THREE = "000000000001", "000000000002", "000000000003"
ALLOW: dict[str, object] = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def document(*statements: dict[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def grant(account: str, group: str = "sre", expires: str = "", drift: str = "") -> FoundAssignment:
    return FoundAssignment(account, "Read", "GROUP", f"g-{group}", group, expires, drift)


def found(
    *assignments: FoundAssignment, policies: tuple[FoundPolicy, ...] = (), terms: SetTerms | None = None
) -> Found:
    sets = (LivePermissionSet("Read"),)
    set_terms = {"Read": terms} if terms else {}
    return Found(ORGANIZATION, sets, assignments, policies, with_terms=True, set_terms=set_terms)


def policy(account: str, *statements: dict[str, object], expires: str = "", drift: str = "") -> FoundPolicy:
    return FoundPolicy(account, "Guard", "/", "", document(*(statements or (ALLOW,))), expires, drift)


def test_ends_are_utc_and_sort_like_time() -> None:
    moment = datetime.fromisoformat("2027-05-19T16:37:00.9+02:00")
    assert end_text(moment) == LATER
    assert is_over(LATER, moment.astimezone(UTC))
    assert not is_over(LATER, datetime(2027, 5, 19, 14, 36, 59, tzinfo=UTC))
    assert not is_over("", moment)
    assert last(SOON, LATER) == LATER
    assert last(SOON, "") == ""


def test_what_ends_at_different_times_is_in_different_rules() -> None:
    said = found(grant(ONE), grant(TWO), grant(THREE, expires=SOON), grant(ONE, "admins", SOON, "adopt"))
    rules = entries_of(said, DEFAULTS).access
    assert [(rule["groups"], rule.get("expires"), rule.get("drift")) for rule in rules] == [
        (["admins"], SOON, "adopt"),
        (["sre"], None, None),
        (["sre"], SOON, None),
    ]


def test_a_policy_ends_as_a_whole_where_it_does_so_everywhere() -> None:
    (entry,) = entries_of(
        found(policies=(policy(ONE, expires=SOON), policy(TWO, expires=SOON))), DEFAULTS
    ).managed_policies
    assert entry["expires"] == SOON
    assert entry["statements"] == [ALLOW]


def test_where_a_policy_ends_at_different_times_its_statements_do() -> None:
    short = {**ALLOW, "Action": "ec2:*", "expires": SOON}
    policies = (policy(ONE, expires=LATER), policy(TWO, ALLOW, short))
    said = found(policies=policies)
    (entry,) = entries_of(said, DEFAULTS).managed_policies
    assert "expires" not in entry
    assert [(each["Action"], each.get("expires")) for each in entry["statements"]] == [
        ("s3:*", LATER),
        ("s3:*", None),
        ("ec2:*", SOON),
    ]
    assert draft_catalog(said, DEFAULTS, "", "Imported", AT).files


def test_words_of_the_source_unite_what_differs_by_its_variables() -> None:
    def worded(account: str, vpc: str) -> FoundPolicy:
        said = document({**ALLOW, "Resource": "arn:aws:x:::{{account.vars.vpc}}"})
        plain = policy(account, {**ALLOW, "Resource": f"arn:aws:x:::{vpc}"})
        return replace(plain, wording=Wording("", said, {"vpc": vpc, "unused": "1"}))

    apart = entries_of(found(policies=(worded(ONE, "vpc-1"), worded(TWO, "vpc-2"))), DEFAULTS)
    assert [each["Resource"] for each in apart.managed_policies[0]["statements"]] == [
        "arn:aws:x:::{{account.vars.vpc}}"
    ]
    assert apart.account_vars == {ONE: {"vpc": "vpc-1"}, TWO: {"vpc": "vpc-2"}}
    alike = entries_of(found(policies=(worded(ONE, "vpc-1"), worded(TWO, "vpc-1"))), DEFAULTS)
    assert [each["Resource"] for each in alike.managed_policies[0]["statements"]] == ["arn:aws:x:::vpc-1"]
    assert alike.account_vars == {}


def test_what_is_there_at_a_time_is_without_ends() -> None:
    said = found(
        grant(ONE, expires=SOON),
        grant(TWO),
        policies=(policy(ONE, {**ALLOW, "expires": SOON}), policy(TWO, {**ALLOW, "expires": LATER})),
        terms=SetTerms(expires=LATER, attached={}),
    )
    then = found_at(said, datetime(2026, 9, 1, tzinfo=UTC))
    assert then.assignments == (grant(TWO),)
    assert [(each.account, each.document) for each in then.policies] == [(TWO, document(ALLOW))]
    assert found_at(said, datetime(2027, 6, 1, tzinfo=UTC)).permission_sets == ()
    assert found_at(said, datetime(2027, 6, 1, tzinfo=UTC)).assignments == ()


Import = Callable[[Found], tuple[str, ...]]


@pytest.fixture
def imported(tmp_path: Path) -> Import:
    """Imports into one folder again and again, each time proven; the files that changed."""

    def once(said: Found) -> tuple[str, ...]:
        there = any(tmp_path.rglob("*.yaml"))
        draft = (
            draft_changes(said, tmp_path, "Imported", AT)
            if there
            else draft_catalog(said, Settings.model_validate({}), "", "Imported", AT)
        )
        write_texts({tmp_path / place: text for place, text in draft.files.items()})
        return tuple(str(place) for place in draft.files)

    return once


def text(folder: Path, place: str) -> str:
    return (folder / place).read_text()


def test_a_rule_that_ends_at_another_time_keeps_its_place_and_comments(imported: Import, tmp_path: Path) -> None:
    imported(found(grant(ONE, expires=SOON, drift="enforce"), grant(TWO, "admins")))
    path = tmp_path / "access" / "read.yaml"
    path.write_text(path.read_text().replace("  - groups: [sre]", "  # For the audit.\n  - groups: [sre]"))
    later = found(grant(ONE, expires=LATER, drift="adopt"), grant(TWO, "admins"))
    assert imported(later) == ("access/read.yaml",)
    assert "  # For the audit.\n  - groups: [sre]\n" in path.read_text()
    assert path.read_text().count("expires:") == 1
    assert f"expires: {LATER}" in path.read_text()
    assert "drift: adopt" in path.read_text()
    assert imported(later) == ()
    assert imported(found(grant(ONE), grant(TWO, "admins"))) == ("access/read.yaml",)
    assert "expires" not in path.read_text()


def test_a_grant_that_ends_leaves_the_rule_of_those_that_do_not(imported: Import, tmp_path: Path) -> None:
    imported(found(grant(ONE), grant(TWO)))
    changed = found(grant(ONE), grant(TWO, expires=SOON))
    assert imported(changed) == ("access/read.yaml",)
    assert text(tmp_path, "access/read.yaml").count("groups:") == 2
    assert imported(changed) == ()


def test_a_shorter_rule_beside_a_longer_one_stays(imported: Import, tmp_path: Path) -> None:
    """Two rules of one grant: the later end counts, and nothing differs."""
    imported(found(grant(ONE, expires=LATER)))
    path = tmp_path / "access" / "read.yaml"
    path.write_text(
        path.read_text() + f"  - {{groups: [sre], permission_sets: Read, targets: account:account-1, "
        f"expires: {SOON}}}\n"
    )
    assert imported(found(grant(ONE, expires=LATER))) == ()


def test_a_policy_that_ends_at_another_time_has_only_its_end_changed(imported: Import, tmp_path: Path) -> None:
    imported(found(policies=(policy(ONE, expires=SOON, drift="enforce"),)))
    path = tmp_path / "managed" / "guard.yaml"
    path.write_text(path.read_text().replace("targets: account:account-1", "targets: account:account-1  # ours"))
    before = path.read_text()
    assert imported(found(policies=(policy(ONE, expires=LATER, drift="enforce"),))) == ("managed/guard.yaml",)
    assert path.read_text() == before.replace(SOON, LATER)
    assert imported(found(policies=(policy(ONE, drift="report"),))) == ("managed/guard.yaml",)
    assert path.read_text() == before.replace(f"    expires: {SOON}\n", "").replace("enforce", "report")


def test_a_statement_or_attached_policy_that_ends_is_edited(imported: Import, tmp_path: Path) -> None:
    arn = "arn:aws:iam::aws:policy/A"
    before = replace(
        found(policies=(policy(ONE),)), permission_sets=(LivePermissionSet("Read", aws_managed_policies=(arn,)),)
    )
    imported(before)
    ending = replace(
        before,
        policies=(policy(ONE, {**ALLOW, "expires": SOON}),),
        set_terms={"Read": SetTerms(expires=LATER, attached={arn: SOON})},
    )
    assert imported(ending) == ("managed/guard.yaml", "permission-sets/read.yaml")
    assert f"aws_managed_policies: [{{name: A, expires: {SOON}}}]" in text(tmp_path, "permission-sets/read.yaml")
    assert f"    expires: {LATER}" in text(tmp_path, "permission-sets/read.yaml")
    assert imported(ending) == ()


def test_an_import_of_what_is_live_leaves_ends_and_modes_alone(imported: Import, tmp_path: Path) -> None:
    imported(found(grant(ONE, expires=SOON, drift="enforce"), policies=(policy(ONE, expires=SOON, drift="adopt"),)))
    live = Found(ORGANIZATION, (LivePermissionSet("Read"),), (grant(ONE),), (policy(ONE),))
    assert imported(live) == ()


def test_the_proof_looks_at_every_time_that_something_ends(imported: Import, tmp_path: Path) -> None:
    said = found(grant(ONE, expires=SOON), grant(TWO, expires=LATER))
    imported(said)
    plans = [
        {each.account for each in make_plan(load_catalog(tmp_path), ORGANIZATION, at=at, stack=EVERYWHERE).assignments}
        for at in (AT, datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC))
    ]
    assert plans == [{ONE, TWO}, {TWO}, set()]


def test_a_catalog_that_would_give_something_for_longer_is_not_proven() -> None:
    """A source whose policies end where a permission set goes on needs the reference to end, too."""
    entry = LivePermissionSet("Read", customer_managed_policies=(("Guard", "/"),))
    said = replace(found(policies=(policy(ONE, expires=SOON),)), permission_sets=(entry,))
    with pytest.raises(NotProvenError, match=f"from {SOON} on, customer_managed_policies of permission set Read"):
        draft_catalog(said, DEFAULTS, "", "Imported", AT)


ENDS = st.sampled_from(["", "", SOON, LATER])
GRANTS = st.dictionaries(
    st.tuples(st.sampled_from([ONE, TWO, THREE]), st.sampled_from(["sre", "admins"])),
    st.tuples(ENDS, st.sampled_from(["", "enforce", "adopt"])),
    max_size=6,
).map(lambda drawn: tuple(grant(*cell, *terms) for cell, terms in drawn.items()))
STATEMENTS = st.builds(
    lambda action, end: {**ALLOW, "Action": action, **({"expires": end} if end else {})},
    st.sampled_from(["s3:*", "ec2:*"]),
    ENDS,
)
POLICIES = st.builds(
    lambda drawn, drift: tuple(
        policy(account, *statements, expires=end, drift=drift) for account, (statements, end) in drawn.items()
    ),
    st.dictionaries(
        st.sampled_from([ONE, TWO]), st.tuples(st.lists(STATEMENTS, min_size=1, max_size=2), ENDS), max_size=2
    ),
    st.sampled_from(["", "report"]),
)
ARN = "arn:aws:iam::aws:policy/A"
PARTS = st.tuples(ENDS | st.none(), st.lists(STATEMENTS, max_size=2))


def everything(
    grants: tuple[FoundAssignment, ...],
    policies: tuple[FoundPolicy, ...],
    terms: SetTerms,
    parts: tuple[str | None, list[dict[str, object]]],
) -> Found:
    """`parts` of the permission set: when the policy of AWS is detached, None without one; the inline statements."""
    detached, inline = parts
    entry = LivePermissionSet(
        "Read",
        aws_managed_policies=(ARN,) if detached is not None else (),
        inline_policy=document(*inline) if inline else None,
    )
    attached = {ARN: detached} if detached else {}
    return replace(found(*grants, policies=policies, terms=replace(terms, attached=attached)), permission_sets=(entry,))


EVERYTHING = st.builds(everything, GRANTS, POLICIES, st.builds(SetTerms, ENDS, st.sampled_from(["", "adopt"])), PARTS)
SHORT: dict[str, object] = {**ALLOW, "expires": SOON}
OTHER: dict[str, object] = {**ALLOW, "Action": "ec2:*"}


def only(*policies: FoundPolicy) -> Found:
    return everything((), policies, SetTerms(), ("", []))


def ending(end: str, detached: str, *inline: dict[str, object]) -> Found:
    return everything((), (), SetTerms(end), (detached, list(inline)))


def referring(end: str, detached: str, guard: FoundPolicy) -> Found:
    entry = LivePermissionSet("Read", customer_managed_policies=(("Guard", "/"),))
    attached = {"/Guard": detached} if detached else {}
    said = found(grant(ONE), policies=(guard,), terms=SetTerms(end, "", attached))
    return replace(said, permission_sets=(entry,))


@example(referring(SOON, "", policy(ONE, SHORT)), referring("", LATER, policy(ONE)))
@example(referring(SOON, "", policy(ONE, expires=SOON)), referring("", SOON, policy(ONE, SHORT)))
@example(only(policy(ONE, expires=SOON), policy(TWO, SHORT)), only(policy(ONE, expires=SOON)))
@example(only(policy(ONE, SHORT, OTHER, expires=SOON)), only(policy(ONE, {**OTHER, "expires": SOON}, ALLOW)))
@example(ending(SOON, "", ALLOW), ending("", LATER, {**ALLOW, "expires": LATER}))
@settings(max_examples=40, deadline=None)
@given(EVERYTHING, EVERYTHING)
def test_whatever_ends_when_the_catalog_says_so_after_an_import(before: Found, after: Found) -> None:
    """Each import is proven, at each end; one that comes again changes nothing."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_texts(
            {folder / place: text for place, text in draft_catalog(before, DEFAULTS, "", "x", AT).files.items()}
        )
        changed = draft_changes(after, folder, "x", AT).files
        write_texts({folder / place: text for place, text in changed.items()})
        assert draft_changes(after, folder, "x", AT).files == {}
