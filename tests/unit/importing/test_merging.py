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
from remit.errors import CatalogError
from remit.importing.found import Found, FoundAssignment, FoundPolicy
from remit.organization import AccountState
from tests.unit.importing.later_import import CATALOG, ENDING, POLICY, TWO_STATEMENTS, found, imported, with_statements
from tests.unit.importing.test_round_trip import (
    ASSIGNMENTS,
    ORGANIZATION,
    POLICIES,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text(CATALOG)
    (tmp_path / "p.yaml").write_text(POLICY)
    return tmp_path


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
    assignments: frozenset[FoundAssignment], policies: tuple[FoundPolicy, ...]
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


@pytest.fixture
def ending(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text(ENDING)
    (tmp_path / "p.yaml").write_text(TWO_STATEMENTS)
    return tmp_path


def without_group(what: Found, group: str, account: str = "") -> Found:
    kept = [each for each in what.assignments if each.principal != group or account not in {"", each.account}]
    return replace(what, assignments=tuple(kept))


def test_a_group_that_lost_all_leaves_its_rule_and_the_others_stay(ending: Path) -> None:
    draft = imported(ending, without_group(found(ending), "sre"))
    assert (ending / "c.yaml").read_text() == ENDING.replace("[sre, admins]", "[admins]")
    assert len(draft.gone) == len(found(ending).assignments)
    assert draft.gone[0].startswith("sre: Read in account-")


def test_what_remains_of_a_rule_in_an_account_has_its_end_mode_and_reason(ending: Path) -> None:
    imported(ending, without_group(found(ending), "sre", "000000000004"))
    rules = load_catalog(ending).access
    assert [str(rule.targets[0]) for rule in rules] == ["ou:Workloads", "account:account-4"]
    assert {(str(rule.expires), rule.drift, str(rule.reason)) for rule in rules} == {("2026-07-01", "report", "CHG-1")}


def test_a_statement_that_changes_leaves_the_others_as_they_are(ending: Path) -> None:
    live = found(ending)
    policies = []
    for each in live.policies:
        first, second = each.document["Statement"]
        document = {**each.document, "Statement": [{**first, "Action": "s3:Get*"}, second]}
        policies.append(replace(each, document=document))
    imported(ending, replace(live, policies=tuple(policies)))
    assert (ending / "p.yaml").read_text() == TWO_STATEMENTS.replace('"s3:*"', "s3:Get*")


def test_a_policy_that_leaves_an_account_keeps_its_statements(ending: Path) -> None:
    draft = imported(ending, replace(found(ending), policies=found(ending).policies[:1]))
    narrowed = TWO_STATEMENTS.replace("ou:Sandbox", "ou:Sandbox\n    except: account:account-7")
    assert (ending / "p.yaml").read_text() == narrowed
    assert draft.gone == ("policy Guard in account-7",)


def test_an_attached_policy_more_lets_the_others_end(ending: Path) -> None:
    live = found(ending)
    (read,) = live.permission_sets
    billing = "arn:aws:iam::aws:policy/job-function/Billing"
    more = replace(read, aws_managed_policies=(*read.aws_managed_policies, billing))
    imported(ending, replace(live, permission_sets=(more,)))
    text = (ending / "c.yaml").read_text()
    assert text == ENDING.replace("# for the move\n", "# for the move\n      - job-function/Billing\n")


def test_a_rule_that_has_ended_and_names_who_is_gone_hinders_nothing(folder: Path) -> None:
    rule = "  - {groups: [gone], permission_sets: [Read], targets: 'account:gone', expires: 2020-01-01}\n"
    (folder / "c.yaml").write_text(CATALOG + rule)
    assert imported(folder, found(folder)).files == {}


def test_entries_above_others_go_and_the_right_rule_is_edited(folder: Path) -> None:
    live = without(found(folder), "000000000004", "Read", "sre")
    gone = [each for each in live.assignments if each.permission_set != "Write"]
    imported(folder, replace(live, permission_sets=live.permission_sets[:1], assignments=tuple(gone)))
    assert "    except: account:account-4\n    reason: CHG-1\n" in (folder / "c.yaml").read_text()


@pytest.mark.parametrize("apart", ["---\n", ""])
def test_what_cannot_be_told_apart_is_refused_with_its_place(tmp_path: Path, apart: str) -> None:
    rule = '{groups: [GROUP], permission_sets: [Read], targets: ["account:account-1", "account:account-2"]}'
    one, other = rule.replace("GROUP", "sre"), rule.replace("GROUP", "admins")
    rules = f"access: [{one}]\n---\naccess: [{other}]\n" if apart else f"access: [{one}, {other}]\n"
    (tmp_path / "c.yaml").write_text(f"permission_sets: [{{name: Read}}]\n{apart}{rules}")
    with pytest.raises(CatalogError, match=r"c\.yaml:\d"):
        imported(tmp_path, without(found(tmp_path), "000000000001", "Read", "sre"))


def test_a_policy_that_can_be_read_at_last_is_no_external_one_any_more(tmp_path: Path) -> None:
    external = "{name: Guard, path: /remit/, external: true}"
    (tmp_path / "p.yaml").write_text(POLICY)
    (tmp_path / "c.yaml").write_text("permission_sets: [{name: Read, customer_managed_policies: [Guard]}]\n")
    live = found(tmp_path)
    (tmp_path / "p.yaml").unlink()
    (tmp_path / "c.yaml").write_text(
        f"permission_sets: [{{name: Read, customer_managed_policies: [{external}]}}]   # ours\n"
    )
    imported(tmp_path, live)
    assert (tmp_path / "c.yaml").read_text() == (
        "permission_sets: [{name: Read, customer_managed_policies: [Guard]}]   # ours\n"
    )
    imported(tmp_path, replace(live, policies=()))
    assert external in (tmp_path / "c.yaml").read_text()


def test_another_tool_takes_nothing_away_that_it_has_not_written(folder: Path) -> None:
    live = replace(found(folder), policies=(), with_terms=True)
    read = replace(
        live,
        permission_sets=live.permission_sets[:1],
        assignments=tuple(each for each in live.assignments if each.permission_set == "Read"),
    )
    draft = imported(folder, read)
    assert draft.remarks["not of this source, so they stay"] == ("policy Guard", "permission set Write")
    assert (draft.files, draft.gone) == ({}, ())


def test_what_another_tool_has_written_and_has_no_more_goes(folder: Path) -> None:
    (folder / "p.yaml").write_text(f"# Imported\n{POLICY}")
    draft = imported(folder, replace(found(folder), policies=(), with_terms=True))
    assert (list(map(str, draft.files)), draft.gone) == (["p.yaml"], ("policy Guard",))


def test_what_a_stack_fills_in_stays_and_is_told(folder: Path) -> None:
    (folder / "p.yaml").write_text(POLICY.replace('Resource: "*"', 'Resource: "arn:aws:s3:::{{ stack }}-x"'))
    (folder / "c.yaml").write_text(CATALOG.replace("description: Reading", 'description: "of {{stack}}"'))
    live = found(folder)
    read, write = live.permission_sets
    draft = imported(folder, replace(live, permission_sets=(replace(read, relay_state="https://a"), write)))
    assert "    relay_state: https://a\n" in (folder / "c.yaml").read_text()
    assert '    description: "of {{stack}}"\n' in (folder / "c.yaml").read_text()
    assert list(map(str, draft.files)) == ["c.yaml"]
    assert [each.what for each in draft.entries.left_out] == ["policy Guard", "description of permission set Read"]


TARGETS = '    targets: [tag:stage=a, "account:lab-*"]   # and the labs to come\n    except: account:account-2\n'


@pytest.mark.parametrize(
    ("accounts", "after"),
    [
        ((1, 4, 6, 8), TARGETS.replace('lab-*"', 'lab-*", account:account-1')),
        ((2, 4, 6, 8), TARGETS.rpartition("    except")[0]),
        ((1, 2, 4, 6), TARGETS.replace('lab-*"', 'lab-*", account:account-1').replace("account-2", "account-8")),
        ((1, 3), "    targets: [account:account-3, account:account-1]   # and the labs to come\n"),
    ],
)
def test_a_policy_in_more_accounts_is_for_those_that_come_later_as_it_was(
    folder: Path, accounts: Sequence[int], after: str
) -> None:
    (folder / "p.yaml").write_text(POLICY.replace("    targets: ou:Sandbox\n", TARGETS))
    live = found(folder)
    there = tuple(replace(live.policies[0], account=f"{number:012}") for number in accounts)
    imported(folder, replace(live, policies=there))
    assert (folder / "p.yaml").read_text() == POLICY.replace("    targets: ou:Sandbox\n", after)


BARE = """\
managed_policies:
  - name: Guard
    targets: "*"
    statements:
      - {Sid: A, Effect: Allow, Action: "s3:*", Resource: "*", targets: ou:Sandbox}
      - {Sid: B, Effect: Deny, Action: "iam:*", Resource: "*", targets: ou:Sandbox}
"""


def test_accounts_that_no_statement_is_for_stay_among_the_targets_of_a_policy(folder: Path) -> None:
    (folder / "p.yaml").write_text(BARE)
    new = {"Sid": "C", "Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
    live = found(folder)
    imported(folder, with_statements(live, lambda there: [{**there[0], "Action": "s3:Get*"}, there[1]]))
    changed = BARE.replace('"s3:*"', "s3:Get*")
    assert (folder / "p.yaml").read_text() == changed
    imported(folder, with_statements(live, lambda there: [{**there[0], "Action": "s3:Get*"}, there[1], new]))
    added = (
        '- Sid: C\n        Effect: Deny\n        Action: sqs:*\n        Resource: "*"\n        targets: ou:Sandbox\n'
    )
    assert (folder / "p.yaml").read_text() == f"{changed}      {added}"


def test_a_policy_that_a_unit_leaves_out_is_written_anew(folder: Path) -> None:
    text = TARGETS.replace("account:account-2", "ou:Sandbox")
    (folder / "p.yaml").write_text(POLICY.replace("    targets: ou:Sandbox\n", text))
    live = found(folder)
    imported(folder, replace(live, policies=(*live.policies, replace(live.policies[0], account="000000000003"))))
    assert "except" not in (folder / "p.yaml").read_text()


def test_a_pair_that_is_gone_everywhere_leaves_the_rule_with_its_comments(ending: Path) -> None:
    text = ENDING.replace("[Read]", "[Read, Write]").replace(
        "permission_sets:\n  - name", "permission_sets:\n  - name: Write\n  - name", 1
    )
    (ending / "c.yaml").write_text(text)
    live = found(ending)
    left = [each for each in live.assignments if (each.principal, each.permission_set) != ("sre", "Write")]
    imported(ending, replace(live, assignments=tuple(left)))
    first = text[text.index("access:") :].replace("[sre, admins]", "[admins]")
    assert (ending / "c.yaml").read_text() == text[: text.index("access:")] + first + (
        "  - groups: [sre]\n    permission_sets: [Read]\n    targets: ou:Workloads\n"
        "    expires: 2026-07-01\n    drift: report\n    reason: CHG-1\n"
    )


def test_a_list_that_stands_elsewhere_is_told_and_not_broken(folder: Path) -> None:
    (folder / "c.yaml").write_text(
        "permission_sets: [{name: Read}]\naccess:\n"
        "  - {groups: [sre], permission_sets: [Read], targets: ou:Workloads, except: &lab account:account-2}\n"
        "  - {groups: [admins], permission_sets: [Read], targets: ou:Workloads, except: *lab}\n"
    )
    with pytest.raises(CatalogError, match=r"c\.yaml:4: except is an alias"):
        imported(folder, without(found(folder), "000000000001", "Read", "admins"))


def test_what_goes_of_an_entry_that_stays_is_listed(ending: Path) -> None:
    live = with_statements(found(ending), lambda there: there[1:])
    (read,) = live.permission_sets
    inline = {"Version": "2012-10-17", "Statement": (read.inline_policy or {})["Statement"][1:]}
    attached = tuple(arn for arn in read.aws_managed_policies if not arn.endswith("ReadOnlyAccess"))
    less = replace(read, inline_policy=inline, aws_managed_policies=attached)
    draft = imported(ending, replace(live, permission_sets=(less,)))
    assert draft.gone == (
        "statement A of policy Guard in account-3, account-7",
        "statement 1 of permission set Read",
        "ReadOnlyAccess, attached to permission set Read",
    )


def test_rules_of_a_set_that_another_tool_has_not_made_keep_their_modes(folder: Path) -> None:
    rules = (
        "permission_sets: [{name: Read}, {name: Own}]\naccess:\n"
        "  - {groups: [sre], permission_sets: [Own], targets: ou:Workloads, drift: enforce}\n"
        '  - {groups: [sre, admins], permission_sets: [Own], targets: "*", drift: report}   # ours\n'
    )
    (folder / "c.yaml").write_text(rules)
    live = found(folder)
    theirs = replace(live, permission_sets=live.permission_sets[1:], assignments=(), with_terms=True)
    assert [each.name for each in theirs.permission_sets] == ["Read"]
    assert imported(folder, theirs).files == {}


def test_a_statement_that_every_account_has_otherwise_stays_for_those_that_come_later(folder: Path) -> None:
    live = found(folder)
    policies = [
        replace(
            each, document={**each.document, "Statement": [{**each.document["Statement"][0], "Action": f"iam:{n}"}]}
        )
        for n, each in enumerate(live.policies)
    ]
    imported(folder, replace(live, policies=tuple(policies)))
    assert (
        '- {Effect: Deny, Action: "iam:*", Resource: "*", except: [account:account-3, account:account-7]}   # never\n'
        in (folder / "p.yaml").read_text()
    )
