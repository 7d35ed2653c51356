"""One scenario's world: a project folder with a catalog, a simulated organization, and an engine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
EXAMPLE = Path(__file__).parent / "example"
PROGRAM = ("Pulumi.yaml", "__main__.py", "remit", "components", "provider", "engine", "sandbox")
MANAGEMENT, SHOP_PROD, PAY_PROD = "100000000001", "200000000001", "200000000002"
SHOP_DEV, PAY_DEV, AUDIT, OLD = "200000000003", "200000000004", "012345678901", "200000000009"
DEVELOPERS, AUDITORS = "10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002"
CONTRACTORS, ADA = "10000000-0000-4000-8000-000000000003", "20000000-0000-4000-8000-000000000001"

Grant = tuple[str, str, str, str]
"""(permission set, account, GROUP or USER, principal id)"""


@dataclass(frozen=True)
class Run:
    """What a run left: its exit code and all that it printed."""

    code: int
    text: str


def _changes(step: dict[str, Any]) -> bool:
    """A step on a resource that AWS has: not a component, nor an alias."""
    of_aws = any(token in step["urn"] for token in ("aws-native:iam:", "aws-native:sso:", "AccountAssignments::"))
    return of_aws and step["op"] not in {"same", "refresh", "read"}


@dataclass
class World:
    """`engine` is `embedded` or `pulumi`; `folder` is the project, whose catalog a scenario may edit."""

    folder: Path
    sandbox: Sandbox
    engine: str
    stack: str = "test"
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        shutil.copytree(EXAMPLE, self.folder, dirs_exist_ok=True)
        for name in PROGRAM:
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / ".venv").symlink_to(Path(sys.prefix))
        state = self.folder / "state"
        state.mkdir()
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
        self.add_stack(self.stack)

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
        values = {f"remit:{key}": value for key, value in config.items()}
        (self.folder / f"Pulumi.{name}.yaml").write_text(json.dumps({"config": values}))
        if self.engine == "pulumi":
            self._execute("pulumi", "stack", "init", name, "--non-interactive")

    # --- runs ------------------------------------------------------------------------------------------
    def run(self, verb: str, *arguments: str, stack: str | None = None) -> Run:
        return self._execute(*self._command(verb, stack), *arguments)

    def up(self, *arguments: str, stack: str | None = None) -> Run:
        return self._succeed(self.run("up", "--yes", "--skip-preview", *arguments, stack=stack))

    def refresh(self) -> Run:
        return self._succeed(self.run("refresh", "--yes", "--skip-preview"))

    def preview(self, *arguments: str) -> Run:
        return self._succeed(self.run("preview", *arguments))

    def destroy(self) -> Run:
        return self._succeed(self.run("destroy", "--yes", "--skip-preview"))

    def steps(self, *arguments: str, stack: str | None = None) -> set[tuple[str, str]]:
        """{(operation, logical name)} of a preview, less what stays the same and the components."""
        run = self._succeed(self.run("preview", "--json", *arguments, stack=stack))
        digest = json.loads(run.text[run.text.index("{") :])
        return {(step["op"], step["urn"].rpartition("::")[2]) for step in digest["steps"] if _changes(step)}

    def interrupted_up(self, after: float) -> Run:
        """`up` that gets Ctrl-C after so many seconds."""
        command = self._command("up", None)
        process = subprocess.Popen(
            [*command, "--yes", "--skip-preview"],
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)
        text, _ = process.communicate(timeout=120)
        return Run(process.returncode, text)

    def _command(self, verb: str, stack: str | None) -> list[str]:
        return [sys.executable, "-m", "remit.cli.main", verb, "--stack", stack or self.stack, "--non-interactive"]

    def _execute(self, *command: str) -> Run:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        return Run(done.returncode, done.stdout + done.stderr)

    @staticmethod
    def _succeed(run: Run) -> Run:
        assert run.code == 0, run.text
        return run

    # --- what is there ---------------------------------------------------------------------------------
    def plan(self, stack: str | None = None) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "remit.cli.main", "plan", "--stack", stack or self.stack, "--json"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        plan: dict[str, Any] = json.loads(done.stdout)
        return plan

    def state(self) -> dict[str, Any]:
        """The sandbox's own account of what exists."""
        with urllib.request.urlopen(f"{self.sandbox.url}/_sandbox/state") as answer:
            state: dict[str, Any] = json.load(answer)
            return state

    def client(self, service: str, account: str | None = None) -> Any:
        """A boto3 client of the management account, or of an account by AssumeRole."""
        session = boto3.Session(aws_access_key_id="sandbox", aws_secret_access_key="sandbox", region_name="us-east-1")
        if account:
            role = f"arn:aws:iam::{account}:role/RemitSpoke"
            sts = session.client("sts", endpoint_url=self.sandbox.url)
            keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
        return session.client(service, endpoint_url=self.sandbox.url)
