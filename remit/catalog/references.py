"""Names that the catalog gives and names that it refers to: unknown ones, and ones given twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from remit.catalog.models import (
    AccessRule,
    AwsManagedPolicy,
    CustomerManagedPolicy,
    CustomerPolicy,
    Entry,
    ManagedPolicy,
    PermissionSet,
)
from remit.errors import Problem, Source, did_you_mean

_E = TypeVar("_E", bound=Entry)


def reference_problems(
    policies: Sequence[ManagedPolicy],
    permission_sets: Sequence[PermissionSet],
    access: Sequence[AccessRule],
    *,
    all_read: bool,
    broken_policies: Collection[str],
    broken_permission_sets: Collection[str],
    ignored: Sequence[str],
) -> Iterator[Problem]:
    """What is wrong between entries. The broken ones exist, they just did not validate: they are not unknown.

    Unless everything could be read (`all_read`), a name that is not found may stand in the rest, and is no problem yet.
    """
    # IAM knows one policy of a name in an account, whatever its path and case.
    yield from _twice("managed policy", policies, lambda policy: policy.name.casefold(), lambda p: p.name)
    yield from _twice("permission set", permission_sets, lambda entry: entry.name, lambda entry: entry.name)
    by_name = {str(policy.name): policy for policy in policies}
    for permission_set in permission_sets:
        yield from _ignored(permission_set, ignored)
        yield from _attached_twice(permission_set)
        for reference in customer_references(permission_set):
            if all_read or reference.name in by_name:
                yield from _policy_problems(reference, by_name, broken_policies)
    known = {*(str(entry.name) for entry in permission_sets), *broken_permission_sets}
    for rule in access if all_read else ():
        for name in rule.permission_sets:
            if name not in known:
                message = f"no permission set {str(name)!r} in the catalog"
                yield Problem(message, did_you_mean(name, known) or "add it under permission_sets", name.source)


def customer_references(permission_set: PermissionSet) -> Iterator[CustomerPolicy]:
    """The customer managed policies of a permission set, its boundary among them."""
    yield from permission_set.customer_managed_policies
    boundary = permission_set.permissions_boundary
    if boundary is not None and boundary.customer_managed is not None:
        yield boundary.customer_managed


def _twice(what: str, entries: Iterable[_E], key: Callable[[_E], str], name: Callable[[_E], str]) -> Iterator[Problem]:
    places: defaultdict[str, list[tuple[Source, str]]] = defaultdict(list)
    for entry in entries:
        places[key(entry)].append((entry.source, name(entry)))
    for (first, _), *again in places.values():
        for source, shown in again:
            yield Problem(f"{what} {str(shown)!r} stands twice, first at {first}", "rename or remove one", source)


def _ignored(permission_set: PermissionSet, ignored: Sequence[str]) -> Iterator[Problem]:
    for glob in ignored:
        if fnmatchcase(permission_set.name, glob):
            message = f"permission set {str(permission_set.name)!r} matches {str(glob)!r} of ignore_permission_sets"
            yield Problem(message, "rename it, or change the list in organization.yaml", permission_set.name.source)


def _attached_twice(permission_set: PermissionSet) -> Iterator[Problem]:
    yield from _repeated(permission_set.aws_managed_policies, lambda entry: entry.full_arn)
    yield from _repeated(permission_set.customer_managed_policies, lambda entry: entry.name.casefold())


_R = TypeVar("_R", AwsManagedPolicy, CustomerManagedPolicy)


def _repeated(references: Iterable[_R], key: Callable[[_R], str]) -> Iterator[Problem]:
    seen: dict[str, Source] = {}
    for reference in references:
        if (first := seen.get(key(reference))) is not None:
            shown = reference.name or key(reference)
            yield Problem(f"policy {str(shown)!r} is attached twice, first at {first}", "keep one", reference.source)
        seen.setdefault(key(reference), reference.source)


def _policy_problems(
    reference: CustomerPolicy, by_name: dict[str, ManagedPolicy], broken: Collection[str]
) -> Iterator[Problem]:
    name, policy = reference.name, by_name.get(reference.name)
    if reference.external:
        if policy is not None and reference.path in {None, policy.path}:
            message = f"policy {str(name)!r} is called external but stands in the catalog, at {policy.source}"
            yield Problem(message, "leave out `external` and `path`", name.source)
    elif policy is not None:
        if reference.path is not None and reference.path != policy.path:
            message = f"policy {str(name)!r} has the path {str(policy.path)!r}, not {str(reference.path)!r}"
            yield Problem(message, "leave out `path`: the catalog knows it", reference.path.source)
    elif name not in broken:
        remedy = did_you_mean(name, by_name) or f"add it, or write {{name: {name}, external: true}} if others make it"
        yield Problem(f"no managed policy {str(name)!r} in the catalog", remedy, name.source)
