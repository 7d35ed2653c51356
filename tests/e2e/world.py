"""One scenario's world: a project folder with a catalog, a simulated organization, and an engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from remit.aws.permissions import Feature, Role
from remit.managed_policy import SPOKE_PATH
from tests.e2e.by_hand import ByHand, Cloud
from tests.e2e.roles import NAMES, WRITING_VERBS, Asked

ROOT = Path(__file__).parents[2]
EXAMPLE = Path(__file__).parent / "example"
PROGRAM = ("Pulumi.yaml", "__main__.py", "remit", "components", "provider", "engine", "sandbox")
MANAGEMENT, SHOP_PROD, PAY_PROD = "100000000001", "200000000001", "200000000002"
SHOP_DEV, PAY_DEV, AUDIT, OLD = "200000000003", "200000000004", "012345678901", "200000000009"
DEVELOPERS, AUDITORS = "10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002"
CONTRACTORS, ADA = "10000000-0000-4000-8000-000000000003", "20000000-0000-4000-8000-000000000001"

REMIT = "remit.cli.main"
SIGNS = {
    Feature.POOLED: "pooled",
    Feature.DETACH: "detach_on_delete: true",
    Feature.WHO: "--who",
    Feature.ANALYZER: "--access-analyzer",
    Feature.TOPICS: "kind: sns",
}
"""What gives a feature away, in the arguments of a verb or in a file of the project."""
PLACES = ("Pulumi.*.yaml", "notifications.yaml", "policies/**/*.yaml")

ENGINE_VARIABLES = ("REMIT_ENGINE", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_SKIP_UPDATE_CHECK")

Grant = tuple[str, str, str, str]
"""(permission set, account, GROUP or USER, principal id)"""


@dataclass(frozen=True)
class Run:
    """What a run left: its exit code and all that it printed."""

    code: int
    text: str


_OF_AWS = {
    "aws-native:iam:ManagedPolicy",
    "aws-native:sso:PermissionSet",
    "remit:index:AccountAssignments",
    "remit:index:ManagedPolicies",
}
_CHANGE = re.compile(r"\s*[-+~]{1,2}\s+(?P<type>\S+) (?P<name>\S+) (?P<operation>create|update|delete|replace)d?\b")


@dataclass
class World(ByHand):
    """`engine` is `embedded` or `pulumi`; `folder` is the project, whose catalog a scenario may edit.

    `template`: a project to start from, as it is; without one, it is the example, and has never run.
    `warm`: a Python whose imports are behind it, for all that is run; see tests/warm.

    `asked_elsewhere`: calls to a service that the sandbox does not have.
    `caller`: credentials of whoever runs the verbs; without, each is run with the hub role that it is for. `features`:
    what the runs so far made use of, so that their roles need the permissions. `paths`: those of the policies that the
    spoke role is made for.
    """

    folder: Path
    sandbox: Cloud
    engine: str
    stack: str = "test"
    template: Path | None = None
    warm: Path | None = None
    caller: dict[str, str] = field(default_factory=dict)
    features: set[Feature] = field(default_factory=lambda: {Feature.ALIASES})
    paths: tuple[str, ...] = (SPOKE_PATH,)
    asked_elsewhere: list[Asked] = field(default_factory=list)
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        shutil.copytree(self.template or EXAMPLE, self.folder, symlinks=True, dirs_exist_ok=True)
        state = self.folder / "state"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COV_"))}
        self.environment = (
            inherited
            | self.sandbox.environment()
            | {
                "REMIT_ENGINE": self.engine,
                "PULUMI_BACKEND_URL": f"file://{state}",
                "PULUMI_CONFIG_PASSPHRASE": "",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
            }
        )
        if self.template is None:
            self._link()
        if self.warm:
            self._warm_up(self.warm)
        if self.template is None:
            state.mkdir()
            self.add_stack(self.stack)

    def _link(self) -> None:
        for name in PROGRAM:
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / ".venv").symlink_to(Path(sys.prefix))

    def _warm_up(self, environment: Path) -> None:
        """A plugin is run by the environment beside its folder, where a link would lead to the repository's."""
        (self.folder / ".venv").unlink()
        (self.folder / ".venv").symlink_to(environment)
        (self.folder / "provider").unlink()
        shutil.copytree(ROOT / "provider", self.folder / "provider", copy_function=os.symlink)

    # --- the catalog -----------------------------------------------------------------------------------
    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands exactly once in a catalog file."""
        path = self.folder / "policies" / file
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new))

    def add(self, file: str, text: str) -> None:
        (self.folder / "policies" / file).write_text(text)

    def add_stack(self, name: str, **config: Any) -> None:
        """A stack file, and the stack in the backend."""
        self.add_stack_file(name, **config)
        self.init_stack(name)

    def add_stack_file(self, name: str, **config: Any) -> None:
        values = {"remit:requestRate": 500} | {f"remit:{key}": value for key, value in config.items()}
        (self.folder / f"Pulumi.{name}.yaml").write_text(json.dumps({"config": values}))

    def configure(self, **config: Any) -> None:
        """The settings of the stack, in place of those that it had."""
        self.add_stack_file(self.stack, **config)

    def init_stack(self, name: str) -> None:
        """A stack in the backend, for a file that is there."""
        self._succeed(self._execute("stack", "init", name))

    # --- runs ------------------------------------------------------------------------------------------
    def run(self, verb: str, *arguments: str, stack: str | None = None) -> Run:
        options = ("--stack", stack or self.stack, "--non-interactive")
        return self._execute(verb, *options, *arguments)

    def command(self, verb: str, *arguments: str) -> Run:
        """Any other verb of remit, as it is."""
        return self._execute(verb, *arguments)

    def bare(self, verb: str, *arguments: str) -> Run:
        """The engine itself, without remit before it."""
        command = ["pulumi"] if self.engine == "pulumi" else [self.python, "-m", "engine"]
        done = subprocess.run(
            [*command, verb, "--stack", self.stack, "--non-interactive", *arguments],
            cwd=self.folder,
            env=self.environment_of(verb),
            capture_output=True,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr)

    def up(self, *arguments: str, stack: str | None = None) -> Run:
        return self._succeed(self.run("up", "--yes", "--skip-preview", *arguments, stack=stack))

    def refresh(self, *arguments: str) -> Run:
        return self._succeed(self.run("refresh", "--yes", "--skip-preview", *arguments))

    def preview(self, *arguments: str) -> Run:
        return self._succeed(self.run("preview", *arguments))

    def destroy(self) -> Run:
        return self._succeed(self.run("destroy", "--yes", "--skip-preview"))

    def steps(self, *arguments: str, stack: str | None = None) -> set[tuple[str, str]]:
        """{(operation, logical name)} of a preview: what changes in AWS, so no components and no aliases."""
        return self.changes(self._succeed(self.run("preview", *arguments, stack=stack)))

    @staticmethod
    def changes(run: Run) -> set[tuple[str, str]]:
        """{(operation, logical name)} of what a run did, or would do, in AWS."""
        changes = [match.groupdict() for match in map(_CHANGE.match, run.text.splitlines()) if match]
        return {(change["operation"], change["name"]) for change in changes if change["type"] in _OF_AWS}

    def interrupted_up(self, when: Callable[[], bool]) -> Run:
        """`up` that gets Ctrl-C as soon as `when` holds."""
        process = subprocess.Popen(
            [self.python, "-m", REMIT, "up", "--stack", self.stack, "--non-interactive", "--yes", "--skip-preview"],
            cwd=self.folder,
            env=self.environment_of("up"),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while process.poll() is None and not when():
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        text, _ = process.communicate(timeout=120)
        return Run(process.returncode, text)

    @property
    def python(self) -> str:
        return str(self.warm / "bin" / "python") if self.warm else sys.executable

    def environment_of(self, verb: str) -> dict[str, str]:
        """The environment, with the credentials of the role that the verb is for."""
        return self.environment | self.role(Role.APPLY if verb in WRITING_VERBS else Role.PREVIEW)

    def role(self, role: Role) -> dict[str, str]:
        """Credentials of a hub role, unless somebody else is the caller."""
        return self.caller or {"AWS_ACCESS_KEY_ID": NAMES[role]}

    def execute(
        self, verb: str, *arguments: str, program: str = REMIT, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """A verb of a program of ours, with standard output and standard error apart."""
        self.note_features(verb, *arguments)
        return subprocess.run(
            [self.python, "-m", program, verb, *arguments],
            cwd=self.folder,
            env=self.environment_of(verb),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def note_features(self, *arguments: str) -> None:
        """What a command with these arguments makes use of, by them and by the files of the project."""
        files = (path for place in PLACES for path in self.folder.glob(place))
        self.features |= {Feature.WHO} if "sync" in arguments else set()
        texts = "\n".join([*arguments, *(path.read_text() for path in files)])
        self.features |= {feature for feature, sign in SIGNS.items() if sign in texts}

    def _execute(self, verb: str, *arguments: str) -> Run:
        done = self.execute(verb, *arguments)
        return Run(done.returncode, done.stdout + done.stderr)

    def _json(self, verb: str, *arguments: str) -> dict[str, Any]:
        done = self.execute(verb, *arguments)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    @staticmethod
    def _succeed(run: Run) -> Run:
        assert run.code == 0, run.text
        return run

    # --- what is there ---------------------------------------------------------------------------------
    def plan(self, stack: str | None = None) -> dict[str, Any]:
        return self._json("plan", "--stack", stack or self.stack, "--json")

    def state(self) -> dict[str, Any]:
        """The sandbox's own account of what exists."""
        state: dict[str, Any] = self._control("GET", "state")
        return state

    def grants(self) -> set[Grant]:
        return {
            (each["permission_set"], each["account"], each["principal_type"], each["principal_id"])
            for each in self.state()["assignments"]
        }

    def policies(self) -> dict[tuple[str, str], dict[str, Any]]:
        """{(account, name): path, description and document}, whatever they are attached to."""
        return {
            (account, policy["name"]): {key: policy[key] for key in ("path", "description", "document")}
            for account, policies in self.state()["managed_policies"].items()
            for policy in policies
        }

    def permission_sets(self) -> dict[str, dict[str, Any]]:
        """{name: every field that the catalog can say}."""
        told = ("provisioned", "outdated")
        return {
            each["name"]: {key: value for key, value in each.items() if key not in told}
            for each in self.state()["permission_sets"]
        }

    def assert_converged(self) -> None:
        """What is there is what the plan says, to the last grant, policy and permission set."""
        plan = self.plan()
        groups = {group["DisplayName"]: group["GroupId"] for group in self._groups()}
        assert self.grants() == {
            (each["permission_set"], each["account"], each["principal_type"], groups[each["principal"]])
            for each in plan["assignments"]
        }
        assert self.policies() == {
            (each["account"], each["name"]): {key: each[key] for key in ("path", "description", "document")}
            for each in plan["managed_policies"]
        }
        assert set(self.permission_sets()) == {each["name"] for each in plan["permission_sets"]}
        assert [each["name"] for each in self.state()["permission_sets"] if each["outdated"]] == []

    def json_of(self, verb: str, *arguments: str) -> dict[str, Any]:
        """What a verb of ours prints with --json."""
        return self._json(verb, *arguments)

    def urns(self, stack: str | None = None) -> list[str]:
        """Everything in the stack's state."""
        exported = self._json("stack", "export", "--stack", stack or self.stack)
        return [resource["urn"] for resource in exported["deployment"].get("resources", [])]

    def calls(self) -> set[str]:
        """service:Operation of every AWS call since `forget_calls`."""
        return set(self._control("GET", "calls"))

    def asked(self) -> list[Asked]:
        """Each different call since the sandbox started: who made it, and on what."""
        return [*self.asked_elsewhere, *(Asked.of(each) for each in self._control("GET", "asked")["asked"])]

    def forget_calls(self) -> None:
        self._control("DELETE", "calls")
