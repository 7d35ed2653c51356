"""Statements that accounts have and a policy of the catalog has not → as few entries as say them, where they apply."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from remit.documents import VERSION
from remit.drift.statements import Statement
from remit.importing.edits import Edits
from remit.importing.entries import Entry, where
from remit.importing.found import FoundPolicy
from remit.importing.policies import fold_policies
from remit.importing.statements import as_entry


def entries_of_new(
    edits: Edits, name: str, new: Mapping[str, Sequence[Statement]], selected: Collection[str]
) -> list[Entry]:
    """`new` by account, each such that a catalog has words for it; `selected`: the accounts of the policy's targets, of
    which none need be said for a statement that is in all of them.
    """
    documents = [
        FoundPolicy(account, name, "/", "", {"Version": VERSION, "Statement": statements})
        for account, statements in sorted(new.items())
    ]
    folded, _ = fold_policies(documents, edits.organization.account_by_id, edits.sets)
    entries: list[Entry] = []
    for policy in folded:
        for each in policy.statements:
            chosen = each.where if each.where.targets else policy.where + each.where
            accounts = edits.index.select(chosen.targets, chosen.without)
            selection = {} if accounts == set(selected) else where(edits.sets.selection(accounts))
            entries.append({**as_entry(each.statement), **selection})
    return entries
