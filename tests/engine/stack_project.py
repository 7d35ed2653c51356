"""A project on disk whose programs are a few lines, run by `python -m engine` as a user would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.state.backend import Backend
from engine.state.resource import to_json
from engine.state.secrets import Sealer

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = Path(__file__).with_name("fake_plugin")

_THINGS = """
import pulumi
from pulumi import ResourceOptions as Options

class Thing(pulumi.CustomResource):
    address: pulumi.Output[str]

    def __init__(self, label, opts=None, **props):
        super().__init__("fake:index:Thing", label, {"address": None, **props}, opts)

class Group(pulumi.ComponentResource):
    def __init__(self, label, opts=None):
        super().__init__("test:index:Group", label, None, opts)

class Fake(pulumi.ProviderResource):
    def __init__(self, label, opts=None, **props):
        super().__init__("fake", label, props, opts)
"""


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class StackProject:
    """One project with one stack, `dev`, over a cloud in a JSON file. `python`: the environment of its runs."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder = folder
        self._python = str(python / "bin" / "python")
        self._cloud = folder / "cloud.json"
        (folder / "Pulumi.yaml").write_text(
            "name: proj\nruntime: python\n"
            f"plugins: {{providers: [{{name: fake, path: {os.path.relpath(PLUGIN, folder)}}}]}}\n"
        )
        (folder / "things.py").write_text(_THINGS)
        self.environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "FAKE_CLOUD": str(self._cloud),
            "PYTHONDONTWRITEBYTECODE": "1",  # a program that is written anew within a second is as old as its bytecode
        }
        self.environment.pop("PULUMI_BACKEND_URL", None)
        self._backend = Backend(folder, "proj", Sealer(""))
        self._backend.create("dev")

    def program(self, text: str) -> None:
        """What the project's program does, after `from things import *`."""
        (self.folder / "__main__.py").write_text(f"from things import *\n{text}\n")

    def start(self, *arguments: str, python: str = sys.executable) -> subprocess.Popen[str]:
        """A run that may be interrupted or killed, of programs that have all been started for real."""
        return subprocess.Popen(
            [python, "-m", "engine", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, text: str | None = None) -> Ran:
        if text is not None:
            self.program(text)
        process = self.start(*arguments, python=self._python)
        out, err = process.communicate(timeout=120)
        return Ran(process.returncode, out, err)

    def up(self, text: str | None = None, *flags: str) -> Ran:
        """Run `up`; the test goes on only if it succeeded."""
        ran = self.run("up", "--yes", *flags, text=text)
        assert ran.code == 0, ran.said
        return ran

    def resources(self) -> dict[str, dict[str, Any]]:
        """The state by logical name; entries that wait for their deletion as `NAME (old)`."""
        listed = [to_json(resource) for resource in self._backend.load("dev").resources]
        old = {r["urn"].rsplit("::", 1)[1] + " (old)": r for r in listed if r.get("delete")}
        return {r["urn"].rsplit("::", 1)[1]: r for r in listed if not r.get("delete")} | old

    def pending(self) -> list[str]:
        pending = self._backend.load("dev").pending
        return [f"{operation.type} {operation.resource.urn.rsplit('::', 1)[1]}" for operation in pending]

    @property
    def cloud(self) -> dict[str, Any]:
        return dict(json.loads(self._cloud.read_text())) if self._cloud.exists() else {"things": {}, "calls": []}

    def change_cloud(self, change: Callable[[dict[str, Any]], object]) -> None:
        """What someone does behind the engine's back."""
        document = {"things": {}, "faults": {}, "calls": [], **self.cloud}
        change(document)
        self._cloud.write_text(json.dumps(document))

    def faults(self, **faults: dict[str, Any]) -> None:
        """`create_a={"fail": …}`: what the plugin is to do at `create a`."""
        self.change_cloud(lambda c: c.update(faults={key.replace("_", " "): said for key, said in faults.items()}))

    def calls(self) -> list[str]:
        """What the plugin was asked to change since the last time this was asked, in order."""
        made = [call for call in self.cloud["calls"] if not call.startswith(("configure", "read"))]
        self.change_cloud(lambda c: c.update(calls=[]))
        return made

    def wait_for_call(self, call: str) -> None:
        deadline = time.monotonic() + 30
        while call not in self.cloud["calls"]:
            assert time.monotonic() < deadline, f"never called: {call}"
            time.sleep(0.02)


def interrupt(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
