"""What a `remit sync` came to: for people, and as the document that `remit ci propose --from` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from rich.text import Text

from remit.cli.changed_files import print_diff
from remit.cli.tables import make_console, print_table
from remit.cli.words import counted
from remit.drift.values import Unread
from remit.syncing.draft import Adopted, Draft
from remit.syncing.words import body, message, told


@dataclass(frozen=True, slots=True)
class Synced:
    """`drafts` by stack. `folder` is the catalog's, `before` its files by their places there. `beneath` stands before
    a place in paths from the repository's root. `base` is the commit that `branch` begins at, `tip` what it is now; all
    three are "" for the work tree.
    """

    drafts: Mapping[str, Draft]
    unread: Sequence[Unread]
    folder: Path
    before: Mapping[PurePosixPath, str]
    written: bool
    beneath: str = ""
    branch: str = ""
    base: str = ""
    tip: str = ""

    @property
    def changes(self) -> Iterator[tuple[str, Adopted]]:
        """Each change with its stack, in the order of the commits."""
        return ((stack, each) for stack, draft in self.drafts.items() for each in draft.adopted)

    @property
    def left(self) -> bool:
        return any(draft.refused for draft in self.drafts.values())

    @property
    def files(self) -> Mapping[PurePosixPath, str | None]:
        """What all changes together come to."""
        return {place: text for _, each in self.changes for place, text in each.files.items()}


def at(adopted: Adopted) -> datetime | None:
    """When the last of it was done, if anybody knows."""
    return max((deed.time for each in adopted.change.findings for deed in each.deeds or ()), default=None)


def json_of(synced: Synced) -> str:
    """The document, with paths from the repository's root where there is a branch."""
    document = {
        "stacks": list(synced.drafts),
        "branch": synced.branch or None,
        "base": synced.base or None,
        "commit": synced.tip or None,
        "changes": [_change(synced, stack, each) for stack, each in synced.changes],
        "left": [
            {"stack": stack, "what": each.change.what, "reason": each.reason}
            for stack, draft in synced.drafts.items()
            for each in draft.refused
        ],
        "unread": [
            {"account": {"id": each.account, "name": each.account_name}, "reason": each.reason}
            for each in synced.unread
        ],
        "text": body(synced.drafts),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _change(synced: Synced, stack: str, adopted: Adopted) -> dict[str, object]:
    when = at(adopted)
    return {
        "stack": stack,
        "subject": adopted.change.subject,
        "message": message(adopted, stack),
        "at": when.isoformat() if when else None,
        "attention": list(adopted.attention),
        "adopts": [each.id for each in adopted.change.findings],
        "files": {f"{synced.beneath}{place}": text for place, text in adopted.files.items()},
    }


def print_synced(synced: Synced, *, as_diff: bool) -> None:
    console = make_console()
    console.print(Text(_headline(synced)))
    for stack, each in synced.changes:
        console.print()
        which = f"{stack}: " if len(synced.drafts) > 1 else ""
        console.print(Text(f"{which}{each.change.subject}", "bold"))
        for line in told(each):
            console.print(Text(f"  {line}" if line else ""))
    rows = [(each.change.what, each.reason) for draft in synced.drafts.values() for each in draft.refused]
    print_table(console, "Not adopted", ("what", "why"), rows)
    print_table(
        console, "Not read", ("account", "why"), [(f"{e.account_name} ({e.account})", e.reason) for e in synced.unread]
    )
    if as_diff and synced.files:
        console.print()
        texts = {synced.folder / place: text for place, text in synced.files.items()}
        print_diff(texts, {synced.folder / place: text for place, text in synced.before.items()})


def _headline(synced: Synced) -> str:
    number = len(list(synced.changes))
    stacks = f"stack{'s' if len(synced.drafts) > 1 else ''} {', '.join(synced.drafts)}"
    if not number:
        return f"Nothing to adopt from {stacks}."
    if not synced.branch:
        files = counted(len(synced.files), "file")
        how = f"{files} {'written' if synced.written else 'would change'}"
    elif synced.written:
        how = f"branch {synced.branch} is {synced.base[:12]} and {counted(number, 'commit')}, {synced.tip[:12]}"
    else:
        how = f"branch {synced.branch} would be {synced.base[:12]} and {counted(number, 'commit')}"
    return f"{counted(number, 'change')} to adopt from {stacks}: {how}."
