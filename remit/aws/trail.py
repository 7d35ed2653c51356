"""Asks CloudTrail who did what was found: two look-ups a second in each region and account, 90 days back.

Identity Center's calls are in the trail of the account that administers it, in the home region: one look-up for each
name of an event, whatever the number of findings. IAM's are in each account's own, in us-east-1: one look-up a policy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, islice
from typing import Any

import boto3

from remit.aws.member_sessions import Keys, Member, MemberSessions
from remit.aws.session import Aws, in_parallel
from remit.drift.events import Record, deed, event_names, speaks_of
from remit.drift.values import Deed, Finding
from remit.errors import AwsError
from remit.spoke_role import SpokeRole

Progress = Callable[[str, int, int], None]
_GLOBAL = "us-east-1"  # where IAM's calls are recorded
_PAGE = 50  # the most that AWS returns at once
_PAGES = 20  # a thousand events of one name: what is older is not looked for
_MOST = 5  # deeds that are told of one finding


class Trail:
    """`aws`: the caller's own, in Identity Center's home region. `problems`: what could not be asked, and why."""

    def __init__(self, aws: Aws, sessions: MemberSessions, spoke: SpokeRole, *, progress: Progress) -> None:
        self._aws, self._sessions, self._spoke, self._progress = aws, sessions, spoke, progress
        self._told: dict[str, list[Record] | None] = {}
        self.problems: list[str] = []

    def explain(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The same findings, each with who did it, newest first; as they are where CloudTrail could not be asked."""
        of_center = [each for each in findings if each.kind != "managed_policy"]
        names = sorted({name for each in of_center for name in event_names(each)})
        accounts = sorted({each.account for each in findings if each.kind == "managed_policy"})
        done = count(1)

        def ask(what: str, read: Callable[[], list[Record]]) -> None:
            try:
                self._told[what] = read()
            except AwsError as error:
                self._told[what] = None
                self.problems.append(f"who did it is not known for {what}: {error}")
            self._progress("CloudTrail", next(done), len(names) + len(accounts))

        for name in names:
            ask(name, partial(self._looked_up, self._aws, "EventName", name, of_center))
        in_parallel(lambda account: ask(account, partial(self._of_account, account, findings)), accounts)
        return tuple(self._explained(each) for each in findings)

    def _explained(self, finding: Finding) -> Finding:
        asked = (finding.account,) if finding.kind == "managed_policy" else event_names(finding)
        told = [self._told[each] for each in asked]
        records = [record for each in told for record in each or ()]
        return finding if not records and None in told else replace(finding, deeds=_deeds(finding, records))

    def _of_account(self, account: str, findings: Iterable[Finding]) -> list[Record]:
        mine = [each for each in findings if each.kind == "managed_policy" and each.account == account]
        keys = self._sessions.keys(Member.of(account, self._spoke))
        aws = Aws(_GLOBAL, session=lambda: _session(keys))
        return [record for each in mine for record in self._looked_up(aws, "ResourceName", each.arn, [each])]

    def _looked_up(self, aws: Aws, key: str, value: str, findings: Sequence[Finding]) -> list[Record]:
        """The records that speak of a finding, newest first, until each that this can explain has one."""
        found: list[Record] = []
        unexplained = [each for each in findings if key != "EventName" or value in event_names(each)]
        for page in islice(aws.pages("cloudtrail", "LookupEvents", **_attribute(key, value), MaxResults=_PAGE), _PAGES):
            records = [json.loads(event["CloudTrailEvent"]) for event in page.get("Events", ())]
            found += [record for record in records if any(speaks_of(record, each) for each in findings)]
            unexplained = [each for each in unexplained if not any(speaks_of(record, each) for record in found)]
            if not unexplained:
                break
        return found


def _attribute(key: str, value: str) -> dict[str, Any]:
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


def _deeds(finding: Finding, records: Iterable[Record]) -> tuple[Deed, ...]:
    found = {each.id: each for each in map(deed, (r for r in records if speaks_of(r, finding)))}
    return tuple(sorted(found.values(), key=lambda each: each.time, reverse=True)[:_MOST])


def _session(keys: Keys) -> boto3.session.Session:
    return boto3.session.Session(keys.access_key, keys.secret_key, keys.token)
