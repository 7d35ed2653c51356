"""How a permission set or a policy differs from what the catalog says, field by field. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from remit.catalog.fields import ISO_DURATION
from remit.drift.statements import document_differences
from remit.drift.values import Difference
from remit.managed_policy import Policy
from remit.permission_set import LivePermissionSet
from remit.planning.values import PlannedPermissionSet, PlannedPolicy


def permission_set_differences(planned: PlannedPermissionSet, live: LivePermissionSet) -> tuple[Difference, ...]:
    """Every field that differs; of lists, each element that only one has."""
    return tuple(_of_permission_set(planned, live))


def policy_differences(planned: PlannedPolicy, live: Policy) -> tuple[Difference, ...]:
    """Name (IAM keeps the case), path, description, and the document by statements."""
    return (
        *_plain("name", planned.name, live.name),
        *_plain("path", planned.path, live.path),
        *_plain("description", planned.description, live.description_or(planned.description)),
        *document_differences(planned.document, live.document),
    )


def _of_permission_set(planned: PlannedPermissionSet, live: LivePermissionSet) -> Iterator[Difference]:
    yield from _plain("description", planned.description, live.description)
    if _minutes(planned.session_duration) != _minutes(live.session_duration):
        yield Difference("session_duration", planned.session_duration, live.session_duration)
    yield from _plain("relay_state", planned.relay_state, live.relay_state)
    yield from _elements("aws_managed_policies", planned.aws_managed_policies, live.aws_managed_policies)
    yield from _elements(
        "customer_managed_policies",
        [path + name for name, path in planned.customer_managed_policies],
        [path + name for name, path in live.customer_managed_policies],
    )
    yield from document_differences(planned.inline_policy, live.inline_policy, "inline policy, ")
    yield from _plain(
        "permissions_boundary", _mapping(planned.permissions_boundary), _mapping(live.permissions_boundary)
    )
    for key in sorted(planned.tags.keys() | live.tags.keys()):
        yield from _plain(f"tag {key}", planned.tags.get(key), live.tags.get(key))


def _plain(field: str, catalog: Any, live: Any) -> Iterator[Difference]:  # noqa: ANN401  JSON
    if catalog != live:
        yield Difference(field, catalog, live)


def _elements(field: str, catalog: Collection[str], live: Collection[str]) -> Iterator[Difference]:
    for each in sorted({*catalog} ^ {*live}):
        yield Difference(field, each if each in catalog else None, each if each in live else None)


def _mapping(value: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if value is None else dict(sorted(value.items()))


def _minutes(duration: str) -> int | str:
    """PT1H and PT60M say the same; what is neither stands for itself."""
    match = ISO_DURATION.fullmatch(duration)
    return int(match[1] or 0) * 60 + int(match[2] or 0) if match else duration
