"""Taking accounts out of an entry's `targets`, and into them: by a name less, or one more.

What is said of accounts that come later, or are reinstated, stays as it is: a selector goes if it names one account
that goes; units, tags, globs and what matches nothing today stay.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

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
    needless = _naming(sets, targets, gone)
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


def widen(sets: AccountSets, file: EditableFile, address: Address, entry: ManagedPolicy, come: Collection[str]) -> bool:
    """The entry, at this address, selects the ACTIVE accounts `come` (ids) too, and all others as before.

    False, and nothing is edited, where a unit, a glob or a tag among `except` leaves one of them out, or a list is
    written elsewhere.
    """
    targets, without = [str(each) for each in entry.targets], [str(each) for each in entry.except_ or ()]
    needless = _naming(sets, without, come)
    kept = [text for place, text in enumerate(without) if place not in needless]
    lists = (("targets", targets), ("except", without))
    elsewhere = any(file.count((*address, key)) < len(texts) > 1 for key, texts in lists)
    if elsewhere or sets.index.select(kept) & set(come):
        return False
    for place in reversed(needless):
        file.remove((*address, "except", place) if file.count((*address, "except")) else (*address, "except"))
    for selector in sets.one_by_one(set(come) - sets.index.select(targets, kept)).targets:
        file.append(address, "targets", selector)
    return True


def _naming(sets: AccountSets, selectors: Sequence[str], accounts: Collection[str]) -> list[int]:
    """The places of selectors that name one of these accounts, and no other."""
    return [
        place
        for place, text in enumerate(selectors)
        if names_one_account(text) and (named := sets.index.match(text).accounts) and named <= set(accounts)
    ]
