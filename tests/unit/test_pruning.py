"""What has ended leaves the files; the plan of that moment stays."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog import load_catalog
from remit.editing import write_texts
from remit.endings import ending_warnings, ending_within, endings
from remit.errors import CatalogError
from remit.plan import make_plan, plan_json
from remit.pruning import Pruning, prune
from remit.stack import Stack
from tests.unit.small_world import AT, ORGANIZATION, STACK, catalog_of

OVER, LATER = "2026-05-01", "2026-07-01"
ALL_KINDS = """\
managed_policies:
  # goes with its comment
  - name: Old
    expires: 2026-05-01
    targets: "*"
    statements: [{Effect: Deny, Action: "a:b", Resource: "*"}]
  - name: Guardrail
    targets: ["*", management]
    statements:
      - {Sid: Stays, Effect: Deny, Action: "iam:*", Resource: "*"}  # this stays
      - {Sid: Goes, Effect: Deny, Action: "s3:*", Resource: "*", expires: 2026-05-01}  # this goes
permission_sets:
  - name: Engineer
    aws_managed_policies: [ReadOnlyAccess, {name: Billing, expires: 2026-05-01}]
    customer_managed_policies: [Old, Guardrail]
    inline_policy: {statements: [{Effect: Allow, Action: "s3:*", Resource: "*", expires: 2026-05-01}]}
  - {name: Visitor, expires: 2026-05-01}
access:
  - {groups: [sre], permission_sets: [Engineer, Visitor], targets: "*"}
  - {groups: [sre], permission_sets: Visitor, targets: "*"}
  - {groups: [engineers], permission_sets: [Engineer], targets: "*", expires: 2026-05-01}
  - {groups: [engineers], permission_sets: [Engineer], targets: account:lab, expires: 2026-07-01}
"""
PRUNED = """\
managed_policies:
  - name: Guardrail
    targets: ["*", management]
    statements:
      - {Sid: Stays, Effect: Deny, Action: "iam:*", Resource: "*"}  # this stays
permission_sets:
  - name: Engineer
    aws_managed_policies: [ReadOnlyAccess]
    customer_managed_policies: [Guardrail]
access:
  - {groups: [sre], permission_sets: [Engineer], targets: "*"}
  - {groups: [engineers], permission_sets: [Engineer], targets: account:lab, expires: 2026-07-01}
