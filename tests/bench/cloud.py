"""A sandbox in a process of its own, so that what it costs is not counted with the engine."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from remit.organization import Organization
from remit.snapshot import write_snapshot
from tests.bench.shape import REGION

ROOT = Path(__file__).parents[2]


class Shape(Protocol):
    """What is measured: it has an organization."""

    @property
    def organization(self) -> Organization: ...


class Cloud:
    """Serves the organization of a shape from `with` on. Without limits, until `limit` switches them on."""

    def __init__(self, shape: Shape, folder: Path) -> None:
        file = folder / "organization.json"
        file.write_text(write_snapshot(shape.organization, ".json"), encoding="utf-8")
        self._serve("sandbox", "--organization", str(file))

    @classmethod
    def of(cls, program: str, *arguments: str) -> Self:
        """What a module serves, that says READY and its address as the sandbox does."""
        cloud = cls.__new__(cls)
        cloud._serve(program, *arguments)
        return cloud

    def _serve(self, *program: str) -> None:
        self._program = program
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *self._program], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().removeprefix("READY ").strip()
        if not self.url:
            raise RuntimeError("the sandbox did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.communicate()

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def limit(self, latency: float) -> None:
        """AWS's own rates and caps from now on; an operation takes `latency` seconds."""
        self._ask("PUT", "limits", {"latency_ms": latency * 1000})

    def forget_calls(self) -> None:
        self._ask("DELETE", "calls")

    def calls(self) -> dict[str, int]:
        """{service:Operation: count} since `forget_calls`."""
        answer: dict[str, int] = self._ask("GET", "calls")
        return answer

    def assignments(self) -> int:
        return len(self._ask("GET", "state")["assignments"])

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
