"""What was found, beside a catalog that is there: what nobody could look at, or say, stays as the catalog has it.

Else an account that could not be read, a document that the catalog has no words for, or a narrower --policy-path would
take entries away, and the next `up` the policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from remit.catalog.load import Catalog
from remit.importing.entries import Entries, entries_of, label
from remit.importing.found import Found, FoundPolicy, LeftOut, PolicyFilter
from remit.importing.proof import EVERYWHERE
from remit.plan import make_plan

_STAYS = "the catalog's own stays as it is"


def entries_beside(catalog: Catalog, found: Found, wanted: PolicyFilter, at: datetime) -> Entries:
    """The entries of what was found. `wanted`: which policies were read.

    Raises CatalogError as `entries_of` does, and when the catalog has no plan.
    """
    paths = {str(policy.name): str(policy.path) for policy in catalog.managed_policies}
    unread = {name: path for name, path in paths.items() if not wanted.takes(name, path)}
    seen = replace(_with_unread_accounts(found, catalog, at), untouched=unread)
    entries = entries_of(seen, catalog.settings)
    beyond_words = {each.policy.casefold() for each in entries.left_out if each.policy}
    left = {name: path for name, path in paths.items() if name.casefold() in beyond_words}
    if left:
        again = entries_of(replace(seen, untouched={**unread, **left}), catalog.settings)
        entries = replace(again, left_out=tuple(_staying(entries.left_out, left)))
    return replace(entries, left_out=(*entries.left_out, *_elsewhere(found, unread)))


def _with_unread_accounts(found: Found, catalog: Catalog, at: datetime) -> Found:
    """With the catalog's own policies in accounts whose policies could not be read."""
    if not found.unread:
        return found
    plan = make_plan(catalog, found.organization, at=at, stack=EVERYWHERE)
    own = (
        FoundPolicy(each.account, each.name, each.path, each.description, each.document)
        for each in plan.managed_policies
        if each.account in found.unread
    )
    return replace(found, policies=(*found.policies, *own))


def _staying(left_out: tuple[LeftOut, ...], left: Mapping[str, str]) -> Iterator[LeftOut]:
    names = {name.casefold() for name in left}
    for each in left_out:
        yield replace(each, reason=f"{each.reason}; {_STAYS}") if each.policy.casefold() in names else each


def _elsewhere(found: Found, unread: Mapping[str, str]) -> Iterator[LeftOut]:
    """Policies that were read under the path that was asked for, and that the catalog has at another."""
    paths = {name.casefold(): path for name, path in unread.items()}
    for policy in found.policies:
        if path := paths.get(policy.name.casefold()):
            reason = f"the catalog has it at {path}, where nothing was read; {_STAYS}"
            yield LeftOut(label(policy), reason, policy.name)
