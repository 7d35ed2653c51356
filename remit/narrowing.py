"""Taking accounts out of an entry's `targets`: by a name less, or an `except` more.

What is said of accounts that come later, or are reinstated, stays as it is: a selector goes if it names one account
that goes; units, tags, globs and what matches nothing today stay.
"""

from __future__ import annotations

from collections.abc import Collection

from remit.account_sets import AccountSets
from remit.catalog.models import AccessRule, ManagedPolicy, PolicyStatement
from remit.editing import EditableFile
from remit.editing.document import Address
from remit.selectors import names_one_account


def narrow(
    sets: AccountSets,
    file: EditableFile,
    address: Address,
    entry: AccessRule | ManagedPolicy | PolicyStatement,
    gone: Collection[str],
) -> None:
    """The entry, at this address, selects the ACTIVE accounts `gone` (ids) no more, and all others as before.

    If the selectors of `targets` would all go, or are written elsewhere, they stay, and the accounts are excepted.
    """
    targets = [str(each) for each in entry.targets or ()]
    needless = [
        place
        for place, text in enumerate(targets)
        if names_one_account(text) and (named := sets.index.match(text).accounts) and named <= set(gone)
    ]
    if len(needless) == len(targets) or file.count((*address, "targets")) < len(targets):  # an alias, say
        needless = []
    for place in reversed(needless):
        file.remove((*address, "targets", place))
    kept = [text for place, text in enumerate(targets) if place not in needless]
    selected = sets.index.select(kept, map(str, entry.except_ or ())) if kept else frozenset(gone)
    for selector in sets.one_by_one(selected & set(gone)).targets:
        if "except" not in file.keys(address):
            file.set(address, "except", selector)
        else:
            file.append(address, "except", selector)
