"""Commits and pull requests in words: what was changed, by whom, when, and what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from re import findall

from remit.drift.values import Deed, Finding
from remit.drift.words import lines_of
from remit.syncing.draft import Adopted, Draft

_WIDE = 100  # characters of both values that one line shows
_MOST = 20  # findings that a commit names


MARK = "Remit-Stack: "
"""What every commit of ours has in its message."""


def message(adopted: Adopted, stack: str) -> str:
    """A commit message."""
    return "\n".join([adopted.change.subject, "", *told(adopted), "", f"{MARK}{stack}", ""])


def body(drafts: Mapping[str, Draft]) -> str:
    """A pull request's text, in Markdown, for drafts by stack; empty when there is nothing to propose."""
    return "\n".join(_body(drafts)) + "\n" if any(each.adopted for each in drafts.values()) else ""


def _body(drafts: Mapping[str, Draft]) -> Iterator[str]:
    adopted = [each for draft in drafts.values() for each in draft.adopted]
    yield f"These changes were made by hand in AWS, in {_stacks(drafts)}. Their entries say `drift: adopt`, so the"
    yield "catalog follows them: once this is merged, a run changes nothing of them. To take one back, change it in"
    yield "AWS, or say `drift: enforce` at its entry and close this."
    if remarks := [text for each in adopted for text in each.attention]:
        yield from ("", "### Look at this first", "", *_fenced(remarks))
    for each in adopted:
        yield from ("", f"### {_plain(each.change.subject.removeprefix('Adopt '))}", "")
        yield from _fenced(list(_of_findings(each.change.findings)))
    if refused := [each for draft in drafts.values() for each in draft.refused]:
        yield from ("", "### Not adopted", "", *_fenced([f"{each.change.what}: {each.reason}" for each in refused]))


def _stacks(names: Iterable[str]) -> str:
    names = [f"`{name}`" for name in names]
    return f"stack{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _plain(text: str) -> str:
    """Names from AWS mention nobody and close no frame."""
    return escape(text, quote=False).replace("@", "@\u200b")


def _fenced(lines: Sequence[str]) -> Sequence[str]:
    ticks = "`" * max(3, *(len(found) + 1 for line in lines for found in findall("`+", line)), 0)
    return (f"{ticks}text", *lines, ticks)


def told(adopted: Adopted) -> Iterator[str]:
    """What was changed, by whom, when, and what to look at."""
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
        return ("CloudTrail could not be asked who did it",)
    return tuple(map(_deed, finding.deeds)) or ("by nobody that CloudTrail's last 90 days know of",)


def _deed(deed: Deed) -> str:
    where = f", from {deed.address}" if deed.address else ""
    return f"in AWS by {deed.by}, {deed.time:%Y-%m-%d %H:%M}Z ({deed.event}{where})"
