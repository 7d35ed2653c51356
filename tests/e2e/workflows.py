"""Runs the jobs of the workflow files as GitHub's runner would: their steps, their environment, their artifacts.

What is evaluated is what stands in the files: `run` steps in bash, `if` and `${{ … }}` by look-up. Of the actions,
those that the files use: checkout (of this very work tree), the set-up (nothing to do here), artifacts.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from remit.aws.permissions import Role
from tests.e2e.world import ROOT, World
from tests.hosts.github import TOKEN, FakeGitHub

_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_ALWAYS = "!cancelled()"


@dataclass
class Job:
    """What a job left: whether it succeeded, its outputs, all that its steps printed; and who it was in AWS."""

    failed: bool = False
    text: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def stacks(self) -> list[dict[str, str]]:
        """The matrix that the next job goes by."""
        found: list[dict[str, str]] = json.loads(self.outputs["stacks"])
        return found


class Workflows:
    """The workflows of one repository, whose work tree is the world's folder."""

    def __init__(self, world: World, host: FakeGitHub, **secrets: str) -> None:
        self._world = world
        self._artifacts = world.folder.parent / f"{world.folder.name}-artifacts"
        self._bin = str(Path(world.python).parent)
        self._kept = {path.name for path in world.folder.iterdir()}
        self.environment = {
            **world.environment,
            "AWS_ACCESS_KEY_ID": "",  # a job without a role has no AWS
            **{name: value for name, value in host.environment().items() if name != "GITHUB_TOKEN"},
            "CI": "true",
        }
        self._values = {
            "github.token": TOKEN,
            "vars.PULUMI_BACKEND_URL": world.environment["PULUMI_BACKEND_URL"],
            "vars.REMIT_PREVIEW_ROLE": Role.PREVIEW.value,
            "vars.REMIT_APPLY_ROLE": Role.APPLY.value,
            **{f"secrets.{name}": value for name, value in secrets.items()},
        }

    def run(self, file: str, job: str, **values: str | bool) -> Job:
        """One job. `values`: what its expressions stand for, with __ for a dot: matrix__stack="dev"."""
        workflow = yaml.safe_load((ROOT / ".github" / "workflows" / f"{file}.yml").read_text())
        found = workflow["jobs"][job]
        known = self._values | {name.replace("__", "."): value for name, value in values.items()}
        if called := found.get("uses"):
            inputs = {f"inputs.{name}": self._filled(value, known) for name, value in found["with"].items()}
            return self._called(Path(called).stem, {"inputs.promote": False} | known | inputs)
        shared = {**workflow.get("env", {}), **found.get("env", {})}
        return self._run(found, shared, known)

    def new_run(self) -> None:
        """Artifacts belong to one run of a workflow."""
        shutil.rmtree(self._artifacts, ignore_errors=True)

    def _called(self, file: str, known: Mapping[str, Any]) -> Job:
        workflow = yaml.safe_load((ROOT / ".github" / "workflows" / f"{file}.yml").read_text())
        found = workflow["jobs"]["up"]
        return self._run(found, found.get("env", {}), known)

    def _run(self, job: Mapping[str, Any], shared: Mapping[str, str], known: Mapping[str, Any]) -> Job:
        result = Job()
        for step in job["steps"]:
            if self._wanted(str(step.get("if", "")), known, result):
                if "run" in step:
                    self._script(step, shared, known, result)
                else:
                    self._action(step["uses"].partition("@")[0], step.get("with", {}), known, result)
        for name, value in job.get("outputs", {}).items():
            _, step_id, _, output = _EXPRESSION.fullmatch(value)[1].split(".")  # type: ignore[index]
            result.outputs[name] = result.steps.get(step_id, {}).get(output, "")
        return result

    def _wanted(self, condition: str, known: Mapping[str, Any], result: Job) -> bool:
        bare = _EXPRESSION.sub(r"\1", condition)
        if bare.startswith("failure()"):
            return result.failed
        if bare == _ALWAYS:
            return True
        if result.failed:
            return False
        negated = bare.startswith("!")
        return not bare or bool(known[bare.removeprefix("!")]) is not negated

    def _script(self, step: Mapping[str, Any], shared: Mapping[str, str], known: Mapping[str, Any], job: Job) -> None:
        output = self._world.folder / "github-output"
        output.write_text("")
        told = {**shared, **step.get("env", {})}
        self._world.note_features(step["run"])
        environment = {
            **self.environment,
            **job.credentials,
            **{name: self._filled(value, known) for name, value in told.items()},
            "GITHUB_OUTPUT": str(output),
        }
        environment["PATH"] = f"{self._bin}:{environment['PATH']}"
        options = ["-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        done = subprocess.run(
            ["bash", *options, "-c", step["run"]],
            cwd=self._world.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        job.text += done.stdout + done.stderr
        job.failed |= done.returncode != 0
        lines = (line.partition("=") for line in output.read_text().splitlines())
        job.steps[step.get("id", "")] = {name: value for name, _, value in lines}

    def _action(self, name: str, given: Mapping[str, Any], known: Mapping[str, Any], job: Job) -> None:
        folder = self._world.folder
        if name == "actions/checkout":
            self._clean()
            if "ref" in given:
                reference = self._filled(given["ref"], known)
                subprocess.run(["git", "checkout", "-q", reference], cwd=folder, check=True)
        elif name == "actions/upload-artifact":
            target = self._artifacts / self._filled(given["name"], known)
            shutil.copytree(folder / given["path"], target, dirs_exist_ok=True)
        elif name == "actions/download-artifact":
            for artifact in sorted(self._artifacts.glob(given["pattern"])):
                shutil.copytree(artifact, folder / given["path"], dirs_exist_ok=True)
        else:
            assert name == "./.github/actions/remit", f"what is {name}?"
            if "role" in given:
                job.credentials = self._world.role(Role(self._filled(given["role"], known)))

    def _clean(self) -> None:
        """What an earlier job left is not there for the next one, which has a machine of its own."""
        for path in self._world.folder.iterdir():
            if path.is_dir() and path.name not in self._kept:
                shutil.rmtree(path)
            elif path.name not in self._kept:
                path.unlink()

    def _filled(self, text: object, known: Mapping[str, Any]) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1]
            return str(known.get(name, "") if name.startswith(("vars.", "secrets.")) else known[name])

        return _EXPRESSION.sub(value, str(text))
