"""A customer managed policy as a value: as it should be, and as IAM has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from remit.documents import Document, same_meaning

MOST_VERSIONS = 5  # a sixth needs a deletion first
SPOKE_PATH = "/remit/"  # where the policies of `remit.aws.permissions` let the spoke role write
RESERVED_ROLE = "AWSReservedSSO_"  # of Identity Center: nobody else may change such a role
_RESERVED = f"role {RESERVED_ROLE}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy should be. `path` begins and ends with a slash; IAM fixes path and description at creation.

    `description` is None where it is not known, of a live policy alone: IAM tells it of one policy at a time.
    """

    name: str
    path: str
    description: str | None
    document: Document
    detach_on_delete: bool = False

    def fixed_differs(self, other: Policy) -> bool:
        """Whether only a new policy in place of the other can have this name, path and description.

        A description that is not known is no reason to make a policy anew.
        """
        known = None not in {self.description, other.description}
        return self.place != other.place or (known and self.description != other.description)

    def same(self, other: Policy) -> bool:
        """Whether IAM would treat the two alike, however their documents are written."""
        return not self.fixed_differs(other) and same_meaning(self.document, other.document)

    @property
    def place(self) -> tuple[str, str]:
        """Name and path: what its ARN is made of."""
        return self.name, self.path

    def description_or(self, otherwise: str) -> str:
        return otherwise if self.description is None else self.description


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """A policy in an account. `spare_versions` are the ids of those that are not the default, oldest first.

    `held`: somebody has it attached, or as a permissions boundary. `id`: IAM's own, which none that is made later gets.
    """

    arn: str
    policy: Policy
    spare_versions: tuple[str, ...] = ()
    held: bool = False
    id: str = ""

    @property
    def name(self) -> str:
        return self.policy.name

    def described(self, description: str | None) -> LivePolicy:
        """With this description, where its own is not known."""
        if description is None or self.policy.description is not None:
            return self
        return replace(self, policy=replace(self.policy, description=description))

    @property
    def version_to_drop(self) -> str | None:
        """The version that must go before there can be another: the oldest that is not the default."""
        return self.spare_versions[0] if len(self.spare_versions) >= MOST_VERSIONS - 1 else None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who has a policy attached, by name; `boundary_of` has it as a permissions boundary (`role NAME`)."""

    roles: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary_of: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.roles or self.users or self.groups or self.boundary_of)

    def __str__(self) -> str:
        kinds = (("role", self.roles), ("user", self.users), ("group", self.groups))
        attached = [f"{kind} {name}" for kind, names in kinds for name in names]
        return ", ".join([*attached, *(f"{each} (as its permissions boundary)" for each in self.boundary_of)])

    def without_permission_sets(self) -> Holders:
        """Without the roles that Identity Center keeps in the account."""
        ours = tuple(name for name in self.roles if not name.startswith(RESERVED_ROLE))
        bounded = tuple(each for each in self.boundary_of if not each.startswith(_RESERVED))
        return Holders(ours, self.users, self.groups, bounded)

    @property
    def permission_sets(self) -> tuple[str, ...]:
        """Names of the permission sets behind the roles that Identity Center keeps in the account."""
        roles = [f"role {name}" for name in self.roles]
        reserved = [each.removeprefix(_RESERVED) for each in (*roles, *self.boundary_of) if each.startswith(_RESERVED)]
        return tuple(sorted({name.rpartition("_")[0] or name for name in reserved}))


def by_name(policies: Iterable[LivePolicy]) -> dict[str, LivePolicy]:
    """IAM tells names apart whatever their case: so does this, by the name in lower case."""
    return {live.name.lower(): live for live in policies}


def as_recorded(
    policies: Iterable[LivePolicy], wanted: Mapping[str, str], recorded: Mapping[str, Policy]
) -> list[LivePolicy]:
    """The live policies with the descriptions that need not be asked for.

    `wanted`: descriptions by name; `recorded`: what the state says is there. Where the two agree of a policy that still
    has its place, that is its description: IAM fixes it at creation. Where they do not, IAM has to be asked.
    """
    shall = {name.lower(): description for name, description in wanted.items()}
    known = {
        policy.place: policy.description
        for name, policy in recorded.items()
        if policy.description == shall.get(name.lower())
    }
    return [live.described(known.get(live.policy.place)) for live in policies]


def under(path: str, owned: str) -> bool:
    """Whether a policy's path lies at or below an owned path ("" owns nothing)."""
    return bool(owned) and path.startswith(owned)


def strangers(live: Iterable[tuple[str, str]], known: Iterable[str], owned: str) -> dict[str, str]:
    """{name: path} of the policies under the owned path that are not among the `known` names.

    `live`: (name, path) of each policy of one account. Nothing is strange where nothing is owned.
    """
    expected = {name.lower() for name in known}
    return {name: path for name, path in sorted(live) if under(path, owned) and name.lower() not in expected}
