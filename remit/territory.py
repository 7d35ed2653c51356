"""Several stacks of one catalog: no account may belong to two, and the permission sets to one alone. Pure.

Inside its scope a stack owns every assignment, so two stacks that share an account would each undo the other's. The
stack of the Identity Center part has no policies and the shards nothing else, so that these may share with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from remit.errors import BadValue, Problem, Source, in_order
from remit.organization import Organization
from remit.selectors import AccountIndex, describe_all
from remit.sharding import Shard
from remit.stack import Stack

_ALL = frozenset({"management", "members"})
_HALVES: Mapping[str, frozenset[str]] = {
    "own": _ALL,
    "own-management": frozenset({"management"}),
    "own-members": frozenset({"members"}),
}


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
    owners = [(each, _HALVES[each.stack.permission_sets]) for each in files if each.stack.permission_sets != "refer"]
    for (one, ours), (other, theirs) in combinations(owners, 2):
        if shared := ours & theirs:
            message = f"{one.path} and {other.path} both own {_owned(shared)}"
            yield Problem(message, "write `remit:permissionSets: refer` in one of them", Source(str(other.path), 0))
    missing = _ALL.difference(*(halves for _, halves in owners))
    if len(files) > 1 and missing:
        message = f"none of {', '.join(str(each.path) for each in files)} owns {_owned(missing)}"
        mode = next(mode for mode, halves in _HALVES.items() if halves == missing)
        yield Problem(message, f"write `remit:permissionSets: {mode}` in one of them", Source(str(files[0].path), 0))


def _owned(halves: frozenset[str]) -> str:
    of = {"management": " of the management account", "members": " of the member accounts"}
    return "the permission sets" + ("" if halves == _ALL else "".join(of[half] for half in halves))


def _shared_accounts(files: Sequence[StackFile], index: AccountIndex) -> Iterator[Problem]:
    claims = [(each.path, _policies(each, index), _access(each, index)) for each in files]
    for (one, *ours), (other, *theirs) in combinations(claims, 2):
        if shared := ours[0] & theirs[0] | ours[1] & theirs[1]:
            message = f"{one} and {other} both have account {describe_all(index, shared)} in their scope"
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
