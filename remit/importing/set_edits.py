"""Policies that are attached to a permission set of the catalog: item by item, so that each keeps when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from remit.catalog.models import AwsManagedPolicy, CustomerManagedPolicy, PermissionSet
from remit.editing import EditableFile
from remit.editing.document import Address
from remit.expiry import Expiry, expired
from remit.importing.edits import Edits
from remit.importing.entries import AWS_POLICY, written_boundary, written_reference
from remit.importing.known_ends import name_and_path, references
from remit.permission_set import LivePermissionSet


def edit_aws_managed(edits: Edits, entry: PermissionSet, live: LivePermissionSet, at: datetime) -> None:
    """Attached is what was found."""
    key, there = "aws_managed_policies", set(live.aws_managed_policies)
    _edit_items(edits, entry, key, [(each, each.full_arn in there) for each in entry.aws_managed_policies], at)
    known = {each.full_arn for each in entry.aws_managed_policies}
    for arn in sorted(there - known):
        _append(edits, entry, key, arn.removeprefix(AWS_POLICY))


def edit_customer_managed(
    edits: Edits,
    entry: PermissionSet,
    live: LivePermissionSet | None,
    own: Mapping[str, str],
    at: datetime,
    *,
    boundary: bool,
) -> None:
    """Attached is what was found; without it, what was. What is in `own` (paths by name) is referred to by its name.

    `boundary`: the boundary, too.
    """
    key, written = "customer_managed_policies", entry.customer_managed_policies
    paths = {str(each.name): str(each.path) for each in edits.catalog.managed_policies}
    there = set(live.customer_managed_policies) if live else {name_and_path(each, paths) for each in written}
    known = references(written, paths, there)
    ours = list(own.items())
    items = [(each, of in there) for each, of in zip(written, known, strict=True)]
    _edit_items(edits, entry, key, items, at, [written_reference(*of, ours) for of in known])
    for name, path in sorted(there - set(known)):
        _append(edits, entry, key, written_reference(name, path, ours))
    limit = entry.permissions_boundary.customer_managed if boundary and entry.permissions_boundary else None
    if limit and limit.external == ((of := name_and_path(limit, paths)) in ours):
        referring = LivePermissionSet(str(entry.name), permissions_boundary={"name": of[0], "path": of[1]})
        file, address = edits.entry(entry.source)
        file.set(address, "permissions_boundary", written_boundary(referring, ours))


def _edit_items(
    edits: Edits,
    entry: PermissionSet,
    key: str,
    items: Sequence[tuple[AwsManagedPolicy | CustomerManagedPolicy, bool]],
    at: datetime,
    written: Sequence[Any] = (),
) -> None:
    """Each item with whether it was found. `written`: how it is to be referred to. An entry without a change is not
    looked for in its file, where it may stand in a way that cannot be edited.
    """
    for place, (each, is_there) in reversed(list(enumerate(items))):
        is_over = expired(each.expires, at)
        goes = not is_there and not is_over
        refers = isinstance(each, CustomerManagedPolicy) and not _is_written_so(each, written[place])
        lasts = is_there and is_over
        if not (goes or refers or lasts):
            continue
        file, address = edits.entry(entry.source)
        here = (*address, key, place)
        if goes:
            file.remove(here)
            continue
        if refers:
            file.put(here, _until(written[place], each.expires))
        if lasts and _has_end(file, here):
            file.drop(here, "expires")


def _is_written_so(reference: CustomerManagedPolicy, written: Any) -> bool:  # noqa: ANN401  as the catalog writes it
    if isinstance(written, Mapping):
        return reference.external and str(reference.path or "/") == written["path"]
    return not reference.external


def _until(policy: Any, expires: Expiry | None) -> Any:  # noqa: ANN401  as the catalog writes it
    if not expires:
        return policy
    return {**(policy if isinstance(policy, Mapping) else {"name": policy}), "expires": str(expires)}


def _has_end(file: EditableFile, address: Address) -> bool:
    return file.count(address) > 0 and "expires" in file.keys(address)


def _append(edits: Edits, entry: PermissionSet, key: str, value: object) -> None:
    file, address = edits.entry(entry.source)
    file.append(address, key, value)
