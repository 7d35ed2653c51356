"""A later import touches what differs, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from remit.catalog import load_catalog
from remit.catalog.load import files_of
from remit.editing import write_texts
from remit.importing.draft import Draft, draft_changes
from remit.importing.found import Found, FoundAssignment, FoundPolicy
from remit.organization import AccountState
from remit.plan import make_plan
from remit.stack import Stack
from tests.unit.importing.test_round_trip import ASSIGNMENTS, AT, ORGANIZATION, POLICIES, found_in

CATALOG = """\
# Who may read.
permission_sets:
  - name: Read   # for everybody
    description: Reading
    session_duration: 8h

  - name: Write
access:
  # The auditors' own.
  - groups: [sre]
    permission_sets: [Read]
    targets: ou:Workloads
    reason: CHG-1

  - groups: [admins]
    permission_sets: [Read, Write]
    targets: "*"
"""
POLICY = """\
managed_policies:
  - name: Guard
    path: /remit/
    targets: ou:Sandbox
    statements:
      - {Effect: Deny, Action: "iam:*", Resource: "*"}   # never
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text(CATALOG)
    (tmp_path / "p.yaml").write_text(POLICY)
    return tmp_path


def found(folder: Path) -> Found:
    plan = make_plan(load_catalog(folder), ORGANIZATION, at=AT, stack=Stack("x", scope=("*", "management")))
    policies = [
        FoundPolicy(each.account, each.name, each.path, each.description, each.document)
        for each in plan.managed_policies
    ]
    return replace(found_in(plan), policies=tuple(policies))


def imported(folder: Path, what: Found) -> Draft:
    """Imports into the folder, which proves that it gives what was found."""
    draft = draft_changes(what, folder, "Imported", AT)
    write_texts({folder / place: text for place, text in draft.files.items()})
    return draft


def without(what: Found, account: str, permission_set: str, group: str) -> Found:
    kept = [
        each
        for each in what.assignments
        if (each.account, each.permission_set, each.principal) != (account, permission_set, group)
    ]
    assert len(kept) == len(what.assignments) - 1
    return replace(what, assignments=tuple(kept))


def test_an_import_without_a_change_changes_no_file(folder: Path) -> None:
    assert imported(folder, found(folder)).files == {}


def test_a_field_that_differs_is_the_only_line_that_changes(folder: Path) -> None:
    live = found(folder)
    read, write = live.permission_sets
    imported(folder, replace(live, permission_sets=(replace(read, session_duration="PT4H"), write)))
    assert (folder / "c.yaml").read_text() == CATALOG.replace("8h", "4h")
    assert (folder / "p.yaml").read_text() == POLICY


def test_a_rule_that_gives_too_much_is_narrowed_and_keeps_its_reason(folder: Path) -> None:
    imported(folder, without(found(folder), "000000000004", "Read", "sre"))
    text = (folder / "c.yaml").read_text()
    assert "# The auditors' own.\n  - groups: [sre]\n    permission_sets: [Read]\n    targets: ou:Workloads\n" in text
    assert "    except: account:account-4\n    reason: CHG-1\n" in text


def test_a_rule_that_is_narrowed_says_of_other_accounts_what_it_said(folder: Path) -> None:
    targets = '[account:account-1, account:account-2, account:account-3, "account:lab-*"]'
    file = folder / "c.yaml"
    file.write_text(CATALOG.replace("ou:Workloads", targets))
    live = found(folder)
    suspended = ORGANIZATION.model_copy(
        update={
            "accounts": tuple(
                each.model_copy(update={"state": AccountState.SUSPENDED}) if each.name == "account-1" else each
                for each in ORGANIZATION.accounts
            )
        }
    )
    kept = [each for each in live.assignments if each.account != "000000000001"]
    live = without(replace(live, organization=suspended, assignments=tuple(kept)), "000000000003", "Read", "sre")
    imported(folder, live)
    assert file.read_text() == CATALOG.replace("ou:Workloads", targets.replace(" account:account-3,", ""))


def test_a_rule_whose_targets_stand_elsewhere_is_narrowed_by_an_except(folder: Path) -> None:
    text = """\
permission_sets: [{name: Read}, {name: Write}]
access:
  - groups: [sre]
    permission_sets: [Read]
    targets: &where [account:account-1, account:account-2]
  - groups: [admins]
    permission_sets: [Write]
    targets: *where
"""
    (folder / "c.yaml").write_text(text)
    imported(folder, without(found(folder), "000000000001", "Write", "admins"))
    assert (folder / "c.yaml").read_text() == f"{text}    except: account:account-1\n"


def test_what_no_rule_gives_becomes_a_new_one(folder: Path) -> None:
    live = found(folder)
    more = FoundAssignment("000000000003", "Write", "USER", "u-ann", "ann")
    draft = imported(folder, replace(live, assignments=(*live.assignments, more)))
    assert [str(place) for place in draft.files] == ["access/write.yaml"]
    assert (folder / "c.yaml").read_text() == CATALOG


def test_what_is_gone_goes_and_a_file_without_entries_with_it(folder: Path) -> None:
    draft = imported(folder, replace(found(folder), policies=()))
    assert [(str(place), text) for place, text in draft.files.items()] == [("p.yaml", None)]
    assert not (folder / "p.yaml").exists()


def test_a_policy_with_another_statement_keeps_what_the_catalog_alone_knows(folder: Path) -> None:
    (folder / "p.yaml").write_text(POLICY.replace("    targets", "    expires: 2030-01-01\n    targets"))
    live = found(folder)
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
    imported(folder, replace(live, policies=tuple(replace(each, document=allow) for each in live.policies)))
    text = (folder / "p.yaml").read_text()
    assert "expires: 2030-01-01" in text
    assert "s3:Get*" in text
    assert "iam:*" not in text


def test_variables_that_policies_need_are_added_to_those_of_the_accounts(folder: Path) -> None:
    settings_of = folder / "organization.yaml"
    settings_of.write_text("account_vars:\n  account-3: {bucket: x}   # ours\n")
    live = found(folder)
    numbered = [replace(each, description=f"number {each.account[-1]}", path="/x/") for each in live.policies]
    imported(folder, replace(live, policies=tuple(numbered)))
    text = settings_of.read_text()
    assert "  account-3:\n    bucket: x\n    Guard-description: number 3   # ours\n" in text
    assert "  000000000007:\n    Guard-description: number 7\n" in text


@settings(max_examples=40)
@given(ASSIGNMENTS, POLICIES)
def test_whatever_is_there_now_the_catalog_gives_it_after_an_import(
    assignments: frozenset[FoundAssignment], policies: Sequence[FoundPolicy]
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "c.yaml").write_text(CATALOG)
        (folder / "p.yaml").write_text(POLICY)
        sets = found(folder).permission_sets
        known = {entry.name for entry in sets}
        live = Found(ORGANIZATION, sets, tuple(each for each in assignments if each.permission_set in known), policies)
        imported(folder, live)
        assert imported(folder, live).files == {}
        assert files_of(folder)
