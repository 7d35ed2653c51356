"""The proof of an import: the written files, read and planned again, give just what was found, now and later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from remit.catalog.load import Catalog, load_catalog
from remit.endings import endings
from remit.errors import CatalogError, Problem, Source
from remit.importing.comparing import Difference, compare
from remit.importing.ends import end_text, ends_of, ends_of_policy, found_at, is_over, moment_of
from remit.importing.found import Found
from remit.plan import Plan, make_plan
from remit.planning.unending import plan_without_refusals
from remit.stack import Stack

EVERYWHERE = Stack("import", scope=("*", "management"))


def differences(
    files: Mapping[PurePosixPath, str], said: Found, at: datetime, *, later: bool = True
) -> list[Difference]:
    """Where the catalog of these files says otherwise than `Entries.said`; empty is the proof.

    Raises CatalogError when the files are no catalog.
    """
    with TemporaryDirectory() as folder:
        _write(files, Path(folder))
        try:
            return differences_of(load_catalog(Path(folder)), said, at, later=later)
        except CatalogError as error:
            raise CatalogError(_within(folder, problem) for problem in error.problems) from error


def differences_of(catalog: Catalog, said: Found, at: datetime, *, later: bool = True) -> list[Difference]:
    """Where the catalog says otherwise: at this time, and unless not `later` each time that something ends.

    Between two ends no plan changes, so that these times are all there are. Raises CatalogError when it has no plan.
    """
    plan = make_plan(catalog, said.organization, at=at, stack=EVERYWHERE)
    found = compare(plan, found_at(said, at))
    if said.with_terms:
        found += _modes(catalog, plan, said)
        ends = _ends_after(at, catalog, said) if later else []
        # What a catalog that was there comes to later is refused when the time has come, and not by an import.
        planning = plan_without_refusals if said.of_catalog else make_plan
        catalog, said = _with_endings(catalog, said) if said.of_catalog else (catalog, said)
        for end in ends:
            then = moment_of(end)
            plan = planning(catalog, said.organization, at=then, stack=EVERYWHERE)
            found += [
                replace(each, text=f"from {end} on, {each.text}", later=True)
                for each in compare(plan, found_at(said, then))
            ]
    return found


def _with_endings(catalog: Catalog, said: Found) -> tuple[Catalog, Found]:
    """Without the policies of which nothing ever ends: what they say now they say later, and there may be thousands.

    The catalog has them yet, in no account: permission sets refer to them.
    """
    ending = {each.name for each in said.policies if any(ends_of_policy(each))}
    for policy in catalog.managed_policies:
        if policy.expires or any(each.expires for each in policy.statements):
            ending.add(str(policy.name))
    policies = (
        each if str(each.name) in ending else each.model_copy(update={"targets": ()})
        for each in catalog.managed_policies
    )
    return (
        replace(catalog, managed_policies=tuple(policies)),
        replace(said, policies=tuple(each for each in said.policies if each.name in ending)),
    )


def _ends_after(at: datetime, catalog: Catalog, said: Found) -> list[str]:
    ends = ends_of(said) | {end_text(each.expires.end) for each in endings(catalog)}
    return sorted(end for end in ends if not is_over(end, at))


def _modes(catalog: Catalog, plan: Plan, said: Found) -> Iterator[Difference]:
    """Entries whose `drift` is another."""
    written: Mapping[str, Mapping[str, str]] = {
        "managed_policies": {str(each.name): each.drift or "" for each in catalog.managed_policies},
        "permission_sets": {str(each.name): each.drift or "" for each in catalog.permission_sets},
    }
    read = {
        "managed_policies": modes_of_policies(said),
        "permission_sets": {each.name: said.terms_of(each.name).drift for each in said.permission_sets},
    }
    for kind, modes in read.items():
        for name in sorted(modes.keys() & written[kind].keys()):
            if (here := written[kind][name]) != modes[name]:
                yield Difference(kind, name, "drift", f"drift of {name} would be {here!r}, and is {modes[name]!r}")
    if said.of_catalog:  # which may give an assignment by rules of several modes; they keep theirs
        return
    rules: Mapping[Source, str] = {rule.source: rule.drift or "" for rule in catalog.access}
    wanted = {(each.permission_set, each.key): each.drift for each in said.assignments}
    for each in plan.assignments:
        mode = None if each.permission_set in said.others else wanted.get((each.permission_set, each.key))
        if mode is not None and {rules[source] for source in each.sources} != {mode}:
            text = f"drift of assignment {each.key} of permission set {each.permission_set} would not be {mode!r}"
            yield Difference("access", each.permission_set, "drift", text)


def modes_of_policies(said: Found) -> Mapping[str, str]:
    """The mode of each entry; none where the accounts of a policy do not agree."""
    modes: dict[str, set[str]] = {}
    for policy in said.policies:
        modes.setdefault(policy.name, set()).add(policy.drift)
    return {name: found.pop() if len(found) == 1 else "" for name, found in modes.items()}


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