"""


def pruned(folder: Path, text: str) -> Pruning:
    (folder / "c.yaml").write_text(text)
    return prune(folder, load_catalog(folder), AT)


def test_everything_that_ended_goes_with_what_referred_to_it(tmp_path: Path):
    found = pruned(tmp_path, ALL_KINDS)
    assert found.texts == {tmp_path / "c.yaml": PRUNED}
    assert [each.source.line for each in found.removals] == [3, 11, 14, 15, 16, 17, 19, 20, 21]
    assert not found.kept


def test_what_has_not_ended_leaves_no_file_to_write(tmp_path: Path):
    found = pruned(tmp_path, PRUNED)
    assert (found.removals, found.texts) == ((), {})


def test_a_policy_that_is_still_a_boundary_is_kept_and_said(tmp_path: Path):
    text = ALL_KINDS.replace(
        "    customer_managed", "    permissions_boundary: {customer_managed: Old}\n    customer_managed"
    )
    found = pruned(tmp_path, text)
    assert ["kept" in problem.message for problem in found.kept] == [True]
    assert "name: Old" in (found.texts[tmp_path / "c.yaml"] or "")


def test_a_policy_without_a_statement_left_goes_unless_something_refers_to_it(tmp_path: Path):
    statement = "{Effect: Deny, Action: 'a:b', Resource: '*', expires: 2026-05-01}"
    (tmp_path / "p.yaml").write_text(f"managed_policies: [{{name: P, targets: '*', statements: [{statement}]}}]\n")
    assert [each.what for each in pruned(tmp_path, PRUNED).removals] == ["managed policy P"]
    found = pruned(tmp_path, PRUNED.replace("[Guardrail]", "[Guardrail, P]"))
    assert (len(found.removals), len(found.kept)) == (0, 1)


def test_a_file_without_an_entry_left_goes(tmp_path: Path):
    (tmp_path / "old.yaml").write_text(
        f"# temporary\naccess:\n  - {{groups: [sre], permission_sets: [Engineer], targets: '*', expires: {OVER}}}\n"
    )
    found = pruned(tmp_path, PRUNED)
    assert found.texts == {tmp_path / "old.yaml": None}


@pytest.mark.parametrize(
    "text",
    [
        f"permission_sets: [{{name: X, expires: {OVER}}}]\n",
        f"permission_sets:\n  - &x {{name: X, expires: {OVER}, tags: &t {{a: b}}}}\n  - {{name: Y, tags: *t}}\n",
    ],
    ids=["nothing would be left", "an anchor would go"],
)
def test_what_would_leave_no_catalog_is_refused(tmp_path: Path, text: str):
    with pytest.raises(CatalogError, match="what is left would be no catalog"):
        pruned(tmp_path, text)
    assert (tmp_path / "c.yaml").read_text() == text


def test_the_file_that_would_be_wrong_is_named(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(f"permission_sets: [{{name: Z, expires: {OVER}}}, {{name: A}}]\n")
    with pytest.raises(CatalogError, match="an anchor may stand") as refused:
        pruned(tmp_path, f"permission_sets: [{{name: X, expires: {OVER}, tags: &t {{a: b}}}}, {{name: Y, tags: *t}}]\n")
    assert str(refused.value).startswith(f"{tmp_path}/c.yaml: what is left")


def test_endings_come_soonest_first_and_name_their_place():
    catalog = catalog_of(ALL_KINDS)
    assert [each.source.line for each in endings(catalog)] == [3, 11, 14, 16, 17, 21, 22]
    (soon,) = ending_within(catalog, AT, timedelta(days=31))
    assert (soon.kind, soon.subject) == ("access rule", "engineers: Engineer in account:lab")
    assert not ending_within(catalog, AT, timedelta(days=20))
    (warning,) = ending_warnings(catalog, datetime(2026, 7, 1, 23, tzinfo=UTC), timedelta(hours=6))
    assert "ends 2026-07-01" in warning.message


ends = st.sampled_from(["", f", expires: {OVER}", f", expires: {LATER}"])
lines = st.sampled_from(["", "\n", "  # a word\n", "\n  # a word\n\n"])


@st.composite
def catalogs(draw: st.DrawFn) -> str:
    """Policies, permission sets and rules of which any part may have ended. One rule never does."""

    def many(template: str, *choices: str) -> str:
        """Three of a template: <n> the number, <next> another, <end> an expiry or none, <any> one of the choices."""
        found = ""
        for n in range(3):
            text = template.replace("<n>", str(n)).replace("<next>", str((n + 1) % 3))
            while "<end>" in text:
                text = text.replace("<end>", draw(ends), 1)
            found += draw(lines) + text.replace("<any>", draw(st.sampled_from(choices)) if choices else "")
        return found

    policies = many(
        "  - {name: p<n>, targets: ['*', management]<end>, statements: "
        "[{Effect: Deny, Action: 'a:b', Resource: '*'<end>}, "
        "{Effect: Allow, Action: 'c:d', Resource: '*'}]}\n"
    )
    sets = many(
        "  - name: s<n>\n    description: d  # why\n    aws_managed_policies: [{name: ReadOnlyAccess<end>}]\n"
        "    customer_managed_policies:\n      - {name: p<n><end>}\n      - p<next>\n<any>",
        "",
        "    expires: 2026-05-01\n",
    )
    rules = many("  - {groups: sre, permission_sets: [<any>], targets: '*'<end>}\n", "s0", "s1", "s0, s1", "s1, s2")
    return (
        f"managed_policies:\n{policies}permission_sets:\n  - name: Always\n{sets}access:\n"
        f"  - {{groups: sre, permission_sets: Always, targets: management}}\n{rules}"
    )


@settings(max_examples=60)
@given(catalogs())
def test_prune_keeps_the_plan_of_the_same_moment(text: str):
    def plan(folder: Path) -> str:
        planned = make_plan(load_catalog(folder), ORGANIZATION, at=AT, stack=STACK)
        return re.sub(r'"source": "[^"]*"', "", plan_json(planned))

    with TemporaryDirectory() as name:
        folder = Path(name)
        found = pruned(folder, text)
        before = plan(folder)
        write_texts(found.texts)
        assert plan(folder) == before
        again = prune(folder, load_catalog(folder), AT)
        assert (again.removals, again.texts) == ((), {})
        assert OVER not in (folder / "c.yaml").read_text()


def test_a_plan_warns_of_what_ends_before_the_next_run():
    def warned(at: datetime, **stack: Any) -> list[str]:
        plan = make_plan(catalog_of(PRUNED), ORGANIZATION, at=at, stack=Stack("s", **stack))
        return [str(warning.message) for warning in plan.warnings]

    evening = datetime(2026, 7, 1, 20, tzinfo=UTC)
    (warning,) = warned(evening)
    assert "access rule engineers: Engineer in account:lab ends 2026-07-01, before the next scheduled run" in warning
    assert not warned(evening, runs_every=timedelta(hours=1))
    assert not warned(evening + timedelta(hours=4)), "it is over"
