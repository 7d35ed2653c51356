"""What must happen in one account so that its policies are what they should be. Pure: values in, steps out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from remit.managed_policy import LivePolicy, Policy, by_name

Place = tuple[str, str]
"""Name and path of a policy that the state knows."""


class Kind(StrEnum):
    CREATE = "create"
    UPDATE = "update"  # a new default version
    REPLACE = "replace"  # deleted and made anew: name, path or description change
    TAKEN = "taken"  # there is one of that name that is not ours


@dataclass(frozen=True, slots=True)
class Step:
    """`live` is what is there now; None for CREATE."""

    kind: Kind
    policy: Policy
    live: LivePolicy | None = None


def steps(wanted: Mapping[str, Policy], live: Sequence[LivePolicy], *, ours: Iterable[Place]) -> list[Step]:
    """In the order of the names; nothing for a policy that is as it should be.

    `wanted` by name. A policy of the same name that the state does not know, or knows elsewhere (IAM moves none), is
    taken over only if nothing of it would be lost: it is just as wanted (left by a run that was killed, or adopted).
    """
    return list(_steps(wanted, by_name(live), {(name.lower(), path) for name, path in ours}))


def _steps(wanted: Mapping[str, Policy], there: Mapping[str, LivePolicy], ours: Collection[Place]) -> Iterator[Step]:
    for name, policy in sorted(wanted.items()):
        found = there.get(name.lower())
        if found is None:
            yield Step(Kind.CREATE, policy)
        elif policy.same(found.policy):
            continue
        elif (name.lower(), found.policy.path) not in ours:
            yield Step(Kind.TAKEN, policy, found)
        else:
            yield Step(Kind.REPLACE if policy.fixed_differs(found.policy) else Kind.UPDATE, policy, found)
