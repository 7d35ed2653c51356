"""Taking accounts out of an entry's `targets`: by a selector less, or an `except` more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from remit.catalog.models import AccessRule, ManagedPolicy, PolicyStatement
from remit.editing import EditableFile
from remit.editing.document import Address
from remit.syncing.edits import Edits


def narrow(
    edits: Edits,
    file: EditableFile,
    address: Address,
    entry: AccessRule | ManagedPolicy | PolicyStatement,
    gone: Collection[str],
) -> None:
    """The entry (at this address) selects the accounts no more, and all others as before.

    A selector goes where all that it selects is gone; the rest is excepted, each account by name, unless it is a whole
    unit. Some account must stay.
    """
    targets = [str(each) for each in entry.targets or ()]
    without = [str(each) for each in entry.except_ or ()]
    needless = [place for place, text in enumerate(targets) if edits.index.match(text).accounts <= set(gone)]
    if len(needless) == len(targets):
        needless = []
    for place in reversed(needless):
        file.remove((*address, "targets", place))
    kept = [text for place, text in enumerate(targets) if place not in needless]
    selected = edits.index.select(kept, without) if kept else frozenset(gone)
    for selector in _selectors(edits, selected & set(gone)):
        if "except" not in file.keys(address):
            file.set(address, "except", selector)
        else:
            file.append(address, "except", selector)


def _selectors(edits: Edits, accounts: Collection[str]) -> Sequence[str]:
    whole = edits.sets.selection(accounts)
    if not whole.without:
        return whole.targets
    return [text for account in sorted(accounts) for text in edits.sets.selection({account}).targets]
