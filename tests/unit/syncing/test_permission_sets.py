"""A permission set that was changed by hand, in its entry; comments, and what did not change, stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remit.drift.live import Live
from remit.stack import Stack
from tests.unit.drift.world import with_set
from tests.unit.syncing.world import sync

TEXT = """\
managed_policies:
  - {name: Guard, path: /remit/, targets: "*", statements: [{Effect: Allow, Action: "s3:Get*", Resource: "*"}]}

permission_sets:
  # The engineers'.
  - name: Engineer  # day by day
    description: Engineering
    session_duration: 4h   # half a day
    aws_managed_policies:
      - ReadOnlyAccess   # reads
      - {name: SecurityAudit, expires: 2027-01-01}
    customer_managed_policies: [Guard]
    inline_policy:
      statements:
        # The logs.
        - Sid: Logs
          Effect: Allow
          Action:
            - logs:Get*   # read
            - logs:Put*   # write
          Resource: "arn:aws:logs:*:*:{{organization.id}}"
          expires: 2027-01-01
        - {Effect: Deny, Action: "iam:*", Resource: "*"}   # never
    tags: {team: a, stage: b}
access:
  - {groups: [engineers], permission_sets: [Engineer], targets: account:lab}
"""
LOGS = {
    "Sid": "Logs",
    "Effect": "Allow",
    "Action": ["logs:Get*", "logs:Put*"],
    "Resource": "arn:aws:logs:*:*:o-example",
}
DENY = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
QUEUES = {"Sid": "Queues", "Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
AWS = "arn:aws:iam::aws:policy/"


def inline(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"inline_policy": {"Version": "2012-10-17", "Statement": list(statements)}}


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ({"session_duration": "PT1H30M"}, "session_duration: 4h ", "session_duration: 1h 30m "),
        ({"session_duration": "PT1H"}, "    session_duration: 4h   # half a day\n", ""),
        ({"description": "All of it: yes"}, "description: Engineering", 'description: "All of it: yes"'),
        ({"relay_state": "https://x"}, "    aws_managed", "    relay_state: https://x\n    aws_managed"),
        ({"tags": {"team": "z", "stage": "b", "new": "c"}}, "{team: a, stage: b}", "{new: c, team: z, stage: b}"),
        ({"tags": {"team": "a"}}, "{team: a, stage: b}", "{team: a}"),
        ({"tags": {}}, "    tags: {team: a, stage: b}\n", ""),
        (
            {"aws_managed_policies": (f"{AWS}SecurityAudit", f"{AWS}job-function/Billing")},
            "      - ReadOnlyAccess   # reads\n      - {name: SecurityAudit, expires: 2027-01-01}\n",
            "      - {name: SecurityAudit, expires: 2027-01-01}\n      - job-function/Billing\n",
        ),
        (
            {"customer_managed_policies": (("Guard", "/remit/"), ("Theirs", "/"))},
            "[Guard]",
            "[Guard, {name: Theirs, path: /, external: true}]",
        ),
        (
            {"permissions_boundary": {"name": "Guard", "path": "/remit/"}},
            "    tags:",
            "    permissions_boundary:\n      customer_managed: Guard\n    tags:",
        ),
        (
            inline({**LOGS, "Action": ["logs:Get*", "logs:List*"]}, DENY),
            "            - logs:Put*   # write\n",
            "            - logs:List*\n",
        ),
        (inline(LOGS), '        - {Effect: Deny, Action: "iam:*", Resource: "*"}   # never\n', ""),
        (
            inline(LOGS, {**DENY, "Condition": {"Bool": {"aws:ViaAWSService": "false"}}}),
            '{Effect: Deny, Action: "iam:*", Resource: "*"}',
            '{Effect: Deny, Action: "iam:*", Resource: "*", Condition: {Bool: {aws:ViaAWSService: false}}}',
        ),
        (
            inline(LOGS, DENY, QUEUES),
            "# never\n",
            "# never\n        - {}\n".format(
                "\n          ".join(["Sid: Queues", "Effect: Allow", "Action: sqs:*", 'Resource: "*"'])
            ),
        ),
        (
            inline({**LOGS, "Resource": "*"}, DENY),
            'Resource: "arn:aws:logs:*:*:{{organization.id}}"',
            'Resource: "*"',
        ),
    ],
)
def test_each_field_follows_in_its_place(tmp_path: Path, changes: dict[str, Any], before: str, after: str) -> None:
    assert TEXT.count(before) == 1
    synced = sync(tmp_path, TEXT, lambda live: with_set(live, "Engineer", **changes))
    assert synced.reasons == []
    assert synced.text == TEXT.replace(before, after)


def test_what_another_mode_leaves_alone_stays(tmp_path: Path) -> None:
    synced = sync(tmp_path, TEXT, lambda live: with_set(live, "Engineer", tags={}), Stack("test"))
    assert (synced.text, synced.draft.adopted, synced.draft.refused) == (TEXT, (), ())


def _deleted(live: Live) -> Live:
    return replace(live, arns={}, permission_sets={}, assignments={})


def test_one_that_was_deleted_goes_with_the_rules_that_give_it(tmp_path: Path) -> None:
    synced = sync(tmp_path, TEXT, _deleted)
    assert synced.text == TEXT[: TEXT.index("permission_sets:") - 1]
    (adopted,) = synced.draft.adopted
    assert adopted.change.subject == "Adopt permission set Engineer: deleted by hand"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"description": "{{stack}}"}, "description holds {{, which is a variable in the catalog"),
        (
            {"inline_policy": {"Version": "2008-10-17", "Statement": [LOGS, DENY]}},
            "its policy's Version is '2008-10-17', and Remit writes 2012-10-17",
        ),
        ({"tags": {"aws:x": "y"}}, "c.yaml:4: tag 'aws:x' of permission set 'Engineer' is not allowed"),
    ],
)
def test_what_the_catalog_cannot_say_is_told_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    synced = sync(tmp_path, TEXT, lambda live: with_set(live, "Engineer", **changes))
    assert synced.text == TEXT
    assert reason.partition(": tag")[2] in synced.reasons[0] if ": tag" in reason else synced.reasons == [reason]


def test_a_new_administrator_is_pointed_out(tmp_path: Path) -> None:
    policies = (f"{AWS}AdministratorAccess", f"{AWS}ReadOnlyAccess", f"{AWS}SecurityAudit")
    synced = sync(tmp_path, TEXT, lambda live: with_set(live, "Engineer", aws_managed_policies=policies))
    assert synced.attention[0] == (
        "ADMINISTRATOR: permission set Engineer makes administrators now (AdministratorAccess)"
    )
