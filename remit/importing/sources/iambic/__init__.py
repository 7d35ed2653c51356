"""A repository of IAMbic's templates: managed policies, permission sets and their access rules.

`folder` reads the files, `said` are their models; `matching`, `expiry` and `variables` are IAMbic's own rules;
`accounts`, `policies` and `permission_sets` work out what IAMbic would have made, `taking` tells what has no place.
Roles, users, groups and other clouds are left out with their reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from remit.errors import CatalogError, listed
from remit.importing.found import Found, LeftOut
from remit.importing.sources.gathering import Directory, Sourced
from remit.importing.sources.iambic.accounts import Places
from remit.importing.sources.iambic.folder import read_repository
from remit.importing.sources.iambic.permission_sets import (
    boundaries_that_end,
    permission_sets_of,
    with_ends_of_policies,
)
from remit.importing.sources.iambic.policies import policies_of
from remit.importing.sources.iambic.taking import Taking


def convert(folder: Path, found: Found, at: datetime) -> Sourced:
    """What the templates give from that time on, in place of what was read. Raises CatalogError."""
    repository = read_repository(folder)
    places, taking = Places(repository.config.aws, found.organization), Taking(at)
    if repository.policies:
        places.note_modes()
    policies = policies_of(repository.policies, places, taking)
    sets = permission_sets_of(repository.permission_sets, places, Directory(found), taking)
    terms = with_ends_of_policies(sets, policies, taking)
    if problems := [*places.problems, *taking.problems, *boundaries_that_end(sets, policies)]:
        raise CatalogError(problems)
    said = Found(
        found.organization,
        tuple(sets.permission_sets),
        tuple(sorted(sets.assignments.values())),
        tuple(policies),
        with_terms=True,
        set_terms=terms,
    )
    left_out = [*repository.left_out, *places.left_out, *taking.left_out]
    return Sourced(said, (*left_out, *_not_said(found, said, folder)))


def _not_said(found: Found, said: Found, folder: Path) -> Iterator[LeftOut]:
    """What is there and no template gives: access by permission sets of the catalog would go, the rest stays."""
    ours = {each.name for each in said.permission_sets}
    given = {(each.permission_set, each.key) for each in said.assignments}
    names = {account.id: account.name for account in found.organization.active_accounts}
    there = [
        f"{each.principal or each.principal_id}: {each.permission_set} in {names[each.account]}"
        for each in found.assignments
        if each.permission_set in ours and each.account in names and (each.permission_set, each.key) not in given
    ]
    if there:
        reason = f"{folder.name} does not give them, so `up` takes them away, unless remit:unmanaged is report"
        yield LeftOut(f"{len(there)} assignments that are there ({listed(there)})", reason)
    if others := sorted({each.name for each in found.permission_sets} - ours):
        yield LeftOut(
            f"{len(others)} permission sets that are there ({listed(others)})", "no template has them: they stay"
        )
