"""What ends in the catalog ends when it did, whatever was changed of it by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog.load import load_catalog
from remit.documents import canonical, meaning
from remit.drift.live import Live
from remit.managed_policy import LivePolicy
from remit.plan import make_plan
from tests.unit.drift.world import with_set
from tests.unit.small_world import AT, EVERYWHERE, LAB, ORGANIZATION, SHOP
from tests.unit.syncing.test_policies import rewritten
from tests.unit.syncing.world import STACK, sync

READ = '{Sid: Read, Effect: Allow, Action: "s3:Get*", Resource: "*"}'
POLICY = f"""\
managed_policies:
  - name: Guard
    path: /remit/
    targets: "*"
    statements:
      - {READ}
      - {{Sid: Temp, Effect: Allow, Action: "iam:*", Resource: "*", expires: 2026-07-01}}
"""
LATER = AT + timedelta(days=60)


def documents(folder: Path, at: datetime = LATER) -> Mapping[str, list[dict[str, Any]]]:
    plan = make_plan(load_catalog(folder), ORGANIZATION, at=at, stack=STACK)
    return {each.account: canonical(each.document)["Statement"] for each in plan.managed_policies}


@pytest.mark.parametrize(
    "changed",
    [
        rewritten([LAB], Temp={"Action": ["iam:Get*"]}),
        rewritten([LAB], Temp={"Action": ["iam:*", "sts:*"]}),
        rewritten(EVERYWHERE, Temp={"Action": ["iam:Get*"]}),
        lambda live: rewritten(EVERYWHERE - {LAB}, Temp={"Action": "iam:*", "Resource": "arn:aws:s3:::a"})(
            rewritten([LAB], Temp={"Action": ["iam:Get*"]})(live)
        ),
        rewritten([LAB], Temp={"Sid": "Other"}),
        rewritten([LAB, SHOP], Temp={"Sid": ""}),
        rewritten([LAB], Temp=None),
    ],
)
def test_a_statement_that_was_changed_by_hand_still_ends(tmp_path: Path, changed: Callable[[Live], Live]) -> None:
    synced = sync(tmp_path, POLICY, changed)
    assert synced.reasons == []
    assert synced.text != POLICY
    for found in documents(tmp_path).values():
        assert [each["Sid"] for each in found] == ["Read"]


def test_an_inline_statement_that_loses_its_sid_still_ends(tmp_path: Path) -> None:
    text = (
        "permission_sets:\n  - name: Read\n    inline_policy:\n      statements:\n"
        f'        - {{Sid: Temp, Effect: Allow, Action: "iam:*", Resource: "*", expires: 2026-07-01}}   # a while\n'
        f"        - {READ}\n"
    )

    def changed(live: Live) -> Live:
        (temp, read) = (live.permission_sets["Read"].inline_policy or {})["Statement"]
        without = {key: value for key, value in temp.items() if key != "Sid"}
        return with_set(live, "Read", inline_policy={"Version": "2012-10-17", "Statement": [without, read]})

    synced = sync(tmp_path, text, changed)
    assert synced.text == text.replace("Sid: Temp, ", "")


def test_whether_a_new_statement_stands_for_one_that_ends_is_not_guessed(tmp_path: Path) -> None:
    new = {"Effect": "Allow", "Action": "iam:Pass*", "Resource": "*"}
    synced = sync(tmp_path, POLICY, rewritten([LAB], Temp=None, Fresh=new))
    assert synced.text == POLICY
    assert "a statement that ends is gone and another is new" in synced.reasons[0]
    deny = sync(tmp_path, POLICY, rewritten([LAB], Temp=None, Never={**new, "Effect": "Deny"}))
    assert deny.reasons == []


def test_a_policy_of_another_path_is_attached_for_as_long(tmp_path: Path) -> None:
    text = """\
permission_sets:
  - name: Read
    customer_managed_policies:
      - {name: Theirs, path: /a/, external: true, expires: 2026-07-01}
"""
    synced = sync(tmp_path, text, lambda live: with_set(live, "Read", customer_managed_policies=(("Theirs", "/b/"),)))
    assert synced.reasons == []
    assert synced.text.count("2026-07-01") == 1
    assert "path: /b/" in synced.text


ENDS = st.sampled_from(["", ", expires: 2026-07-01", ", expires: 2026-08-01"])
CHANGES = st.dictionaries(
    st.sampled_from("ABC"),
    st.sampled_from([None, {"Action": "sqs:*"}, {"Sid": "New"}, {"Sid": ""}, {"Resource": "arn:aws:s3:::b"}]),
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(ENDS, ENDS, ENDS),
    st.dictionaries(st.sampled_from(sorted(EVERYWHERE)), CHANGES, max_size=4),
)
def test_of_a_name_or_a_meaning_nothing_lasts_longer_than_it_did(
    ends: Sequence[str], changes: Mapping[str, Mapping[str, Any]]
) -> None:
    named = zip("ABC", ("s3:*", "iam:*", "ec2:*"), ends, strict=True)
    text = 'managed_policies:\n  - name: Guard\n    path: /remit/\n    targets: "*"\n    statements:\n'
    text += f"      - {READ}\n"
    text += "".join(f'      - {{Sid: {s}, Effect: Allow, Action: "{a}", Resource: "*"{e}}}\n' for s, a, e in named)

    def changed(live: Live) -> Live:
        for account, statements in changes.items():
            live = rewritten([account], **statements)(live)
            (one,) = live.policies[account]
            known = one.policy.document["Statement"]
            unique = list({each["Sid"] or meaning(each, with_sid=False): each for each in known}.values())
            document = {**one.policy.document, "Statement": unique}
            policy = replace(one.policy, document=document)
            live = replace(live, policies={**live.policies, account: (LivePolicy(one.arn, policy),)})
        return live

    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "c.yaml").write_text(text)
        before = {at: documents(folder, at) for at in (AT, AT + timedelta(days=45), LATER + timedelta(days=60))}
        sync(folder, text, changed)
        for at, old in before.items():
            new = documents(folder, at)
            for account, known in before[AT].items():
                for each in known:
                    here = [now for now in new.get(account, []) if now.get("Sid") == each["Sid"]]
                    alike = [
                        now
                        for now in new.get(account, [])
                        if meaning(now, with_sid=False) == meaning(each, with_sid=False)
                    ]
                    if each not in old[account]:
                        assert not here
                        assert not alike
