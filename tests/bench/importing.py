"""`remit import` of a whole organization under AWS's limits: how near it comes to what they allow, and how it grows.

Alone: python -m tests.bench.importing [TENTHS…]; 10 is the whole, ten minutes.
"""

# ruff: noqa: T201 - a command that prints

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from remit.catalog.load import load_catalog
from sandbox.limits import ORGANIZATIONS, Limits, Rate
from tests.bench.cloud import Cloud
from tests.bench.found import GROUPS_A_PAIR, POLICIES_AN_ACCOUNT, Found
from tests.bench.process import Cost, measured
from tests.bench.project import ROOT

FULL, QUICK = (1, 3, 10), (1,)
_TARGET = 0.1
_HEADER = (
    "accounts",
    "permission sets",
    "assignments",
    "policies",
    "bound",
    "time",
    "over",
    "calls",
    "sso-admin: fewest",
    "made",
    "CPU",
    "memory",
    "load",
)
_TIMEOUT = 3600.0
_LIMITS = Limits()
_SSO: Rate = (_LIMITS.requests_per_second, _LIMITS.burst)
_DIRECTORY: Rate = (_LIMITS.identity_store_per_second, _LIMITS.identity_store_per_second)
_STS: Rate = (_LIMITS.assume_role_per_second, _LIMITS.assume_role_per_second)
_CALLS_A_PERMISSION_SET = 6  # Describe, the two kinds of attached policies, the inline policy, the boundary, the tags


@dataclass(frozen=True, slots=True)
class Reading:
    """The fewest calls that read everything, by what AWS counts together, and how fast each may be made."""

    found: Found

    @property
    def calls(self) -> dict[str, tuple[int, Rate]]:
        """IAM is not in it: each account has a rate of its own, for one call and one for each of its policies."""
        found = self.found
        accounts = found.accounts + 1  # the management account
        return {
            "sso-admin": (self.of_identity_center, _SSO),
            "organizations:ListTagsForResource": (accounts, ORGANIZATIONS["ListTagsForResource"]),
            "organizations:ListAccounts": (_pages(accounts, 20), ORGANIZATIONS["ListAccounts"]),
            "organizations:ListOrganizationalUnitsForParent": (
                found.units + 2 + _pages(found.units, 20) - 1,  # each unit, Workloads and the root; Workloads by pages
                ORGANIZATIONS["ListOrganizationalUnitsForParent"],
            ),
            "identitystore:ListGroups": (_pages(found.groups, 100), _DIRECTORY),
            "sts": (accounts, _STS),
        }

    @property
    def of_identity_center(self) -> int:
        """The instance, the list of permission sets, each of them, where each is, and each pair."""
        found = self.found
        each = _CALLS_A_PERMISSION_SET + _pages(max(len(found.accounts_of(0)), 1), 100)
        return 1 + _pages(found.permission_sets, 100) + found.permission_sets * each + found.pairs

    @property
    def bound(self) -> float:
        """Seconds that nobody can beat: the slowest of what can be read side by side."""
        return max(_seconds(count, rate) for count, rate in self.calls.values())

    @property
    def one_after_the_other(self) -> float:
        """Seconds if each kind of call waited for the one before it: computed."""
        return sum(_seconds(count, rate) for count, rate in self.calls.values())

    @property
    def by_assignment(self) -> tuple[int, float]:
        """Calls and seconds of one ListAccountAssignments for each assignment, as a resource for each makes them."""
        calls = self.found.assignments + self.found.permission_sets * _CALLS_A_PERMISSION_SET
        return calls, _seconds(calls, _SSO)


