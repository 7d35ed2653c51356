"""Access that was given or taken away by hand, in the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from remit.drift.live import Live
from remit.stack import Stack
from tests.unit.drift.world import with_assignments
from tests.unit.small_world import LAB, PAYMENTS, PAYMENTS_DEV, SHOP
from tests.unit.syncing.world import STACK, plan_of, sync

Changed = Callable[[Live], Live]
HEAD = """\
# Everybody's.
permission_sets:
  - name: Read   # for all
  - name: Write

access:
"""
RULE = """\
  # why it is
  - groups: [engineers, sre]   # both
    permission_sets: [Read]
    targets: ou:Workloads
    expires: 2027-01-01
    reason: T-1
"""


def without(*keys: str, name: str = "Read") -> Changed:
    def changed(live: Live) -> Live:
        return replace(live, assignments={**live.assignments, name: live.assignments[name] - set(keys)})

    return changed


def gone(*grants: tuple[str, str], name: str = "Read") -> Changed:
    return without(*(f"{account}/GROUP/{group}" for account, group in grants), name=name)


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        (  # one group in one account: the account leaves, the other group's access is said apart
            gone((SHOP, "g-eng")),
            RULE.replace("    expires", "    except: account:Shop\n    expires")
            + "  - groups: [sre]\n    permission_sets: [Read]\n    targets: account:Shop\n"
            + "    expires: 2027-01-01\n    reason: T-1\n",
        ),
        (  # both groups in one account
            gone((SHOP, "g-eng"), (SHOP, "g-sre")),
            RULE.replace("    expires", "    except: account:Shop\n    expires"),
        ),
        (  # one group everywhere
            gone(*((account, "g-eng") for account in (PAYMENTS, PAYMENTS_DEV, SHOP))),
            RULE.replace("[engineers, sre]", "[sre]"),
        ),
    ],
)
def test_what_was_taken_away_leaves_the_rules_that_give_it(tmp_path: Path, changed: Changed, rules: str) -> None:
    synced = sync(tmp_path, HEAD + RULE, changed)
    assert synced.text == HEAD + rules


def test_a_rule_of_which_nothing_is_left_goes_with_its_comment(tmp_path: Path) -> None:
    other = '  - {groups: [sre], permission_sets: [Write], targets: "*"}\n'
    everything = gone(*((a, g) for a in (PAYMENTS, PAYMENTS_DEV, SHOP) for g in ("g-eng", "g-sre")))
    assert sync(tmp_path, HEAD + other + RULE, everything).text == HEAD + other


def test_an_account_that_is_named_is_named_no_more(tmp_path: Path) -> None:
    head = "  - groups: [sre]\n    permission_sets: [Read]\n"
    rule = f"{head}    targets:\n      - account:lab  # a\n      - account:Shop  # b\n"
    synced = sync(tmp_path, HEAD + rule, gone((LAB, "g-sre")))
    assert synced.text == HEAD + rule.replace("      - account:lab  # a\n", "")


def test_a_permission_set_that_nobody_has_any_more_leaves_the_rule_and_the_rest_stays(tmp_path: Path) -> None:
    rule = "  - {groups: [sre], permission_sets: [Read, Write], targets: [account:lab, account:Shop]}   # odd\n"
    synced = sync(tmp_path, HEAD + rule, gone((LAB, "g-sre"), (SHOP, "g-sre")))
    assert synced.text == HEAD + rule.replace("[Read, Write]", "[Write]")


def test_what_was_given_is_a_rule_of_its_own_in_the_file_of_the_others(tmp_path: Path) -> None:
    synced = sync(tmp_path, HEAD + RULE, lambda live: with_assignments(live, "Read", also=f"{LAB}/USER/u-ann"))
    assert synced.text == HEAD + RULE + "  - users: [ann]\n    permission_sets: [Read]\n    targets: account:lab\n"
    assert any("ann" in text for text in synced.attention)  # access is given to a user
    (adopted,) = synced.draft.adopted
    assert adopted.change.subject == "Adopt access to Read: 1 given"


def test_where_the_stack_does_not_adopt_the_new_rule_says_so_itself(tmp_path: Path) -> None:
    text = (HEAD + RULE).replace("name: Read", "name: Read\n    drift: adopt")
    synced = sync(tmp_path, text, lambda live: with_assignments(live, "Read", also=f"{LAB}/GROUP/g-sre"), Stack("test"))
    assert synced.text.endswith("    targets: account:lab\n    drift: adopt\n")


def test_administrators_are_pointed_out(tmp_path: Path) -> None:
    text = HEAD.replace("name: Write", "name: Write\n    aws_managed_policies: [AdministratorAccess]") + RULE
    synced = sync(tmp_path, text, lambda live: with_assignments(live, "Write", also=f"{LAB}/GROUP/g-sre"))
    assert synced.attention[0] == (
        f"ADMINISTRATOR: Write in lab ({LAB}): group sre may do everything (AdministratorAccess)"
    )


def test_given_and_taken_away_the_plan_is_what_is_live(tmp_path: Path) -> None:
    wanted = f"{LAB}/GROUP/g-corp"
    synced = sync(
        tmp_path,
        HEAD + RULE,
        lambda live: with_assignments(live, "Read", without=f"{SHOP}/GROUP/g-sre", also=wanted),
    )
    keys = {each.key for each in plan_of(tmp_path, STACK).assignments}
    assert wanted in keys
    assert f"{SHOP}/GROUP/g-sre" not in keys
    assert f"{SHOP}/GROUP/g-eng" in keys
    assert synced.reasons == []


def test_what_selects_nothing_today_stays_where_an_account_is_taken_out(tmp_path: Path) -> None:
    targets = '["ou:Workloads", "account:newteam-*", "tag:stage=qa", account:old]   # old may come back'
    rule = f"  - groups: [engineers]\n    permission_sets: [Read]\n    targets: {targets}\n"
    synced = sync(tmp_path, HEAD + rule, gone((SHOP, "g-eng")))
    assert synced.text == HEAD + rule + "    except: account:Shop\n"


def test_what_a_rule_still_gives_in_all_of_its_accounts_is_given_to_those_that_come_later_too(tmp_path: Path) -> None:
    rule = RULE.replace("[Read]", "[Read, Write]").replace("ou:Workloads", "[ou:Workloads, account:old]")
    synced = sync(tmp_path, HEAD + rule, gone(*((account, "g-eng") for account in (PAYMENTS, PAYMENTS_DEV, SHOP))))
    assert synced.reasons == []
    assert synced.text.count("[ou:Workloads, account:old]") == 2
    assert "account:Shop" not in synced.text


def test_accounts_that_share_a_tag_or_are_a_unit_are_named_one_by_one(tmp_path: Path) -> None:
    for accounts, targets in (
        ((PAYMENTS_DEV, LAB), "[account:lab, account:payments-dev]"),
        ((PAYMENTS, SHOP), "[account:Shop, account:payments]"),
    ):
        keys = [f"{account}/GROUP/g-corp" for account in accounts]

        def given(live: Live, keys: list[str] = keys) -> Live:
            for key in keys:
                live = with_assignments(live, "Read", also=key)
            return live

        synced = sync(tmp_path, HEAD + RULE, given)
        assert synced.text.endswith(f"    permission_sets: [Read]\n    targets: {targets}\n")
