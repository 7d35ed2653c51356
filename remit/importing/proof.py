"""The proof of an import: the written files, read and planned again, give just what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from remit.catalog.fields import parse_duration
from remit.catalog.load import load_catalog
from remit.delta import assignment_key
from remit.documents import same_meaning
from remit.errors import CatalogError, Problem
from remit.importing.found import Found, FoundPolicy
from remit.permission_set import LivePermissionSet
from remit.plan import Plan, make_plan
from remit.stack import Stack

_EVERYWHERE = Stack("import", scope=("*", "management"))


def differences(files: Mapping[PurePosixPath, str], said: Found, at: datetime) -> list[str]:
    """Where the catalog of these files says otherwise than `Entries.said`; empty is the proof.

    Raises CatalogError when the files are no catalog.
    """
    with TemporaryDirectory() as folder:
        _write(files, Path(folder))
        try:
            plan = make_plan(load_catalog(Path(folder)), said.organization, at=at, stack=_EVERYWHERE)
        except CatalogError as error:
            raise CatalogError(_within(folder, problem) for problem in error.problems) from error
    return [*_assignments(plan, said), *_permission_sets(plan, said), *_policies(plan, said)]


def _write(files: Mapping[PurePosixPath, str], folder: Path) -> None:
    for place, text in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _within(folder: str, problem: Problem) -> Problem:
    """The problem at its place in the catalog that would be written."""
    if problem.source is None:
        return problem
    return replace(problem, source=replace(problem.source, file=problem.source.file.removeprefix(f"{folder}/")))


def _assignments(plan: Plan, said: Found) -> Iterator[str]:
    read = {
        (each.permission_set, assignment_key(each.account, each.principal_type, each.principal_id))
        for each in said.assignments
    }
    written = {(each.permission_set, each.key) for each in plan.assignments}
    yield from (f"assignment {key} of permission set {name} would be lost" for name, key in sorted(read - written))
    yield from (f"assignment {key} of permission set {name} would be new" for name, key in sorted(written - read))


def _permission_sets(plan: Plan, said: Found) -> Iterator[str]:
    written = {
        each.name: LivePermissionSet(
            each.name,
            each.description,
            each.session_duration,
            each.relay_state,
            each.aws_managed_policies,
            each.customer_managed_policies,
            each.inline_policy,
            each.permissions_boundary,
            each.tags,
        )
        for each in plan.permission_sets
    }
    read = {each.name: each for each in said.permission_sets}
    yield from _missing("permission set", read, written)
    for name in sorted(read.keys() & written.keys()):
        yield from _fields(f"permission set {name}", _plain(read[name]), _plain(written[name]))


def _plain(entry: LivePermissionSet) -> LivePermissionSet:
    """In one order and one spelling."""
    return replace(
        entry,
        session_duration=parse_duration(entry.session_duration),
        aws_managed_policies=tuple(sorted(entry.aws_managed_policies)),
        customer_managed_policies=tuple(sorted(entry.customer_managed_policies)),
        tags=dict(entry.tags),
    )


def _policies(plan: Plan, said: Found) -> Iterator[str]:
    written = {
        f"{each.name} in {each.account}": FoundPolicy(
            each.account, each.name, each.path, each.description, each.document
        )
        for each in plan.managed_policies
    }
    read = {f"{each.name} in {each.account}": each for each in said.policies}
    yield from _missing("policy", read, written)
    for label in sorted(read.keys() & written.keys()):
        yield from _fields(f"policy {label}", read[label], written[label])


def _missing(what: str, read: Iterable[str], written: Iterable[str]) -> Iterator[str]:
    yield from (f"{what} {name} would be lost" for name in sorted(set(read) - set(written)))
    yield from (f"{what} {name} would be new" for name in sorted(set(written) - set(read)))


def _fields(
    label: str, read: LivePermissionSet | FoundPolicy, written: LivePermissionSet | FoundPolicy
) -> Iterator[str]:
    for name in (each.name for each in fields(read) if each.compare):
        before, after = getattr(read, name), getattr(written, name)
        documents = name in {"document", "inline_policy"} and before and after
        if not (same_meaning(before, after) if documents else before == after):
            yield f"{name} of {label} would be {after!r}, and is {before!r}"