def _pages(count: int, size: int) -> int:
    return -(-count // size)


def _seconds(count: int, rate: Rate) -> float:
    a_second, burst = rate
    return max(0.0, count - burst) / a_second


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One `remit import` into an empty folder. `calls` to AWS as the sandbox counted them; `load` of a minute."""

    reading: Reading
    cost: Cost
    calls: int
    of_identity_center: int
    load: float

    @property
    def over(self) -> float:
        """The whole command's time over the bound: 0.1 is 10 % more."""
        return self.cost.seconds / self.reading.bound - 1


def measure_all(tenths: Sequence[int], tell: Callable[[str], None]) -> Iterator[ImportRun]:
    for size in tenths:
        yield _measure(Found(size), tell)


def _measure(found: Found, tell: Callable[[str], None]) -> ImportRun:
    """Raises RuntimeError where the catalog does not hold what is there."""
    with tempfile.TemporaryDirectory(prefix="remit-bench-") as name:
        folder = Path(name)
        with Cloud.of("tests.bench.found", str(found.size)) as cloud:
            cloud.limit(0.0)
            command = [sys.executable, "-m", "remit.cli.main", "import", "--catalog", "imported", "--json"]
            environment = {**os.environ, **cloud.environment(), "PYTHONPATH": str(ROOT)}
            cost = measured(command, cwd=folder, environment=environment, timeout=_TIMEOUT)
            calls = cloud.calls()
        _check(found, folder / "imported")
    center = sum(count for call, count in calls.items() if call.startswith("sso-admin:"))
    run = ImportRun(Reading(found), cost, sum(calls.values()), center, os.getloadavg()[0])
    tell(
        f"import, {found.assignments:,} assignments: {cost.seconds:.1f} s, bound {run.reading.bound:.1f} s, "
        f"CPU {cost.cpu:.1f} s, {run.calls:,} calls, load {run.load:.1f}"
    )
    return run


def _check(found: Found, catalog: Path) -> None:
    """The import has proven that its files give what it read; this is that it read everything."""
    told = load_catalog(catalog)
    if len(told.permission_sets) != found.permission_sets or len(told.managed_policies) != POLICIES_AN_ACCOUNT:
        raise RuntimeError(f"{len(told.permission_sets)} permission sets, {len(told.managed_policies)} policies")


def section(runs: Sequence[ImportRun]) -> str:
    """The tables for the page; "" without a run."""
    if not runs:
        return ""
    rows = "\n".join(map(_row, runs))
    beside = "\n".join(map(_beside, runs))
    last = runs[-1]
    met = "met" if last.over <= _TARGET else "**missed**"
    return f"""## Importing an organization

`remit import` into an empty folder, under AWS's limits: permission sets with every field, {GROUPS_A_PAIR} groups for
each pair of an account and a permission set, {POLICIES_AN_ACCOUNT} policies in every account. Everything is read,
folded into a catalog, written, read and planned again. The **bound** is the fewest calls at AWS's rates, of the slowest
of what can be read side by side: sso-admin at {_SSO[0]:g} a second over all its calls, {_CALLS_A_PERMISSION_SET} for
each permission set, one for where it is, one for each pair. IAM, whose rate is each account's own, is asked once for an
account and once for each policy, beside that. **time** is the whole command's, folding and proof in it.

| {" | ".join(_HEADER)} |
|{"---:|" * len(_HEADER)}
{rows}

| target | measured | |
|---|---|---|
| {last.reading.found.assignments:,} assignments within 10 % of the bound | {last.over:+.0%} | {met} |

Beside it, **computed and not measured**, from the same rates: the same calls one kind after the other; and a read of
each assignment by itself (one ListAccountAssignments for each, as where each is a resource to import or refresh):

| assignments | ours, measured | one kind after the other | a read for each assignment | calls |
|---:|---:|---:|---:|---:|
{beside}"""


def _row(run: ImportRun) -> str:
    found, peak = run.reading.found, run.cost.peak
    memory = f"{peak / 2**20:,.0f} MiB" if peak else "not known"
    return (
        f"| {found.accounts:,} | {found.permission_sets} | {found.assignments:,} | {found.policies:,} "
        f"| {run.reading.bound:,.1f} s | {run.cost.seconds:,.1f} s | **{run.over:+.0%}** | {run.calls:,} "
        f"| {run.reading.of_identity_center:,} | {run.of_identity_center:,} | {run.cost.cpu:,.1f} s | {memory} "
        f"| {run.load:.1f} |"
    )


def _beside(run: ImportRun) -> str:
    calls, seconds = run.reading.by_assignment
    return (
        f"| {run.reading.found.assignments:,} | {run.cost.seconds:,.1f} s | {run.reading.one_after_the_other:,.1f} s "
        f"| {seconds:,.1f} s | {calls:,} |"
    )


if __name__ == "__main__":
    wanted = [int(each) for each in sys.argv[1:]] or FULL
    print(section(list(measure_all(wanted, lambda line: print(line, file=sys.stderr, flush=True)))))
