"""Commits and pull requests in words: what was changed, by whom, when, and what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from remit.drift.values import Deed, Finding
from remit.drift.words import lines_of
from remit.errors import listed
from remit.syncing.draft import Adopted, Draft

_WIDE = 100  # characters of both values that one line shows
_MOST = 20  # findings that a commit names


def message(adopted: Adopted, stack: str) -> str:
    """A commit message."""
    return "\n".join([adopted.change.subject, "", *_told(adopted), "", f"Remit-Stack: {stack}", ""])


def title(draft: Draft, stack: str) -> str:
    """A pull request's heading."""
    return f"Adopt what was changed by hand in {stack}: {listed(each.change.what for each in draft.adopted)}"


def body(draft: Draft, stack: str) -> str:
    """A pull request's text, in Markdown; empty when there is nothing to say."""
    return "\n".join(_body(draft, stack)) + "\n" if draft.adopted or draft.refused else ""


def _body(draft: Draft, stack: str) -> Iterator[str]:
    yield f"These changes were made by hand in AWS, in stack `{stack}`. Their entries say `drift: adopt`, so the"
    yield "catalog follows them: once this is merged, the stack's next run changes nothing of them. To take one back,"
    yield "change it in AWS, or say `drift: enforce` at its entry."
    if remarks := [text for each in draft.adopted for text in each.attention]:
        yield from ("", "### Look at this first", "", *(f"- {escape(text, quote=False)}" for text in remarks))
    for adopted in draft.adopted:
        yield from ("", f"### {adopted.change.subject.removeprefix('Adopt ')}", "", "````text")
        yield from (*_of_findings(adopted.change.findings), "````")
    if draft.refused:
        yield from ("", "### Not adopted", "")
        yield from (f"- {each.change.what}: {escape(each.reason, quote=False)}" for each in draft.refused)


def _told(adopted: Adopted) -> Iterator[str]:
    yield from _of_findings(adopted.change.findings)
    if adopted.attention:
        yield from ("", "Look at this:", *(f"  {text}" for text in adopted.attention))


def _of_findings(findings: Iterable[Finding]) -> Iterator[str]:
    findings = list(findings)
    for each in findings[:_MOST]:
        yield f"{each.title}: {_HOW[each.change]}"
        yield from (f"  {line}" for difference in each.differences for line in lines_of(difference, _WIDE))
        yield from (f"  {text}" for text in who(each))
    if len(findings) > _MOST:
        yield f"and {len(findings) - _MOST} more"


_HOW = {"missing": "taken away", "unmanaged": "given", "changed": "changed"}


def who(finding: Finding) -> tuple[str, ...]:
    """Who did it and when, newest first."""
    if finding.deeds is None:
        return ("nobody could be asked who did it",)
    return tuple(map(_deed, finding.deeds)) or ("by nobody in CloudTrail's last 90 days",)


def _deed(deed: Deed) -> str:
    where = f", from {deed.address}" if deed.address else ""
    return f"{deed.event} by {deed.by}, {deed.time:%Y-%m-%d %H:%M}Z{where}"
