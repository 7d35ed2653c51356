"""Policies that were changed or deleted by hand in some accounts, or in all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remit.drift.live import Live
from remit.managed_policy import LivePolicy
from tests.unit.small_world import LAB, PAYMENTS, PAYMENTS_DEV, SHOP, ZERO
from tests.unit.syncing.world import sync

TEXT = """\
managed_policies:
  # Everywhere.
  - name: Guard
    path: /remit/
    targets: "*"
    statements:
      # What they read.
      - {Sid: Read, Effect: Allow, Action: "s3:Get*", Resource: "arn:aws:s3:::{{account.name}}-*"}   # own
      - Sid: Build
        Effect: Allow
        Action: ["ecs:*", "lambda:*"]
        Resource: "*"
        targets: ou:Workloads   # where there is work
"""
ALL = (PAYMENTS, PAYMENTS_DEV, SHOP, LAB, ZERO)


def rewritten(accounts: Iterable[str], *, description: str = "", path: str = "/remit/", **statements: Any) -> Any:
    """In these accounts the statements of these Sids say that; None: they are gone. A new Sid is a new one."""

    def document(old: list[Any]) -> dict[str, Any]:
        kept = [{**each, **(statements.get(each["Sid"], {}) or {})} for each in old]
        known = {each["Sid"] for each in old}
        new = [{"Sid": sid, **each} for sid, each in statements.items() if each and sid not in known]
        gone = {sid for sid, each in statements.items() if each is None}
        return {"Version": "2012-10-17", "Statement": [e for e in [*kept, *new] if e["Sid"] not in gone]}

    def changed(live: Live) -> Live:
        policies = dict(live.policies)
        for account in accounts:
            (one,) = policies[account]
            new = replace(
                one.policy, document=document(one.policy.document["Statement"]), description=description, path=path
            )
            policies[account] = (LivePolicy(one.arn, new),)
        return replace(live, policies=policies)

    return changed


def gone(*accounts: str) -> Any:
    return lambda live: replace(live, policies={**live.policies, **dict.fromkeys(accounts, ())})


@pytest.mark.parametrize(
    ("changed", "before", "after"),
    [
        (rewritten(ALL, Read={"Action": "s3:List*"}), '"s3:Get*"', "s3:List*"),
        (
            rewritten([LAB], Read={"Action": "s3:List*"}),
            '{{account.name}}-*"}',
            '{{account.name}}-*", except: account:lab}',
        ),
        (rewritten((PAYMENTS, PAYMENTS_DEV, SHOP), Build={"Action": ["ecs:*"]}), '["ecs:*", "lambda:*"]', '["ecs:*"]'),
        (
            rewritten([SHOP], Build=None),
            "targets: ou:Workloads   # where there is work\n",
            "targets: ou:Workloads   # where there is work\n        except: account:Shop\n",
        ),
        (rewritten(ALL, Read=None), "", ""),
        (gone(LAB), 'targets: "*"\n', 'targets: "*"\n    except: account:lab\n'),
        (gone(LAB, ZERO), 'targets: "*"\n', 'targets: "*"\n    except: [account:lab, account:zero]\n'),
        (rewritten(ALL, description="Kept"), '    targets: "*"', '    description: Kept\n    targets: "*"'),
    ],
)
def test_the_entry_follows_where_it_can_in_place(tmp_path: Path, changed: Any, before: str, after: str) -> None:
    synced = sync(tmp_path, TEXT, changed)
    if "account:lab}" in after:
        after_all = TEXT.replace(before, after) + (
            "      - Sid: Read\n        Effect: Allow\n        Action: s3:List*\n"
            "        Resource: arn:aws:s3:::lab-*\n        targets: account:lab\n"
        )
        assert synced.text == after_all
    elif before:
        assert synced.reasons == []
        assert synced.text == TEXT.replace(before, after)
    else:  # two accounts would have no statement left, and AWS knows no such policy
        assert synced.text == TEXT
        assert "would be lost" in synced.reasons[0]


def test_a_statement_that_is_new_comes_to_no_account_without_the_policy(tmp_path: Path) -> None:
    text = TEXT.replace('{{account.name}}-*"}', '{{account.name}}-*", targets: ou:Workloads}')
    new = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    synced = sync(tmp_path, text, rewritten((PAYMENTS, PAYMENTS_DEV, SHOP), New=new))
    assert synced.reasons == []
    assert "        targets: [account:Shop, account:payments, account:payments-dev]\n" in synced.text


def test_a_statement_that_is_new_everywhere_needs_no_targets(tmp_path: Path) -> None:
    new = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    synced = sync(tmp_path, TEXT, rewritten(ALL, Never=new))
    assert (
        synced.text == TEXT + '      - Sid: Never\n        Effect: Deny\n        Action: iam:*\n        Resource: "*"\n'
    )
    some = sync(tmp_path, TEXT, rewritten([SHOP, PAYMENTS], Never=new))
    assert some.text.endswith('        Resource: "*"\n        targets: [account:Shop, account:payments]\n')
    (adopted,) = some.draft.adopted
    assert adopted.change.subject == "Adopt policy Guard: changed in 2 accounts"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (rewritten([LAB], path="/other/"), "its path differs from account to account"),
        (rewritten([LAB], description="Else"), "its description differs from account to account"),
        (rewritten([LAB], Read={"Resource": "{{account.id}}"}), "its policy holds {{"),
        (gone(*ALL), "c.yaml"),
    ],
)
def test_what_one_entry_cannot_say_is_refused(tmp_path: Path, changed: Any, reason: str) -> None:
    sets = "permission_sets:\n  - {name: A, customer_managed_policies: [Guard]}\n"
    synced = sync(tmp_path, TEXT + sets, changed)
    assert synced.text == TEXT + sets
    assert reason in synced.reasons[0]
    assert str(tmp_path) not in synced.reasons[0]


SCATTERED = """\
managed_policies:
  - name: Guard
    targets: [ou:Workloads, "account:newteam-*", "tag:stage=qa", account:old, account:lab]   # old may come back
    statements:
      - {Sid: A, Effect: Deny, Action: "iam:*", Resource: "*"}
