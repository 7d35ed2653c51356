"""Several stacks of one catalog: no account may belong to two, and the permission sets to one alone. Pure.

Inside its scope a stack owns every assignment, so two stacks that share an account would each undo the other's. The
stack of the Identity Center part has no policies and the shards nothing else, so that these may share with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from remit.errors import BadValue, Problem, Source, in_order
from remit.organization import Organization
from remit.selectors import AccountIndex, describe_all
from remit.sharding import Shard
from remit.stack import Stack


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack and the file that it was read from."""

    path: Path
    stack: Stack


def territory_problems(files: Sequence[StackFile], organization: Organization | None) -> tuple[Problem, ...]:
    """What is wrong between stacks that are meant to be used together. Scopes need an organization."""
    problems = list(_owners(files))
    if organization is not None:
        problems.extend(_shared_accounts(files, AccountIndex(organization)))
    return in_order(problems)


def _owners(files: Sequence[StackFile]) -> Iterator[Problem]:
    owners = [each for each in files if each.stack.permission_sets == "own"]
    for one, other in combinations(owners, 2):
        message = f"{one.path} and {other.path} both own the permission sets"
        yield Problem(message, "write `remit:permissionSets: refer` in one of them", Source(str(other.path), 0))
    if len(files) > 1 and not owners:
        message = f"none of {', '.join(str(each.path) for each in files)} owns the permission sets"
        yield Problem(message, "write `remit:permissionSets: own` in one of them", Source(str(files[0].path), 0))


def _shared_accounts(files: Sequence[StackFile], index: AccountIndex) -> Iterator[Problem]:
    claims = [(each.path, _policies(each, index), _access(each, index)) for each in files]
    for (one, *ours), (other, *theirs) in combinations(claims, 2):
        if shared := ours[0] & theirs[0] | ours[1] & theirs[1]:
            message = f"{one} and {other} both have account {describe_all(index, shared, len(shared))} in their scope"
            remedy = "narrow remit:scope in one of them, or give each its remit:shard of the same number of shards"
            yield Problem(message, remedy, Source(str(other), 0))


def _policies(file: StackFile, index: AccountIndex) -> frozenset[str]:
    """The accounts whose policies are the stack's."""
    shard, scope = file.stack.shard, _scope(file, index)
    if isinstance(shard, Shard):
        return frozenset(account for account in scope if account in shard)
    return frozenset() if shard else scope


def _access(file: StackFile, index: AccountIndex) -> frozenset[str]:
    """The accounts whose assignments are the stack's."""
    return frozenset() if isinstance(file.stack.shard, Shard) else _scope(file, index)


def _scope(file: StackFile, index: AccountIndex) -> frozenset[str]:
    """The accounts of a stack. A selector that is wrong is told by the stack's own plan."""
    found: set[str] = set()
    for selector in file.stack.scope:
        try:
            found |= index.match(selector).accounts
        except BadValue:
            continue
    return frozenset(found)
