"""The text of comments and issues: sections of Markdown and of terminal output, within a host's size limit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FEWEST_TICKS = 3
_LEAST = 200  # characters: a section that gets less than this says nothing


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a body. Markdown stands as it is; what a terminal printed can be folded under its title."""

    title: str
    text: str
    markdown: bool
    folded: bool = True

    @property
    def empty(self) -> bool:
        return not self.text.strip()

    def shown(self, room: int, run: str) -> str:
        """The section in at most `room` characters; what does not fit is counted, with a link to the run."""
        text = _ANSI.sub("", self.text).strip()
        whole = self._framed(text)
        if len(whole) <= room:
            return whole
        note = _left_out(len(text.splitlines()), run)  # the longest that the note can be
        frame = len(self._framed("")) + len(note) + 2 * _most_ticks(text)
        kept = _whole_lines(text, max(room - frame, 0), markdown=self.markdown)
        note = _left_out(len(text.splitlines()) - len(kept.splitlines()), run)
        return self._framed(kept) + note

    def _framed(self, text: str) -> str:
        if self.markdown:
            return text
        ticks = "`" * max(_most_ticks(text) + 1, _FEWEST_TICKS)
        summary = f"<summary>{escape(self.title)}</summary>"
        fold = "<details>" if self.folded else "<details open>"
        return f"{fold}{summary}\n\n{ticks}text\n{text}\n{ticks}\n\n</details>"


def marker(key: str) -> str:
    """The invisible first line by which a comment or an issue is found again."""
    return f"<!-- remit:{key} -->"


def compose(key: str, title: str, sections: Sequence[Section], *, limit: int, run: str = "") -> str:
    """One body of at most `limit` characters. Short sections stay whole; the long ones share what is left."""
    told = [section for section in sections if not section.empty]
    head = "\n\n".join(part for part in (marker(key), f"### {title}" if title else "") if part)
    foot = f"<sub>[this run]({run})</sub>" if run else ""
    room = limit - len(head) - len(foot) - 2 * (len(told) + 1)
    shown: dict[int, str] = {}
    by_length = sorted(range(len(told)), key=lambda index: len(told[index].text))
    for place, index in enumerate(by_length):
        share = room // (len(by_length) - place)
        shown[index] = told[index].shown(share, run) if share >= _LEAST else ""
        room -= len(shown[index])
    parts = [head, *(shown[index] for index in range(len(told))), foot]
    return "\n\n".join(part for part in parts if part)


def _most_ticks(text: str) -> int:
    return max((len(found) for found in re.findall("`+", text)), default=0)


def _whole_lines(text: str, room: int, *, markdown: bool) -> str:
    """As many whole lines as fit. Markdown is cut between its top-level blocks, so that no fold stays open."""
    kept: list[str] = []
    size, closed, open_folds, fence = 0, 0, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        size += len(line) + 1
        if size > room:
            break
        kept.append(line)
        fence = _fence_after(line, fence)
        open_folds += line.count("<details") - line.count("</details") if not fence else 0
        if not open_folds and not fence:
            closed = number
    return "\n".join(kept[:closed] if markdown else kept)


def _fence_after(line: str, fence: str) -> str:
    """The code fence that is open after this line; empty when none is."""
    found = re.match(r"\s*(`{3,}|~{3,})", line)
    if not found:
        return fence
    if not fence:
        return found[1]
    closes = found[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _left_out(lines: int, run: str) -> str:
    where = f"; all of it is in [the run]({run})" if run else ""
    return f"\n\n*{lines} more line{'s' if lines != 1 else ''} left out: too long for this page{where}.*"
