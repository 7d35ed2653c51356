"""One message from all the news: what needs a person first, then what was done. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from remit.notify.inputs import Difference, Ending, Expiring, News, Unread
from remit.notify.message import Message, Section, Topic
from remit.notify.words import assignment_lines, resource_lines
from remit.reporting.report import Result, RunReport

_ENDED = {Result.FAILED: "failed", Result.INTERRUPTED: "was interrupted"}


def digest(news: News) -> Message:
    """Without sections where there is nothing to tell."""
    return Message(
        title=_title(news),
        sections=tuple(section for section in _sections(news) if section.lines),
        stack=_stack(news),
        link=(news.report.run_url if news.report else "") or news.run_url,
    )


def _stack(news: News) -> str:
    return (news.report.stack if news.report else "") or (news.drift.stack if news.drift else "")


def _title(news: News) -> str:
    stack = _stack(news)
    return f"Remit {stack}: {_headline(news)}" if stack else f"Remit: {_headline(news)}"


def _headline(news: News) -> str:
    return next(_headlines(news), "nothing to tell")


def _headlines(news: News) -> Iterator[str]:
    """What there is to tell, the most important first."""
    report = news.report
    if news.missing_report:
        yield "a run ended without a report"
    if report and not report.succeeded:
        yield f"{report.verb} {_ENDED[report.result]}"
    if news.drift and news.drift.drift:
        repaired, left = len(news.drift.repaired), len(news.drift.not_repaired)
        told = [f"{repaired} repaired"] * bool(repaired) + [f"{left} could not be repaired"] * bool(left)
        yield ", ".join(["drift", counted(len(news.drift.drift), "difference"), *told])
    if report and report.changes_anything:
        what = "would be made by this preview" if report.preview else f"made by {report.verb}"
        yield f"{counted(_changes(report), 'change')} {what}"
    if report and report.drift:
        yield f"drift, found by {report.verb}"
    if news.drift and news.drift.unread:
        yield f"{counted(len(news.drift.unread), 'account')} could not be read"
    if news.expiring and news.expiring.ending:
        yield f"{counted(len(news.expiring.ending), 'entry ends', 'entries end')} soon"
    if news.expiring and news.expiring.ended:
        yield f"{counted(len(news.expiring.ended), 'entry has', 'entries have')} ended"
    if report:
        yield f"{report.verb} changed nothing"


def _changes(report: RunReport) -> int:
    each = report.assignments
    return len(each.created) + len(each.deleted) + each.unlisted + len(report.changed)


def _sections(news: News) -> Iterator[Section]:
    if news.missing_report:
        yield Section(Topic.FAILED, "Failed", (news.missing_report,))
    if news.report:
        yield from _failures(news.report)
    if news.drift:
        unread = tuple(map(_unread, news.drift.unread))
        yield Section(Topic.FAILED, f"Accounts that could not be read ({len(unread)})", unread)
        for topic, title, found in (
            (Topic.FAILED, "Drift that could not be repaired", news.drift.not_repaired),
            (Topic.DRIFT, "Drift", news.drift.waiting),
            (Topic.DRIFT, "Drift repaired", news.drift.repaired),
        ):
            yield Section(topic, f"{title} ({len(found)})", tuple(map(_difference, found)))
    if news.report:
        yield from _done(news.report)
    if news.expiring:
        yield from _endings(news.expiring)


def _failures(report: RunReport) -> Iterator[Section]:
    failed = report.assignments.failed
    yield Section(Topic.FAILED, f"Assignments that failed ({len(failed)})", assignment_lines(failed))
    yield Section(Topic.FAILED, f"What could not be changed ({len(report.failed)})", resource_lines(report.failed))
    errors = report.errors
    if not report.succeeded and not (failed or report.failed or errors):
        errors = (f"{report.verb} ended with exit code {report.exit_code}",)
    yield Section(Topic.FAILED, f"Errors ({len(errors)})", errors)


def _done(report: RunReport) -> Iterator[Section]:
    repaired = tuple(_found(each.what, each.changes) for each in report.drift if each.repaired)
    found = tuple(_found(each.what, each.changes) for each in report.drift if not each.repaired)
    yield Section(Topic.DRIFT, f"Drift found ({len(found)})", found)
    yield Section(Topic.DRIFT, f"Drift repaired ({len(repaired)})", repaired)
    given, taken = report.assignments.created, report.assignments.deleted
    would = "would be " if report.preview else ""
    yield Section(Topic.CHANGED, f"Access {would}given ({len(given)})", assignment_lines(given))
    unlisted = report.assignments.unlisted
    lines = assignment_lines(taken)
    if unlisted:
        lines += (f"{counted(unlisted, 'assignment')} made by hand, which no refresh had seen",)
    yield Section(Topic.CHANGED, f"Access {would}taken away ({len(taken) + unlisted})", lines)
    title = f"Policies and permission sets ({len(report.changed)})"
    yield Section(Topic.CHANGED, title, resource_lines(report.changed))


def _endings(expiring: Expiring) -> Iterator[Section]:
    soon, over = expiring.ending, expiring.ended
    yield Section(Topic.EXPIRING, f"Ends soon ({len(soon)})", tuple(map(_ending, soon)))
    yield Section(Topic.EXPIRING, f"Has ended ({len(over)})", tuple(map(_ending, over)))


def _found(what: str, changes: tuple[str, ...]) -> str:
    return f"{what}: {'; '.join(changes)}"


def _difference(each: Difference) -> str:
    fields = f" ({', '.join(one.field for one in each.differences)})" if each.differences else ""
    who = f", by {each.who[0].by} at {each.who[0].time}" if each.who else ""
    return f"{each.title}: {each.change}{fields}{who}"


def _unread(each: Unread) -> str:
    return f"{each.account.name or each.account.id}: {each.reason}"


def _ending(each: Ending) -> str:
    reason = f" ({each.reason})" if each.reason else ""
    source = f", {each.file}:{each.line}" if each.file else ""
    return f"{each.expires}: {each.kind} {each.subject}{reason}{source}"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 change`, `2 changes`."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"
