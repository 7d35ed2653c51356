"""The keys of a catalog's entries that an import has to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from remit.catalog.load import Catalog
from remit.catalog.models import AccessRule, ManagedPolicy
from remit.errors import CatalogError
from remit.importing.comparing import changed_keys
from remit.importing.ended import KINDS, ending_as_found
from remit.importing.ends import NEVER, end_text
from remit.importing.entries import Entries
from remit.importing.proof import differences_of

_PARTS = {
    "managed_policies": ("targets", "except", "statements"),
    "permission_sets": ("aws_managed_policies", "customer_managed_policies", "inline_policy"),
}
"""The keys whose values may end."""
Changed = Mapping[str, Mapping[str, set[str]]]
"""By kind and name."""


def keys_to_change(catalog: Catalog, entries: Entries, at: datetime, over: Mapping[str, Collection[str]]) -> Changed:
    """The keys of policies and permission sets whose values differ, now or later.

    `over` are those of `still_there`: the catalog is the one in which they end as found. An entry that ends hides when
    its parts do: with its end as it is to be, one looks again.
    """
    source_knows = entries.said.knows_its_own_alone
    different = differences_of(catalog, entries.said, at, later=source_knows)
    changed = {kind: {name: set(keys) for name, keys in changed_keys(different, kind).items()} for kind in KINDS}
    for kind, names in over.items():
        for name in names:
            changed[kind].setdefault(name, set()).add("expires")
    if source_knows:
        _with_ends_of_whole_policies(catalog, entries, changed["managed_policies"])
        ending = {kind: {name for name, keys in named.items() if "expires" in keys} for kind, named in changed.items()}
        if any(ending.values()):
            hidden = _hidden(catalog, entries, at, ending)
            for kind, names in ending.items():
                for name in names:
                    changed[kind][name] |= hidden[kind].get(name, set())
    return changed


def _hidden(catalog: Catalog, entries: Entries, at: datetime, ending: Mapping[str, Collection[str]]) -> Changed:
    """What differs in the entries of these names, by kind, beside when they end as a whole."""
    try:
        different = differences_of(ending_as_found(catalog, entries, ending), entries.said, at)
    except CatalogError:  # halfway, a permission set may outlive a policy that it refers to: then all that can end
        return {kind: {name: set(_PARTS[kind]) for name in names} for kind, names in ending.items()}
    return {
        kind: {  # a whole entry that is there for too long or too short has statements that are
            name: {"statements" if key == "expires" else key for key in keys}
            for name, keys in changed_keys(different, kind).items()
        }
        for kind in KINDS
    }


def _with_ends_of_whole_policies(catalog: Catalog, entries: Entries, changed: Mapping[str, set[str]]) -> None:
    """Statements are written without the end that the whole policy has: where they change, so does that end."""
    ends = {str(policy.name): written_end(policy) for policy in catalog.managed_policies}
    for entry in entries.managed_policies:
        keys = changed.get(name := str(entry["name"]), set())
        if "statements" in keys and name in ends and ends[name] != entry.get("expires", NEVER):
            keys.add("expires")


def written_end(entry: ManagedPolicy | AccessRule) -> str:
    """When an entry of the catalog ends, as what was found does."""
    return end_text(entry.expires.end) if entry.expires else NEVER
