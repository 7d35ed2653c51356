"""Every `expires` of a catalog, with its place."""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog.load import Catalog
from remit.catalog.models import Entry
from remit.errors import Source
from remit.expiry import Expiry


def expiring(catalog: Catalog) -> Iterator[tuple[str, Expiry, Source]]:
    """(what it is, in words; when it ends; where that is written)."""
    for what, entry in _entries(catalog):
        expiry = getattr(entry, "expires", None)
        if isinstance(expiry, Expiry):
            yield what, expiry, entry.place("expires")


def _entries(catalog: Catalog) -> Iterator[tuple[str, Entry]]:
    for policy in catalog.managed_policies:
        what = f"policy {str(policy.name)!r}"
        yield what, policy
        for statement in policy.statements:
            yield f"a statement of {what}", statement
    for permission_set in catalog.permission_sets:
        what = f"permission set {str(permission_set.name)!r}"
        yield what, permission_set
        for attached in (*permission_set.aws_managed_policies, *permission_set.customer_managed_policies):
            yield f"a policy of {what}", attached
        for inline in permission_set.inline_policy.statements if permission_set.inline_policy else ():
            yield f"a statement of {what}", inline
    for rule in catalog.access:
        yield "this access rule", rule
