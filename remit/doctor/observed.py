"""What the checks look at, as plain values, and where those come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from remit.catalog import Catalog
from remit.organization import Organization, Principal
from remit.spoke_role import SpokeRole
from remit.stack import Stack

Told = Callable[[str, int, int], None]
"""What is read, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls, by sts:GetCallerIdentity."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]


@dataclass(frozen=True, slots=True)
class Instance:
    """An Identity Center instance as ListInstances tells it. `owner`: its account; `status`: ACTIVE, or else."""

    arn: str
    identity_store: str
    owner: str
    status: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """What came of taking the role of an account, and of reading its policies with it.

    `refused`: why the role could not be taken; `unread`: why its policies could not be read; "" where all went well.
    `names`: of its customer managed policies, in lower case. `fullest`: the one with most versions, and how many.
    """

    account: str
    refused: str = ""
    unread: str = ""
    policies: int = 0
    names: frozenset[str] = frozenset()
    fullest: tuple[str, int] = ("", 0)


class Cloud(Protocol):
    """The calls to AWS. Every method raises AwsError."""

    def identity(self) -> Identity: ...

    def all_features(self) -> tuple[str, bool]:
        """The management account, and whether all features of the organization are on."""

    def organization(self, catalog: Catalog | None, stack: Stack | None) -> Organization:
        """Accounts and units alone; tags where a plan of the catalog reads them."""

    def delegates(self) -> frozenset[str]:
        """Accounts that are delegated administrators of Identity Center."""

    def instances(self, region: str) -> tuple[Instance, ...]: ...

    def regions_with_an_instance(self) -> Mapping[str, Instance]:
        """Every region asked."""

    def principals(
        self, store: str, groups: Collection[str], users: Collection[str]
    ) -> tuple[tuple[Principal, ...], tuple[Principal, ...]]: ...

    def permission_sets(self, instance: str) -> Mapping[str, str]:
        """Names to ARNs: a call for each."""

    def count_permission_sets(self, instance: str) -> int: ...

    def permission_sets_in(self, instance: str, account: str) -> tuple[str, ...]:
        """The names of those that are provisioned in an account."""

    def spokes(self, accounts: Sequence[str], spoke: SpokeRole, told: Told) -> list[Spoke]:
        """In the order of the accounts; an account that fails is told as such. Raises for the caller's own trouble."""

    def role_quotas(self, accounts: Sequence[str], spoke: SpokeRole) -> Mapping[str, int | str]:
        """How many policies a role takes in each account, or why that is not known."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What is installed. Versions are text as the tools print them, "" for what is not there.

    `packages`: name to (pinned, installed). `engine`: pulumi or embedded. `endpoint`: AWS_ENDPOINT_URL; `loopback`: it
    is of this machine.
    """

    python: tuple[int, int]
    packages: Mapping[str, tuple[str, str]]
    engine: str
    pulumi: str = ""
    language_host: bool = False
    plugins: tuple[str, ...] = ()
    plugin_pinned: str = ""
    endpoint: str = ""
    loopback: bool = False
    virtualenv_missing: str = ""


@dataclass(frozen=True, slots=True)
class Backend:
    """Where the state is. `trouble`: what the engine said when it was asked for the stacks, "" where it answered."""

    url: str
    trouble: str = ""
    in_ci: bool = False


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a stack's secrets are encrypted. `provider`: a URL, passphrase, or "" where its file does not say.

    `passphrase`: whether one is in the environment: unset, empty or set.
    """

    file: str
    provider: str
    passphrase: str = "unset"  # noqa: S105  a word about it


@dataclass(frozen=True, slots=True)
class Repository:
    """The project's git repository. `host` of its remote, "" without one."""

    is_git: bool
    host: str = ""
    missing_workflows: tuple[str, ...] = ()
    has_gitlab_ci: bool = False
    in_github_actions: bool = False
    unset_variables: tuple[str, ...] = field(default=())
