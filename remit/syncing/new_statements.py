"""Statements that accounts have and a policy of the catalog has not → as few entries as say them, where they apply."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from remit.documents import VERSION
from remit.drift.statements import Statement
from remit.importing.entries import Entry, where
from remit.importing.found import FoundPolicy
from remit.importing.policies import fold_policies
from remit.syncing.edits import Edits
from remit.syncing.refusal import CannotAdoptError
from remit.syncing.statements import as_entry


def entries_of_new(
    edits: Edits, name: str, new: Mapping[str, Sequence[Statement]], everywhere: Collection[str]
) -> list[Entry]:
    """`new` by account; `everywhere`: the accounts that the policy is in, where no targets need be said.

    Raises CannotAdoptError for a statement that no entry can say.
    """
    documents = [
        FoundPolicy(account, name, "/", "", {"Version": VERSION, "Statement": statements})
        for account, statements in sorted(new.items())
    ]
    folded, left_out = fold_policies(documents, edits.organization.account_by_id, edits.sets)
    for _, reason in left_out:
        raise CannotAdoptError(reason)
    entries: list[Entry] = []
    for policy in folded:
        for each in policy.statements:
            chosen = each.where if each.where.targets else policy.where + each.where
            accounts = edits.index.select(chosen.targets, chosen.without)
            selection = {} if accounts == set(everywhere) else where(edits.sets.selection(accounts))
            entries.append({**as_entry(each.statement), **selection})
    return entries