"""


def test_what_selects_nothing_today_stays_where_an_account_is_taken_out(tmp_path: Path) -> None:
    one = sync(tmp_path, SCATTERED, gone(SHOP))
    assert one.text == SCATTERED.replace("come back\n", "come back\n    except: account:Shop\n")
    other = sync(tmp_path, SCATTERED, gone(LAB))
    assert other.text == SCATTERED.replace(", account:lab", "")


def test_accounts_that_share_a_tag_or_are_a_unit_are_excepted_one_by_one(tmp_path: Path) -> None:
    text = SCATTERED.replace(", account:old, account:lab]   # old may come back", ", ou:Sandbox]")
    synced = sync(tmp_path, text, gone(LAB, PAYMENTS_DEV))
    assert "    except: [account:lab, account:payments-dev]\n" in synced.text
    whole = sync(tmp_path, text, gone(LAB, ZERO))
    assert whole.text == text.replace("ou:Sandbox]\n", "ou:Sandbox]\n    except: [account:lab, account:zero]\n")


def test_a_statement_that_no_account_has_any_more_as_it_was_is_still_for_those_that_come_later(tmp_path: Path) -> None:
    def changed(live: Live) -> Live:
        live = rewritten(ALL, Read={"Action": "s3:List*"})(live)
        return rewritten([LAB], Read={"Action": "s3:Put*"})(live)

    def rewritten_apart(live: Live) -> Live:
        live = rewritten([SHOP], Build={"Action": "sqs:*"})(live)
        return rewritten([PAYMENTS], Build={"Action": "sns:*"})(live)

    synced = sync(tmp_path, TEXT, changed)
    assert synced.reasons == []
    (line,) = (line for line in synced.text.splitlines() if "# own" in line)
    excepted = line.partition("except: [")[2].partition("]")[0].split(", ")
    assert {*excepted} == {f"account:{name}" for name in ("lab", "payments", "payments-dev", "Shop", "zero")}
    named = sync(tmp_path, TEXT.replace("ou:Workloads", "[account:Shop, account:payments]"), rewritten_apart)
    assert "ecs:*" not in named.text
