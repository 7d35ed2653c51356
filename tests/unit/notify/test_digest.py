"""What people read: the most important first, and lines that differ in their account alone as one."""

from __future__ import annotations

import pytest

from remit.notify.digest import digest
from remit.notify.inputs import Difference, Drift, News, Repair
from remit.notify.message import Topic
from remit.notify.text import plain_text
from remit.reporting.report import Assignments, Result
from tests.unit.notify.news import EVERYTHING, RUN_URL, assigned, changed, report

TEXT = f"""Remit prod: up failed

Assignments that failed (1)
- developers: Developer in pay-prod: create: the role AWSReservedSSO_Developer could not be provisioned

What could not be changed (1)
- policy Guardrail could not be changed (policy document) in pay-prod: the role RemitSpoke cannot be assumed

Accounts that could not be read (1)
- old: the role RemitSpoke cannot be assumed

Drift (1)
- permission set Auditor: changed (session_duration), by ada at 2026-11-24T02:00:00+00:00

Drift found (1)
- permission set Legacy: ~ sessionDuration

Drift repaired (1)
- assignments of Auditor: + ada@shop.example in shop-prod

Access given (2)
- developers: Developer in shop-prod, shop-dev

Access taken away (3)
- contractors: Developer in audit
- 2 assignments made by hand, which no refresh had seen

Policies and permission sets (3)
- policy Guardrail changed (policy document) in shop-prod, shop-dev
- permission set Developer created

Ends soon (1)
- 2026-12-31: access rule contractors: Developer (T-42), access.yaml:12

Has ended (1)
- 2026-11-01: managed policy Old

The run: {RUN_URL}
"""


def test_a_message_says_what_needs_a_person_and_then_what_was_done() -> None:
    assert plain_text(digest(EVERYTHING)) == TEXT


def test_accounts_are_named_as_long_as_one_can_read_them() -> None:
    accounts = tuple(assigned(f"a{number}") for number in range(9))
    message = digest(News(report=report(assignments=Assignments(created=accounts))))
    assert message.sections[0].lines == ("developers: Developer in a0, a1, a2, a3, a4, a5 and 3 more accounts",)


REPAIR = Drift(
    stack="prod",
    drift=tuple(Difference(id=each, title=f"policy {each}", change="changed") for each in "abc"),
    repair=Repair(exit_code=255, repaired=("a",), left=("b",)),
)


def test_a_repair_says_what_it_reverted_what_it_could_not_and_what_waits() -> None:
    sections = {section.title: section for section in digest(News(drift=REPAIR)).sections}
    assert {title: (section.topic, section.lines) for title, section in sections.items()} == {
        "Drift that could not be repaired (1)": (Topic.FAILED, ("policy b: changed",)),
        "Drift (1)": (Topic.DRIFT, ("policy c: changed",)),
        "Drift repaired (1)": (Topic.DRIFT, ("policy a: changed",)),
    }


@pytest.mark.parametrize(
    ("news", "title"),
    [
        (News(report=report()), "Remit prod: up changed nothing"),
        (News(report=report(changed=(changed(),))), "Remit prod: 1 change made by up"),
        (News(report=report(changed=(changed(),), preview=True)), "Remit prod: 1 change would be made by this preview"),
        (News(report=report(result=Result.INTERRUPTED, exit_code=130)), "Remit prod: up was interrupted"),
        (News(missing_report="the run left no report in run.json"), "Remit: a run ended without a report"),
        (News(expiring=EVERYTHING.expiring), "Remit: 1 entry ends soon"),
        (News(drift=EVERYTHING.drift), "Remit prod: drift, 1 difference"),
        (News(drift=REPAIR), "Remit prod: drift, 3 differences, 1 repaired, 1 could not be repaired"),
        (News(drift=REPAIR.model_copy(update={"repair": Repair(left=("a", "b"))})), "Remit prod: drift, 3 differences"),
    ],
)
def test_the_title_is_the_most_important_thing(news: News, title: str) -> None:
    assert digest(news).title == title


def test_a_run_that_changed_nothing_is_no_message() -> None:
    assert digest(News(report=report())).sections == ()


def test_a_failure_without_a_word_is_still_told() -> None:
    message = digest(News(report=report(result=Result.FAILED, exit_code=255)))
    assert message.sections[0].lines == ("up ended with exit code 255",)
    assert message.failed


def test_a_channel_hears_only_of_its_topics() -> None:
    message = digest(EVERYTHING)
    wanted = message.about({Topic.EXPIRING})
    assert wanted is not None
    assert wanted.topics == (Topic.EXPIRING,)
    assert digest(News(expiring=EVERYTHING.expiring)).about({Topic.FAILED}) is None
