"""A project on a simulated organization, small enough for hundreds of runs, and what must hold after each."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.state.backend import Backend
from engine.state.resource import Resource
from engine.state.secrets import Sealer
from remit.organization import Account, Organization, Principal
from sandbox.server import Sandbox
from sandbox.sso_admin.operations import Kind, Status

STACK = "test"
QUIET = ("--yes", "--skip-preview", "--non-interactive", "--stack", STACK)
ROOT = Path(__file__).parents[2]
INSTANCE = "arn:aws:sso:::instance/ssoins-1111111111111111"
ACCOUNTS = tuple(f"2000000000{number:02}" for number in range(1, 21))
GROUPS = tuple(f"10000000-0000-4000-8000-{number:012}" for number in range(1, 9))
PERMISSION_SETS = ("Admin", "Auditor", "Developer", "Operator")
POLICIES = ("Boundary", "Guardrail", "NoIam")
ORGANIZATION = Organization(
    organization_id="o-abcdef1234",
    management_account="999999999999",
    accounts=tuple(Account(id=each, name=f"account-{each}") for each in (*ACCOUNTS, "999999999999")),
    groups=tuple(Principal(id=each, name=f"group-{each[-2:]}") for each in GROUPS),
    instance_arn=INSTANCE,
    identity_store_id="d-1234567890",
)
EVERY_KEY = tuple(f"{account}/GROUP/{group}" for account in ACCOUNTS for group in GROUPS)
_ACTIONS = ("iam:*", "organizations:*", "cloudtrail:StopLogging")


@dataclass(frozen=True)
class Desired:
    """`policies`: {account: {name: action that it denies}}; `assignments`: {permission set: keys}."""

    policies: Mapping[str, Mapping[str, str]]
    assignments: Mapping[str, frozenset[str]]

    @classmethod
    def draw(cls, dice: random.Random, *, share: float = 0.6) -> Desired:
        """A random one: most permission sets and policies, and `share` of all possible assignments."""
        policies = {
            account: {name: dice.choice(_ACTIONS) for name in POLICIES if dice.random() < 0.7}
            for account in ACCOUNTS[:3]
        }
        names = [name for name in PERMISSION_SETS if dice.random() < 0.8]
        return cls(policies, {name: frozenset(key for key in EVERY_KEY if dice.random() < share) for name in names})

    def but(self, dice: random.Random, changes: int) -> Desired:
        """The same with so many assignments of each permission set changed, and one policy or two."""
        other = Desired.draw(dice)
        assignments = {}
        for name in other.assignments:
            old = self.assignments.get(name, frozenset())
            assignments[name] = frozenset(dice.sample(EVERY_KEY, changes)) ^ old
        return Desired(other.policies, assignments)

    @property
    def grants(self) -> set[tuple[str, str]]:
        """(permission set, key)"""
        return {(name, key) for name, keys in self.assignments.items() for key in keys}

    @property
    def rules(self) -> set[tuple[str, str, str]]:
        """(account, policy, action)"""
        return {(account, name, action) for account, named in self.policies.items() for name, action in named.items()}


@dataclass(frozen=True)
class Run:
    """How a run ended, and all that it printed."""

    code: int
    text: str


@dataclass
class Project:
    """`folder` becomes the project, with one stack, `test`."""

    folder: Path
    sandbox: Sandbox
    desired: Desired = field(default_factory=lambda: Desired({}, {}))
    _environment: dict[str, str] = field(init=False)
    _backend: Backend = field(init=False)

    def __post_init__(self) -> None:
        shutil.copy(Path(__file__).with_name("program.py"), self.folder / "__main__.py")
        (self.folder / "provider").symlink_to(ROOT / "provider")
        (self.folder / "Pulumi.yaml").write_text(
            "name: proj\nruntime: python\nplugins: {providers: [{name: remit, path: ./provider}]}\n"
        )
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COV_"))}
        self._environment = inherited | self.sandbox.environment() | {"PYTHONPATH": str(ROOT)}
        self._environment |= {"PULUMI_BACKEND_URL": f"file://{self.folder}", "PULUMI_CONFIG_PASSPHRASE": ""}
        self.want(self.desired)
        self._backend = Backend(self.folder, "proj", Sealer(""))
        self._backend.create(STACK)

    def want(self, desired: Desired) -> None:
        self.desired = desired
        (self.folder / "desired.json").write_text(
            json.dumps(
                {
                    "instance": INSTANCE,
                    "scope": ACCOUNTS,
                    "policies": desired.policies,
                    "assignments": {name: sorted(keys) for name, keys in desired.assignments.items()},
                }
            )
        )

    # --- runs ------------------------------------------------------------------------------------------
    def run(self, *arguments: str, meanwhile: Callable[[subprocess.Popen[bytes]], None] = lambda _: None) -> Run:
        """A verb of the engine. `meanwhile` gets the process as soon as it runs."""
        with (self.folder / "printed").open("w+b") as printed:
            process = subprocess.Popen(
                [sys.executable, "-m", "engine", *arguments],
                cwd=self.folder,
                env=self._environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            meanwhile(process)
            process.wait(timeout=120)
            printed.seek(0)
            return Run(process.returncode, printed.read().decode())

    def up(self) -> Run:
        return self.run("up", *QUIET)

    def refresh(self, *flags: str) -> Run:
        return self.run("refresh", *QUIET, *flags)

    def import_(self, urn: str, id_: str) -> Run:
        """Take what exists into the state, in the place that the URN names."""
        account, _, _ = urn.rpartition("::")[2].partition("/")
        alias = account if account in ACCOUNTS else "identity-center"
        provider = next(each.urn for each in self.resources() if each.urn.endswith(f":aws-native::{alias}"))
        flags = ("--protect=false", "--generate-code=false", "--provider", f"alias={provider}")
        return self.run("import", *QUIET, *flags, urn.split("::")[2], urn.rpartition("::")[2], id_)

    # --- what is there ---------------------------------------------------------------------------------
    def resources(self) -> Sequence[Resource]:
        """The state's, as checkpoint and journal have it."""
        return self._backend.load(STACK).resources

    def pending(self) -> list[tuple[str, str]]:
        """(URN, what was being done) of operations whose end nobody saw."""
        return [(each.resource.urn, each.type) for each in self._backend.load(STACK).pending]

    def knows(self, urn: str) -> bool:
        return any(each.urn == urn for each in self.resources())

    def live_grants(self) -> set[tuple[str, str]]:
        return {
            (each["permission_set"], f"{each['account']}/{each['principal_type']}/{each['principal_id']}")
            for each in self._state()["assignments"]
        }

    def live_rules(self) -> set[tuple[str, str, str]]:
        return {
            (account, policy["name"], policy["document"]["Statement"][0]["Action"])
            for account, policies in self._state()["managed_policies"].items()
            for policy in policies
        }

    def doubled(self) -> dict[str, int]:
        """Assignments that were created more or less often than they were deleted and are there."""
        with self.sandbox.world.lock:
            operations = self.sandbox.world.operations
            counted: Counter[tuple[str, ...]] = Counter()
            for kind, sign in ((Kind.CREATE, 1), (Kind.DELETE, -1)):
                for operation in operations.listed(kind, Status.SUCCEEDED):
                    counted[operation.key] += sign
            counted.subtract(self.sandbox.world.instance.assignments())
        return {"/".join(key): count for key, count in counted.items() if count}

    def writes(self) -> int:
        """How many calls there were so far that change something."""
        called = self.control("GET", "calls")
        return sum(
            count for name, count in called.items() if name.split(":")[1].startswith(("Create", "Update", "Del"))
        )

    def arn(self, permission_set: str) -> str:
        """Of a permission set, by its name."""
        with self.sandbox.world.lock:
            found = self.sandbox.world.instance.named(permission_set)
        assert found is not None, f"no permission set {permission_set}"
        return found.arn

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.control("GET", "state")
        return state

    def control(self, method: str, path: str, **body: Any) -> Any:
        """One of the sandbox's own endpoints."""
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.sandbox.url}/_sandbox/{path}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def kept_grants(self) -> set[tuple[str, str]]:
        """What the state says is there; after a partial failure the outputs do."""
        return {
            (each.urn.rpartition("::")[2], key)
            for each in self.resources()
            if each.type == "remit:index:AccountAssignments"
            for key in each.outputs.get("assignments", each.inputs["assignments"])
        }

    def assert_converged(self, *, once: bool = True) -> None:
        """Live is desired, the state is live, and no assignment was made twice (`once`)."""
        assert self.live_grants() == self.desired.grants
        assert self.live_rules() == self.desired.rules
        assert self.kept_grants() == self.desired.grants
        if once:
            assert self.doubled() == {}
