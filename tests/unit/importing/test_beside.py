"""A later import takes nothing away that it could not look at, or say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remit.importing.draft import Draft, draft_changes
from remit.importing.found import Found, FoundPolicy, PolicyFilter
from tests.unit.importing.later_import import CATALOG, POLICY, found, imported
from tests.unit.importing.test_round_trip import AT

THIRD, SEVENTH = "000000000003", "000000000007"  # where Guard is
OTHER = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
REFERRING = """\
permission_sets:
  - name: Guarded
    customer_managed_policies: [Guard]
access:
  - {groups: [sre], permission_sets: [Guarded], targets: ou:Sandbox}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text(CATALOG)
    (tmp_path / "p.yaml").write_text(POLICY)
    return tmp_path


def guards(live: Found) -> Mapping[str, Any]:
    """The document of Guard, by account."""
    return {each.account: each.document for each in live.policies}


def without(live: Found, account: str) -> Found:
    return replace(live, policies=tuple(each for each in live.policies if each.account != account))


def said_otherwise(live: Found, account: str, **values: Any) -> Found:
    policies = (replace(each, **values) if each.account == account else each for each in live.policies)
    return replace(live, policies=tuple(policies))


def reasons(draft: Draft) -> list[str]:
    return [each.reason for each in draft.entries.left_out]


def test_the_policies_of_an_account_that_could_not_be_read_stay(folder: Path) -> None:
    live = replace(without(found(folder), THIRD), unread={THIRD: "it has no role RemitSpoke"})
    draft = imported(folder, live)
    assert draft.files == {}
    assert reasons(draft) == ["it has no role RemitSpoke"]


def test_they_stay_where_the_entry_changes_for_another_account(folder: Path) -> None:
    before = found(folder)
    live = replace(said_otherwise(without(before, THIRD), SEVENTH, document=OTHER), unread={THIRD: "no role"})
    imported(folder, live)
    assert guards(found(folder)) == {THIRD: guards(before)[THIRD], SEVENTH: OTHER}


def test_an_account_that_was_read_and_has_it_no_more_loses_it(folder: Path) -> None:
    imported(folder, without(found(folder), THIRD))
    assert guards(found(folder)).keys() == {SEVENTH}


@pytest.mark.parametrize(
    "values",
    [
        {"document": {**OTHER, "Version": "2008-10-17"}},
        {"document": {**OTHER, "Id": "x"}},
        {"path": "/elsewhere/"},
        {"name": "guard", "document": {**OTHER, "Version": "2008-10-17"}},
    ],
)
def test_a_policy_that_no_entry_can_say_stays_and_is_told(folder: Path, values: Mapping[str, Any]) -> None:
    draft = imported(folder, said_otherwise(found(folder), THIRD, **values))
    assert draft.files == {}
    (reason,) = reasons(draft)
    assert reason.endswith("; the catalog's own stays as it is")


@pytest.mark.parametrize("values", [{"document": {**OTHER, "Version": "2008-10-17"}}, {"path": "/elsewhere/"}])
def test_a_policy_that_is_odd_in_one_account_is_imported_from_the_others(
    folder: Path, values: Mapping[str, Any]
) -> None:
    before = found(folder)
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    live = said_otherwise(said_otherwise(before, SEVENTH, document=anything), THIRD, **values)
    (reason,) = reasons(imported(folder, live))
    assert reason.endswith("; the catalog's own stays as it is")
    assert guards(found(folder)) == {THIRD: guards(before)[THIRD], SEVENTH: anything}


def test_a_policy_that_is_missing_where_a_permission_set_refers_to_it_stays_everywhere(folder: Path) -> None:
    (folder / "c.yaml").write_text(REFERRING)
    before = found(folder)
    draft = imported(folder, without(before, THIRD))
    assert draft.files == {}
    assert all("lacks it; the catalog's own stays as it is, not compared" in each for each in reasons(draft))
    # The permission set is written anew, and goes on to refer to the catalog's own.
    (longer,) = before.permission_sets
    imported(folder, replace(without(before, THIRD), permission_sets=(replace(longer, session_duration="PT4H"),)))
    assert "customer_managed_policies: [Guard]" in (folder / "c.yaml").read_text()


@pytest.mark.parametrize("wanted", [PolicyFilter(path="/team/"), PolicyFilter(name="Team*")])
def test_policies_that_were_not_asked_for_stay(folder: Path, wanted: PolicyFilter) -> None:
    more = FoundPolicy(SEVENTH, "TeamOwn", "/team/", "", OTHER)
    draft = draft_changes(replace(found(folder), policies=(more,)), folder, "Imported", AT, wanted)
    assert [str(place) for place in draft.files] == ["managed/teamown.yaml"]
    assert reasons(draft) == []


def test_a_policy_that_moved_under_the_path_that_is_read_is_told(folder: Path) -> None:
    moved = said_otherwise(found(folder), THIRD, path="/team/").policies
    live = replace(found(folder), policies=tuple(each for each in moved if each.path == "/team/"))
    draft = draft_changes(live, folder, "Imported", AT, PolicyFilter(path="/team/"))
    assert draft.files == {}
    assert reasons(draft) == ["the catalog has it at /remit/, where nothing was read; the catalog's own stays as it is"]


def over(folder: Path, name: str, before: str) -> None:
    """Writes that something has ended, before this text of a file."""
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, f"    expires: 2020-01-01\n{before}", 1))


def told(draft: Draft) -> tuple[str, ...]:
    return draft.remarks.get("ended in the catalog, and there all the same", ())


def test_a_policy_that_has_ended_and_is_there_ends_no_longer(folder: Path) -> None:
    live = found(folder)
    over(folder, "p.yaml", "    targets: ou:Sandbox")
    draft = imported(folder, live)
    assert (folder / "p.yaml").read_text() == POLICY
    assert told(draft) == ("policy Guard",)


def test_a_policy_that_has_ended_and_is_there_in_other_words(folder: Path) -> None:
    live = said_otherwise(found(folder), THIRD, document=OTHER)
    over(folder, "p.yaml", "    targets: ou:Sandbox")
    imported(folder, live)
    assert guards(found(folder)) == guards(live)


def test_a_permission_set_that_has_ended_and_is_there_ends_no_longer_and_its_rules_give_it(folder: Path) -> None:
    live = found(folder)
    over(folder, "c.yaml", "    session_duration: 8h")
    draft = imported(folder, live)
    assert (folder / "c.yaml").read_text() == CATALOG
    assert told(draft) == ("permission set Read",)


def test_a_policy_and_a_permission_set_that_have_ended_and_are_gone_stay_as_they_are(folder: Path) -> None:
    over(folder, "p.yaml", "    targets: ou:Sandbox")
    over(folder, "c.yaml", "    session_duration: 8h")
    draft = imported(folder, found(folder))
    assert (draft.files, told(draft)) == ({}, ())


def test_access_that_has_ended_and_is_there_is_told(folder: Path) -> None:
    live = found(folder)
    over(folder, "c.yaml", "    reason: CHG-1")
    draft = imported(folder, live)
    assert told(draft) == ("sre: Read",)
    assert [str(place) for place in draft.files] == ["access/read.yaml"]
    assert found(folder).assignments == live.assignments


def test_access_that_has_ended_and_is_given_otherwise_is_not_told(folder: Path) -> None:
    (folder / "c.yaml").write_text(CATALOG + "  - {groups: [sre], permission_sets: [Read], targets: ou:Workloads}\n")
    live = found(folder)
    over(folder, "c.yaml", "    reason: CHG-1")
    draft = imported(folder, live)
    assert (draft.files, told(draft)) == ({}, ())
