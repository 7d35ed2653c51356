"""Everything that one sandbox holds, and what its services share: options, clock, ids, the state of each service.

Each service module owns its own state; a service that needs another's reaches it here.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from threading import RLock
from uuid import UUID

from remit.organization import Organization
from sandbox import moto_bridge
from sandbox.cloud_trail.trail import Trail
from sandbox.faults import Faults
from sandbox.iam.api import IamApi
from sandbox.iam.policies import Policies
from sandbox.identity_store.directory import Directory
from sandbox.limits import RateLimiter
from sandbox.options import Options
from sandbox.organizations.tree import Tree
from sandbox.sso_admin.instance import AssignmentKey, Instance
from sandbox.sso_admin.operations import Kind, Operation, Operations
from sandbox.sso_admin.provisioning import Provisioning

_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
SSO_PRINCIPAL = "sso.amazonaws.com"


class World:
    """The simulated organization. Every change is made under `lock`."""

    def __init__(self, organization: Organization, options: Options) -> None:
        moto_bridge.reset(options.seed)
        self.options = options
        self.lock = RLock()
        self.missing_roles = set(options.missing_roles)
        self.expired_keys: set[str] = set()
        self.identity_center_on = True
        self._random = Random(options.seed)  # noqa: S311  ids, not secrets; the same in every run
        self.limiter = RateLimiter(options.limits)
        self.faults = Faults(options.faults)
        self.latency_ms = options.latency_ms
        self.tree = Tree(organization, self.now())
        self.directory = Directory(organization)
        self.policies = Policies()
        self.iam = IamApi(self.policies)
        self.instance = Instance(organization)
        self.trail = Trail(self.now, _ids(options.seed))
        self.provisioning = Provisioning(self)
        self.operations = Operations(self.provisioning.carry_out)
        self.settlers: list[Callable[[float], None]] = [self.operations.settle]

    def now(self) -> float:
        """Epoch seconds."""
        return self.options.clock()

    def settle(self) -> None:
        """Carries out every asynchronous operation that is due, whoever started it."""
        for settle in self.settlers:
            settle(self.now())

    def start_operation(self, kind: Kind, key: AssignmentKey, caller: str) -> Operation:
        operation = Operation(self.random_uuid(), kind, key, caller, self.now())
        self.operations.start(operation, self.due())
        return operation

    def due(self) -> float:
        """When an operation that starts now will be done, in epoch seconds."""
        return self.now() + self.latency_ms / 1000

    def random_id(self, length: int) -> str:
        return "".join(self._random.choices(_ID_ALPHABET, k=length))

    def random_uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def new_account_id(self) -> str:
        while (account := f"{self._random.randrange(10**11, 10**12)}") in self.tree.accounts:
            pass
        return account

    def account_left(self, account: str) -> None:
        """What Identity Center does when an account leaves the organization: its assignments go."""
        self.instance.forget_account(account)

    def administers_identity_center(self, account: str) -> bool:
        return self.tree.administers(account, SSO_PRINCIPAL)


def _ids(seed: int) -> Callable[[], str]:
    """Ids of records, apart from all others: what is recorded changes nothing of what it tells."""
    random = Random(seed)  # noqa: S311
    return lambda: str(UUID(int=random.getrandbits(128), version=4))
